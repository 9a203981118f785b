"""A BERT with a new head, from three starts: as it was pretrained, with the word vectors that its
pretraining began with, and from random weights.

    pretrained      all that the pretraining has learnt
    word_vectors    the model before the first step of its pretraining, where that is kept: the
                    folder start/ beside model/
    random_init     nothing

The head is new in each of them, and the same for the same seed.
"""

import dataclasses
import sys
from abc import abstractmethod
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import numpy as np
from flax import nnx

from zen_transformer.checkpoints.files import CONFIG, fingerprint
from zen_transformer.data.corpora import parse_mix
from zen_transformer.errors import UserError
from zen_transformer.inference.folders import check_kind, model_folder
from zen_transformer.inference.loading import check_vocabulary, load
from zen_transformer.metric import Baseline, Metric
from zen_transformer.models.bert import BertWithHead
from zen_transformer.models.bert_config import BertConfig
from zen_transformer.models.bert_encoder import BertModel
from zen_transformer.models.flops import bert_flops_per_token
from zen_transformer.objectives.labelled_batches import EncodedBatches, padded_widths
from zen_transformer.report.record import RunRecord
from zen_transformer.runs.card import Card, counted, in_markdown, optimizer_in_words, source_name
from zen_transformer.runs.folder import RunFolder
from zen_transformer.runs.job import Batch
from zen_transformer.runs.memory import check_memory
from zen_transformer.tasks.bert.task import in_words, pretraining_in_words, size_limits
from zen_transformer.tasks.curve_points import Point, results
from zen_transformer.tasks.curve_report import own_settings
from zen_transformer.tasks.learning_curve import CurveJob, LearningCurveTask
from zen_transformer.tasks.measuring import measure_batches
from zen_transformer.tasks.task import Loaded
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer

START = "start"
"""The folder of the model as it was before its pretraining, beside that of the pretrained one."""


class EncoderJob(CurveJob):
    """A BERT with a head, the examples that it learns from, and those it is measured on."""

    def __init__(
        self,
        network: BertWithHead,
        objective: Any,
        train: EncodedBatches,
        validation: EncodedBatches,
        test: EncodedBatches,
        seed: int,
    ):
        super().__init__(network, objective)
        self.train, self.validation, self.test, self.seed = train, validation, test, seed
        self.validated: dict[str, float] = {}

    def examples(self, step: int) -> int:
        return self.train.batch_size

    def rows(self, step: int, rows: Sequence[int]) -> Batch:
        batch = self.train.batch(self.seed, step)
        if len(rows) == self.train.batch_size:
            return batch
        return {name: values[np.asarray(rows)] for name, values in batch.items()}

    def flops(self, step: int) -> float:
        """Three times those of the encoder's forward pass, as if all parameters were trained."""
        width = self.train.width(self.seed, step)
        return 3 * bert_flops_per_token(self.network.config, width, 0)

    def tflop(self, steps: int) -> float:
        tokens = self.train.batch_size
        widths = (self.train.width(self.seed, step) for step in range(steps))
        shape = self.network.config
        return sum(3 * tokens * w * bert_flops_per_token(shape, w, 0) for w in widths) / 1e12

    def measure_on_the_way(self, parameters: Any, step: int) -> dict[str, float]:
        self.validated = self.measure(parameters, self.validation.in_order())
        return self.validated

    def measured_on(self, step: int) -> str:
        return "validation data"


class EncoderCurveData(NamedTuple):
    """What all variants share."""

    tokenizer: WordPieceTokenizer
    data: Any
    """Splits `train`, `validation` and `test`, and the `names` of the labels."""
    encoders: dict[str, BertModel]
    """The encoders that variants start from, by the variants' names."""
    shape: BertConfig
    objective: Any
    train: EncodedBatches
    validation: EncodedBatches
    test: EncodedBatches


