"""Classifying texts with a pretrained BERT, and what its pretraining was worth.

The pretrained model and the same model from other starts stand beside a bag of words and the
majority class.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

import numpy as np
from flax import nnx

from zen_transformer.data.classes import numbers_of_labels
from zen_transformer.data.labelled import Examples, load_labelled, read_labelled
from zen_transformer.evaluation.bag_of_words import bag_of_words_accuracy
from zen_transformer.models.bert import BertForSequenceClassification
from zen_transformer.models.bert_encoder import BertModel
from zen_transformer.objectives.classification import ClassificationObjective, LabelledBatches
from zen_transformer.printing import print
from zen_transformer.report.record import RunRecord
from zen_transformer.report.section import Section, Table
from zen_transformer.runs.card import Card, in_markdown
from zen_transformer.runs.config import TrainingConfig
from zen_transformer.tasks.curve_points import Point
from zen_transformer.tasks.encoder_curve import EncoderCurveData, EncoderCurveTask
from zen_transformer.tasks.finetuning import FinetuningConfig
from zen_transformer.tasks.task import Question, TaskSettings
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer


@dataclass(frozen=True, kw_only=True)
class ClassificationConfig(FinetuningConfig):
    """How a classifier is trained."""

    pooling: Literal["cls", "mean", "max"] = "cls"
    """How the tokens' vectors become one."""


@dataclass(frozen=True, kw_only=True)
class ClassificationSettings(TaskSettings):
    """A classifier from any pretrained model."""

    task: ClassVar[str] = "classification"

    preset: str = "quickstart"
    """The preset whose settings of fine-tuning these are; what is given here besides goes on
    top."""
    data: str = "rotten-tomatoes"
    """rotten-tomatoes, chinese-reviews, or a file (CSV, TSV, JSON or Parquet) with the columns text
    and label."""
    seed: int = 0
    """The first of the seeds."""
    finetuning: ClassificationConfig = ClassificationConfig()

    def with_positions(self, positions: int) -> Self:
        return replace(self, finetuning=self.finetuning.with_longest(positions))

    @property
    def training(self) -> TrainingConfig:
        """The training of one epoch's length or more; each number of examples has its own."""
        return self.finetuning.training(self.finetuning.batch_size)


class Classification(EncoderCurveTask):
    """A pretrained BERT learns to classify texts (Devlin et al. 2019, section 4.1).

    The same model from random weights and, where pretraining began with word vectors, from these,
    with the same budget, a bag-of-words logistic regression and the majority class are measured on
    the same test texts.
    """

    settings_class = ClassificationSettings
    title = "classes of texts, by a BERT"
    preset = "quickstart"
    folder = "finetune"
    examples = (
        "zen-transformer finetune --model runs/quickstart --finetuning.pooling mean",
        "zen-transformer finetune --model runs/quickstart --data reviews.csv --output runs/mine",
        "zen-transformer finetune --model runs/small --preset small --finetuning.examples 100 1000",
    )
    stage = "finetuning"
    options = "finetuning."
    stages = ("finetuning",)
    part = "classifier"
    baselines: ClassVar = {"bag_of_words": "bag of words", "majority": "majority"}
    question = Question("classify", "not bad at all .", "classify")
    measures = ("BertForSequenceClassification",)
    exported = "my-classifier"
    network_class = BertForSequenceClassification
    data_title = "labelled texts"

    settings: ClassificationSettings

    @property
    def config(self) -> ClassificationConfig:
        return self.settings.finetuning

    def read(self) -> Any:
        data = load_labelled(self.settings.data)
        print(data.description)
        return data

    def own_examples(self, texts: str, names: Sequence[str]) -> Examples:
        pairs = read_labelled(Path(texts))
        numbers = numbers_of_labels(texts, (label for _, label in pairs), names)
        return Examples([text for text, _ in pairs], numbers)

    def encoder(self, folder: Any) -> BertModel:
        return BertModel.from_pretrained(folder, pooling=self.config.pooling)

    def objective(self, graph: nnx.GraphDef) -> ClassificationObjective:
        return ClassificationObjective(graph)

    def batches(self, examples: Examples, tokenizer: WordPieceTokenizer) -> LabelledBatches:
        return LabelledBatches(examples, tokenizer, self.config.batch_size, self.config.max_length)

    def baseline(self, prepared: EncoderCurveData, name: str, members: np.ndarray) -> float:
        data = prepared.data
        train = Examples(
            [data.train.texts[i] for i in members], [data.train.labels[i] for i in members]
        )
        if name == "bag_of_words":
            return bag_of_words_accuracy(train, data.test, prepared.tokenizer, len(data.names))
        majority = int(np.argmax(np.bincount(train.labels)))
        return float(np.mean(np.array(data.test.labels) == majority))

    def curve_summary(self, points: Sequence[Point], costs: dict[str, float]) -> dict[str, Any]:
        titles = {**self.variants, **self.baselines}
        scores = {name: point for name, point in points[-1].items() if name in titles}
        former = {"finetune": scores, "finetune_curve": points}
        return former | super().curve_summary(points, costs)

    # Of a run's files

    @classmethod
    def points(cls, run: RunRecord) -> list[Point]:
        return super().points(run) or run.summary.get("finetune_curve", [])

    @classmethod
    def scores(cls, run: RunRecord) -> Point:
        return super().scores(run) or run.summary.get("finetune", {})

    @classmethod
    def sections(cls, run: RunRecord) -> list[Section]:
        text = (
            "What is the pretraining worth? All models learn from the same labelled examples, in "
            "the same order, with the same budget; the gain is the difference to the model from "
            "random weights, seed by seed."
        )
        section = cls.curve_section("Fine-tuning", text, run)
        answers = run.answers
        if answers.get("classify"):
            rows = [
                [one["text"], one["label"], f"{one['probability']:.1%}"]
                for one in answers["classify"]
            ]
            said = "What the best classifier says about some texts:"
            table = Table(["text", "label", "how sure"], rows, frozenset({2}))
            section = section._replace(content=[*section.content, said, table])
        mistakes = [
            [one["text"], one["label"], one["predicted"], f"{one['probability']:.1%}"]
            for one in answers.get("mistakes", [])
        ]
        worst = [
            f"{answers.get('mistakes_in_all', 0):,} of {answers.get('mistakes_of', 0):,} test "
            "texts got the wrong label. These are the ones it was most sure of.",
            Table(["text", "it is", "it said", "how sure"], mistakes, frozenset({3})),
        ]
        there = "mistakes" in answers
        return [
            section,
            Section("Worst mistakes", worst if there else [], missing="A list of mistakes"),
        ]

    @classmethod
    def card(cls, run: RunRecord, part: str) -> Card:
        shape = run.shape(part)
        classes = ", ".join(map(in_markdown, shape["id2label"].values()))
        pooling = shape.get("pooling", "cls")
        return cls.encoder_card(
            run,
            what=f"A BERT (Devlin et al. 2019), fine-tuned to put texts into the classes {classes}",
            pipeline="text-classification",
            auto_class="AutoModelForSequenceClassification",
            remark=""
            if pooling == "cls"
            else f"\nPooling is `{pooling}`, which zen_transformer knows and HuggingFace does not: "
            "there the\nanswers would be those of another model.",
            limit="It knows only the classes above, and says one of them for any text at all.",
        )
