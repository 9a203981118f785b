"""Classifying texts with a pretrained BERT, and what its pretraining was worth.

The pretrained model and the same model from random weights stand beside a bag of words and the
majority class.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, NamedTuple

import numpy as np
from flax import nnx

from zen_transformer.checkpoints.files import fingerprint
from zen_transformer.data.corpora import parse_mix
from zen_transformer.data.labelled import Examples, LabelledData, load_labelled
from zen_transformer.errors import UserError
from zen_transformer.evaluation.bag_of_words import bag_of_words_accuracy
from zen_transformer.inference.folders import model_folder
from zen_transformer.metric import Baseline, Metric
from zen_transformer.models.bert import BertForSequenceClassification
from zen_transformer.models.bert_config import BertConfig
from zen_transformer.models.bert_encoder import BertModel
from zen_transformer.objectives.classification import ClassificationObjective, LabelledBatches
from zen_transformer.report.record import RunRecord
from zen_transformer.report.section import Section, Table
from zen_transformer.runs.card import Card, counted, source_name
from zen_transformer.runs.config import TrainingConfig
from zen_transformer.runs.folder import RunFolder
from zen_transformer.runs.job import Batch, Job
from zen_transformer.tasks.bert.task import in_words, pretraining_in_words, size_limits
from zen_transformer.tasks.learning_curve import FinetuningConfig, LearningCurveTask
from zen_transformer.tasks.task import Loaded, Question, TaskSettings
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
    """rotten-tomatoes, chinese-reviews, or a CSV or JSON lines file with text and label."""
    seed: int = 0
    """The first of the seeds."""
    finetuning: ClassificationConfig = ClassificationConfig()

    @property
    def training(self) -> TrainingConfig:
        """The training of one epoch's length or more; each number of examples has its own."""
        return self.finetuning.training(self.finetuning.batch_size)


class ClassificationJob(Job):
    """A classifier, the examples that it learns from, and how it does on validation texts."""

    def __init__(
        self,
        network: BertForSequenceClassification,
        objective: ClassificationObjective,
        train: LabelledBatches,
        validation: LabelledBatches,
        test: LabelledBatches,
        seed: int,
    ):
        super().__init__(network, objective)
        self.train, self.validation, self.test, self.seed = train, validation, test, seed
        self.validated: tuple[int, dict[str, float]] | None = None

    def examples(self, step: int) -> int:
        return self.train.batch_size

    def rows(self, step: int, rows: Sequence[int]) -> Batch:
        batch = self.train.batch(self.seed, step)
        if len(rows) == self.train.batch_size:
            return batch
        return {name: values[np.asarray(rows)] for name, values in batch.items()}

    def measure_on_the_way(self, parameters: Any, step: int) -> dict[str, float]:
        values = self.measure(parameters, self.validation.in_order())
        self.validated = step, values
        return values

    def measured_on(self, step: int) -> str:
        return "validation texts"


class ClassificationData(NamedTuple):
    """What all variants share."""

    tokenizer: WordPieceTokenizer
    data: LabelledData
    encoder: BertModel
    shape: BertConfig
    objective: ClassificationObjective
    train: LabelledBatches
    validation: LabelledBatches
    test: LabelledBatches