class EncoderCurveTask(LearningCurveTask):
    """A BERT with a new head, whose start is worth something or not."""

    starts_from = BertModel
    variants: ClassVar = {
        "pretrained": "pretrained",
        "word_vectors": "word vectors only",
        "random_init": "random weights",
    }
    gains: ClassVar = {
        "gain": ("gain", "random_init"),
        "gain_over_word_vectors": ("over word vectors", "word_vectors"),
    }
    network_class: ClassVar[type[BertWithHead]]
    """The model with its head."""
    data_title: ClassVar[str]
    """What the data is called where a run says what it was made from."""
    texts: ClassVar[str] = "texts"
    """What it is made of, in the model card."""

    settings: Any

    # What such a task has to say

    @abstractmethod
    def read(self) -> Any:
        """Read the data, as `EncoderCurveData` has it; with a `fingerprint`."""

    @abstractmethod
    def encoder(self, folder: Path) -> BertModel:
        """Read a model's encoder with the pooler that the head needs."""

    @abstractmethod
    def objective(self, graph: nnx.GraphDef) -> Any:
        """What is learnt, by a model of this structure."""

    @abstractmethod
    def batches(self, examples: Any, tokenizer: WordPieceTokenizer) -> EncodedBatches:
        """The batches of a split."""

    @abstractmethod
    def own_examples(self, texts: str, names: Sequence[str]) -> Any:
        """Read texts of one's own, as examples whose labels have these names."""

    # What is the same for all

    def load(self) -> Loaded:
        assert self.inputs.model is not None, "finetune takes a model"
        source = model_folder(self.inputs.model, "model")
        check_kind(source, ("bert",))
        data = self.read()
        made_from = {"pretrained model": fingerprint(source), self.data_title: data.fingerprint}
        if start := start_folder(source):
            made_from["model before its pretraining"] = fingerprint(start)
        return Loaded((source, data), made_from)

    def prepare(self, run: RunFolder, data: Any) -> EncoderCurveData:
        source, examples = data
        tokenizer = WordPieceTokenizer.from_pretrained(source)
        encoders = self._encoders(source)
        check_vocabulary(source, tokenizer, encoders["pretrained"].config)
        shape = self._shape(encoders["pretrained"].config, examples.names)
        narrowest = self.config.batch_size * padded_widths(self.config.max_length)[0]
        tokens = narrowest // self.config.microbatches
        check_memory([shape], shape.max_position_embeddings, tokens)
        graph = nnx.graphdef(self.network_class(shape, rngs=nnx.Rngs(0)))
        splits = examples.train, examples.validation, examples.test
        batches = (self.batches(split, tokenizer) for split in splits)
        objective = self.objective(graph)
        return EncoderCurveData(tokenizer, examples, encoders, shape, objective, *batches)

    def _encoders(self, source: Path) -> dict[str, BertModel]:
        """The encoders of the pretrained model and, where it is kept, of what it began as."""
        encoders = {"pretrained": self.encoder(source)}
        if start := start_folder(source):
            encoders["word_vectors"] = self.encoder(start)
            if encoders["word_vectors"].config != encoders["pretrained"].config:
                raise UserError(
                    f"{start} is not what {source} began as, its config is another one: remove it"
                )
        return encoders

    def _shape(self, encoder: BertConfig, names: Sequence[str]) -> BertConfig:
        """The encoder's shape with a head of so many labels, and fine-tuning's dropout."""
        config, positions = self.config, encoder.max_position_embeddings
        if config.max_length > positions:
            raise UserError(
                f"{self.options}max_length is {config.max_length}, the model has {positions} "
                "positions: choose a smaller max_length"
            )
        return dataclasses.replace(
            encoder,
            num_labels=len(names),
            label_names=tuple(names),
            hidden_dropout_prob=config.dropout,
            attention_probs_dropout_prob=config.dropout,
        )

    def starts(self, prepared: EncoderCurveData) -> Sequence[str]:
        """All variants, but for the word vectors where the model has not begun with any."""
        return [name for name in self.variants if name in (*prepared.encoders, "random_init")]

    def available(self, prepared: EncoderCurveData) -> int:
        return len(prepared.data.train)

    def variant_job(
        self, prepared: EncoderCurveData, variant: str, members: np.ndarray, seed: int
    ) -> EncoderJob:
        network = self.network_class(prepared.shape, rngs=nnx.Rngs(seed))
        if variant in prepared.encoders:
            nnx.update(network.bert, nnx.state(prepared.encoders[variant]))
        train, others = prepared.train.subset(members), (prepared.validation, prepared.test)
        return EncoderJob(network, prepared.objective, train, *others, seed)

    def measure_model(self, texts: str | None) -> list[Metric]:
        assert self.inputs.model is not None, "evaluate takes a model"
        network, tokenizer = load(self.network_class, self.inputs.model, self.part)
        if (kind := network.config.problem_type) not in (None, "single_label_classification"):
            raise UserError(f"{self.inputs.model}: problem_type {kind} has no accuracy to measure")
        names = network.config.label_names or ()
        if texts is None:
            with redirect_stdout(sys.stderr):  # standard output has the figures alone
                data = self.read()
            examples = data.test
            if tuple(data.names) != tuple(names):
                raise UserError(
                    f"the labels of {self.inputs.model} are {', '.join(names) or 'without names'}, "
                    f"those of {self.settings.data} are {', '.join(data.names)}: name a file with "
                    "labels of the model"
                )
        else:
            examples = self.own_examples(texts, names)
        batches = self.batches(examples, tokenizer).in_order()
        objective = self.objective(nnx.graphdef(network))
        values = measure_batches(network, objective, batches)
        return [
            Metric(name="accuracy", title="right", value=values["accuracy"], unit="%"),
            Metric(name="loss", title="loss", value=values["loss"], unit="nats"),
        ]

    def validate(self, job: EncoderJob, parameters: Any) -> dict[str, float]:
        return job.validated or job.measure_on_the_way(parameters, 0)

    def test(self, job: EncoderJob, parameters: Any) -> dict[str, float]:
        return job.measure(parameters, job.test.in_order())

    def keep(self, run: RunFolder, prepared: EncoderCurveData, job: EncoderJob) -> None:
        job.network.save_pretrained(run.path / self.part)
        prepared.tokenizer.limit_length(prepared.shape.max_position_embeddings)
        prepared.tokenizer.save_pretrained(run.path / self.part)

    # Of a run's files

    @classmethod
    def scores(cls, run: RunRecord) -> Point:
        """The point of all examples; nothing, if there is none yet."""
        points = cls.points(run)
        return points[-1] if points else {}

    @classmethod
    def encoder_card(cls, run: RunRecord, limit: str, **said: str) -> Card:
        """What the card of such a model says.

        Args:
            run: what its folder says.
            limit: what the model cannot do.
            said: fields of the card that are the task's own; `what` without the model's shape.
        """
        config, summary, shape = run.config, run.summary, run.shape(cls.part)
        data = own_settings(cls, config)["data"]
        corpora = parse_mix(config["corpus"])[0] if config.get("corpus") else []
        said["what"] += f": {in_words(shape)}."
        return Card(
            tags=["bert"],
            command=cls.question.command if cls.question else "",
            sources=[*corpora, data],
            training=cls._training_in_words(run),
            metrics=cls._card_metrics(run),
            measured_on=f"the test {cls.texts} of {source_name(data)}",
            limits=[
                *size_limits(config, summary),
                *cls._beaten_by(run),
                limit,
                f"The figures are on {cls.texts} of the same source; on others they will be worse.",
            ],
            about="how BERT works",
            **said,
        )

    @classmethod
    def _training_in_words(cls, run: RunRecord) -> str:
        config = run.config
        own = own_settings(cls, config)
        how, point = own["finetuning"], cls.scores(run).get("pretrained", {})
        rate = point.get("learning_rate", how["optimizer"]["learning_rate"])
        seeds = len(point.get("seeds", [])) or how["seeds"]
        before = (
            pretraining_in_words(config, run.summary)
            if "pretraining" in config
            else "pretraining elsewhere, on texts and terms that the model's own card has to say; "
            f"its weights are {config['made_from']['pretrained model']}."
        )
        return (
            f"The {cls.part} learnt from {in_markdown(source_name(own['data']))}: "
            f"{counted(how['epochs'], 'epoch')} in batches of {how['batch_size']},\n"
            f"{optimizer_in_words(how['optimizer'], rate)}; of {counted(seeds, 'seed')} it is "
            f"the one that did best on {cls.texts}\nset aside for choosing. Before "
            f"that:\n\n{before}"
        )

    @classmethod
    def _card_metrics(cls, run: RunRecord) -> list[Metric]:
        """Of the model in the folder, and of all that were made with it."""
        scores, first = cls.scores(run), next(iter(cls.variants))
        if not scores:
            return []
        rows = [row for row in results(run.rows(cls.stage)) if row["start"] == first]
        most = max(row["examples"] for row in rows)
        best = max(
            (row for row in rows if row["examples"] == most),
            key=lambda row: row["validation_accuracy"],
        )
        title = f"accuracy, mean of {counted(len(scores[first]['seeds']), 'seed')}"
        beside = tuple(
            Baseline("", title, scores[name]["mean"])
            for name, title in cls._rivals().items()
            if name in scores
        )
        mean = scores[first]["mean"]
        this = f"accuracy of this {cls.part}"
        return [
            Metric(name="accuracy", title=this, value=best["test_accuracy"], on_labels=True),
            Metric(name="accuracy", title=title, value=mean, baselines=beside, on_labels=True),
        ]

    @classmethod
    def _rivals(cls) -> dict[str, str]:
        """What the model has to beat, in words."""
        name, title = next(iter(cls.baselines.items()))
        return {
            "word_vectors": "from the word vectors alone",
            "random_init": "from random weights",
            name: f"by {title}",
        }

    @classmethod
    def _beaten_by(cls, run: RunRecord) -> list[str]:
        """What this run's own figures say against it."""
        scores, first = cls.scores(run), next(iter(cls.variants))
        better = [
            f"the same model {title}" if name in cls.variants else title.removeprefix("by ")
            for name, title in cls._rivals().items()
            if name in scores and scores[name]["mean"] >= scores[first]["mean"]
        ]
        if not better:
            return []
        return [f"On its test {cls.texts} {' and '.join(better)} did as well or better."]


def start_folder(source: Path) -> Path | None:
    """The folder of the model that a run's pretraining began with, where the run keeps it.

    Args:
        source: the folder of the pretrained model.
    """
    start = source.with_name(START)
    return start if source.name == "model" and (start / CONFIG).is_file() else None