class Classification(LearningCurveTask):
    """A pretrained BERT learns to classify texts (Devlin et al. 2019, section 4.1).

    The same model from random weights with the same budget, a bag-of-words logistic regression and
    the majority class are measured on the same test texts.
    """

    settings_class = ClassificationSettings
    title = "classes of texts, by a BERT"
    starts_from = BertModel
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
    variants: ClassVar = {"pretrained": "pretrained", "random_init": "random weights"}
    baselines: ClassVar = {"bag_of_words": "bag of words", "majority": "majority"}
    question = Question("classify", "not bad at all .", "classify")
    exported = "my-classifier"

    settings: ClassificationSettings

    @property
    def config(self) -> ClassificationConfig:
        return self.settings.finetuning

    def load(self) -> Loaded:
        assert self.inputs.model is not None, "finetune takes a model"
        source = model_folder(self.inputs.model, "model")
        data = load_labelled(self.settings.data)
        made_from = {"pretrained model": fingerprint(source), "labelled texts": data.fingerprint}
        return Loaded((source, data), made_from)

    def prepare(self, run: RunFolder, data: Any) -> ClassificationData:
        source, labelled = data
        config = self.config
        tokenizer = WordPieceTokenizer.from_pretrained(source)
        encoder = BertModel.from_pretrained(source, pooling=config.pooling)
        shape = dataclasses.replace(
            encoder.config,
            num_labels=len(labelled.names),
            label_names=tuple(labelled.names),
            hidden_dropout_prob=config.dropout,
            attention_probs_dropout_prob=config.dropout,
        )
        positions = shape.max_position_embeddings
        if config.max_length > positions:
            raise UserError(
                f"finetuning.max_length is {config.max_length}, the model has {positions} "
                "positions: choose a smaller max_length"
            )
        batches = (
            LabelledBatches(examples, tokenizer, config.batch_size, config.max_length)
            for examples in (labelled.train, labelled.validation, labelled.test)
        )
        graph = nnx.graphdef(BertForSequenceClassification(shape, rngs=nnx.Rngs(0)))
        objective = ClassificationObjective(graph)
        return ClassificationData(tokenizer, labelled, encoder, shape, objective, *batches)

    def available(self, prepared: ClassificationData) -> int:
        return len(prepared.data.train)

    def variant_job(
        self, prepared: ClassificationData, variant: str, members: np.ndarray, seed: int
    ) -> ClassificationJob:
        network = BertForSequenceClassification(prepared.shape, rngs=nnx.Rngs(seed))
        if variant == "pretrained":
            nnx.update(network.bert, nnx.state(prepared.encoder))
        train, others = prepared.train.subset(members), (prepared.validation, prepared.test)
        return ClassificationJob(network, prepared.objective, train, *others, seed)

    def measure(self, job: ClassificationJob, parameters: Any) -> dict[str, float]:
        validation = job.validated[1] if job.validated else {}
        if not validation:
            validation = job.measure_on_the_way(parameters, 0)
        test = job.measure(parameters, job.test.in_order())
        return {f"validation_{name}": value for name, value in validation.items()} | {
            f"test_{name}": value for name, value in test.items()
        }

    def baseline(self, prepared: ClassificationData, name: str, members: np.ndarray) -> float:
        data = prepared.data
        train = Examples(
            [data.train.texts[i] for i in members], [data.train.labels[i] for i in members]
        )
        if name == "bag_of_words":
            return bag_of_words_accuracy(train, data.test, prepared.tokenizer, len(data.names))
        majority = int(np.argmax(np.bincount(train.labels)))
        return float(np.mean(np.array(data.test.labels) == majority))

    def keep(self, run: RunFolder, prepared: ClassificationData, job: ClassificationJob) -> None:
        job.network.save_pretrained(run.path / self.part)
        prepared.tokenizer.save_pretrained(run.path / self.part)

    # Of a run's files

    @classmethod
    def sections(cls, run: RunRecord) -> list[Section]:
        text = (
            "What is the pretraining worth? Both models learn from the same labelled examples, in "
            "the same order, with the same budget; the gain is their difference, seed by seed."
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
        config, summary, shape = run.config, run.summary, run.shape("classifier")
        labelled, how = config["data"], config["finetuning"]
        classes = ", ".join(shape["id2label"].values())
        pooling = shape.get("pooling", "cls")
        corpora = parse_mix(config["corpus"])[0] if config.get("corpus") else []
        before = (
            pretraining_in_words(config, summary)
            if "pretraining" in config
            else "pretraining elsewhere, on texts and terms that the model's own card has to say; "
            f"its weights are {config['made_from']['pretrained model']}."
        )
        return Card(
            what="A BERT (Devlin et al. 2019), fine-tuned to put texts into the classes "
            f"{classes}: {in_words(shape)}.",
            tags=["bert"],
            pipeline="text-classification",
            auto_class="AutoModelForSequenceClassification",
            command="classify",
            remark=""
            if pooling == "cls"
            else f"\nPooling is `{pooling}`, which zen_transformer knows and HuggingFace does not: "
            "there the\nanswers would be those of another model.",
            sources=[*corpora, labelled],
            training=f"The classifier learnt from {source_name(labelled)}: "
            f"{counted(how['epochs'], 'epoch')} in batches of {how['batch_size']}, AdamW\nwith a "
            f"learning rate of {how['optimizer']['learning_rate']}; of "
            f"{counted(how['seeds'], 'seed')} it is the one that did best on texts\nset aside for "
            f"choosing. Before that:\n\n{before}",
            metrics=cls._card_metrics(run),
            measured_on=f"the test texts of {source_name(labelled)}",
            limits=[*size_limits(config, summary), *cls._limits(summary)],
            about="how BERT works",
        )

    @classmethod
    def _card_metrics(cls, run: RunRecord) -> list[Metric]:
        """Of the classifier in the folder, and of all that were made with it."""
        if "finetune" not in run.summary:
            return []
        rows = [row for row in run.rows(cls.stage) if row["start"] == "pretrained"]
        most = max(row["examples"] for row in rows)
        best = max(
            (row for row in rows if row["examples"] == most),
            key=lambda row: row["validation_accuracy"],
        )
        scores = run.summary["finetune"]
        title = f"accuracy, mean of {len(scores['pretrained']['seeds'])} seeds"
        beside = tuple(
            Baseline("", words, scores[name]["mean"])
            for name, words in (
                ("random_init", "from random weights"),
                ("bag_of_words", "by a bag of words"),
            )
        )
        this = "accuracy of this classifier"
        return [
            Metric(name="accuracy", title=this, value=best["test_accuracy"], on_labels=True),
            Metric(
                name="accuracy",
                title=title,
                value=scores["pretrained"]["mean"],
                baselines=beside,
                on_labels=True,
            ),
        ]

    @classmethod
    def _limits(cls, summary: dict[str, Any]) -> list[str]:
        """What this run's own figures say against it, and what holds for all."""
        limits = []
        if "finetune" in summary:
            score = summary["finetune"]["pretrained"]["mean"]
            others = {
                "random_init": "the same model from random weights",
                "bag_of_words": "a bag of words",
            }
            better = [
                title
                for name, title in others.items()
                if summary["finetune"][name]["mean"] >= score
            ]
            if better:
                limits.append(f"On its test texts {' and '.join(better)} did as well or better.")
        return [
            *limits,
            "It knows only the classes above, and says one of them for any text at all.",
            "The figures are on texts of the same source; on others they will be worse.",
        ]
