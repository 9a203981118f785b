"""Tagging words with a pretrained BERT, such as with parts of speech, and what its pretraining was
worth.

The pretrained model and the same model from other starts stand beside a lookup: every word's most
frequent tag.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from flax import nnx

from zen_transformer.data.classes import numbers_of_labels
from zen_transformer.data.columns import read_sentences
from zen_transformer.data.pipes import stored
from zen_transformer.data.tagged import TaggedData, TaggedSentences, load_tagged
from zen_transformer.errors import check_range
from zen_transformer.evaluation.lookup import lookup_accuracy
from zen_transformer.layers.pooling import NoPooler
from zen_transformer.models.bert import BertForTokenClassification
from zen_transformer.models.bert_encoder import BertModel
from zen_transformer.objectives.token_classification import (
    TaggedBatches,
    TokenClassificationObjective,
)
from zen_transformer.printing import print
from zen_transformer.report.record import RunRecord
from zen_transformer.report.section import Section
from zen_transformer.runs.card import Card, in_markdown
from zen_transformer.runs.config import TrainingConfig
from zen_transformer.tasks.curve_report import own_settings
from zen_transformer.tasks.encoder_curve import EncoderCurveData, EncoderCurveTask
from zen_transformer.tasks.finetuning import FinetuningConfig
from zen_transformer.tasks.task import Question, TaskSettings
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer


@dataclass(frozen=True, kw_only=True)
class TokenClassificationConfig(FinetuningConfig):
    """How a tagger is trained."""

    validation_sentences: int = 400
    """Maximum number of validation sentences, the first ones: they are read at every report."""
    test_sentences: int = 1000
    """Maximum number of test sentences, the first ones: some 12,000 words of conll2003-pos, of
    which an accuracy of 0.9 is known to 0.003."""

    def __post_init__(self):
        super().__post_init__()
        check_range("validation_sentences", self.validation_sentences, 1)
        check_range("test_sentences", self.test_sentences, 1)


@dataclass(frozen=True, kw_only=True)
class TaggingConfig:
    """Sentences whose words have tags, and how a tagger is trained on them."""

    data: str = "conll2003-pos"
    """conll2003-pos (English) or chinese-pos, both with parts of speech; or a file in CoNLL's
    columns: a word and its tags a line, a blank line behind each sentence."""
    column: int | None = None
    """The column of the tags in such a file, counted from 1; the last one, if not given."""
    finetuning: TokenClassificationConfig = field(default_factory=TokenClassificationConfig)


@dataclass(frozen=True, kw_only=True)
class TokenClassificationSettings(TaggingConfig, TaskSettings):
    """A tagger from any pretrained model."""

    task: ClassVar[str] = "token-classification"
    group: ClassVar[str] = "tagging"

    preset: str = "quickstart"
    """The preset whose settings of tagging these are; what is given here besides goes on top."""
    seed: int = 0
    """The first of the seeds."""

    def with_positions(self, positions: int) -> Self:
        return dataclasses.replace(self, finetuning=self.finetuning.with_longest(positions))

    @property
    def training(self) -> TrainingConfig:
        """The training of one epoch's length or more; each number of sentences has its own."""
        return self.finetuning.training(self.finetuning.batch_size)


class TokenClassification(EncoderCurveTask):
    """A pretrained BERT learns to tag words (Devlin et al. 2019, section 5.3).

    The first piece of a word carries its tag, and gives the one prediction that the word gets;
    other pieces, [CLS] and [SEP] are neither learnt from nor scored. The score is the accuracy over
    all words of the test sentences: a word that was cut off, since its sentence has more tokens
    than max_length, or of which the tokenizer leaves nothing, counts as wrong.

    The same model from random weights and, where pretraining began with word vectors, from these,
    with the same budget, and every word's most frequent tag are measured on the same words.
    """

    settings_class = TokenClassificationSettings
    title = "tags of words, by a BERT"
    preset = "quickstart"
    folder = "tagging"
    examples = (
        "zen-transformer finetune --task token-classification --model runs/quickstart",
        "zen-transformer finetune --task token-classification --model runs/quickstart "
        "--data my_tags.txt --output runs/mine",
    )
    stage = "tagging"
    options = "finetuning."
    stages = ("tagging",)
    part = "tagger"
    optional = True
    baselines: ClassVar = {"lookup": "each word's most frequent tag"}
    score_title = "accuracy on the words of the test sentences"
    headline = "words of test sentences tagged right"
    picture = "tagging_curve"
    prefix = "tagging"
    question = Question("tag", "The president asked the congress to pass the bill .", "tag")
    measures = ("BertForTokenClassification",)
    exported = "my-tagger"
    network_class = BertForTokenClassification
    data_title = "tagged sentences"
    texts = "sentences"

    settings: TokenClassificationSettings

    @property
    def config(self) -> TokenClassificationConfig:
        return self.settings.finetuning

    def read(self) -> TaggedData:
        data = load_tagged(self.settings.data, self.settings.column)
        print(data.description)
        return dataclasses.replace(
            data,
            validation=data.validation.first(self.config.validation_sentences),
            test=data.test.first(self.config.test_sentences),
        )

    def own_examples(self, texts: str, names: Sequence[str]) -> TaggedSentences:
        sentences = list(read_sentences(stored(Path(texts)), self.settings.column))
        return TaggedSentences(
            [[word for word, _ in sentence] for sentence in sentences],
            [numbers_of_labels(texts, (tag for _, tag in s), names) for s in sentences],
        )

    def encoder(self, folder: Path) -> BertModel:
        encoder = BertModel.from_pretrained(folder)
        encoder.pooler = NoPooler()
        return encoder

    def objective(self, graph: nnx.GraphDef) -> TokenClassificationObjective:
        return TokenClassificationObjective(graph)

    def batches(self, examples: TaggedSentences, tokenizer: WordPieceTokenizer) -> TaggedBatches:
        return TaggedBatches(examples, tokenizer, self.config.batch_size, self.config.max_length)

    def baseline(self, prepared: EncoderCurveData, name: str, members: np.ndarray) -> float:
        data = prepared.data
        return lookup_accuracy(data.train.subset(members), data.test, prepared.tokenizer)

    # Of a run's files

    @classmethod
    def setup(cls, config: dict[str, Any]) -> list[tuple[str, str]]:
        if cls.settings_class.group not in config:
            return super().setup(config)
        made_from = config.get("made_from", {cls.data_title: ""})
        read = own_settings(cls, config)["data"] if cls.data_title in made_from else ""
        return [(cls.data_title, read or "none")]

    @classmethod
    def sections(cls, run: RunRecord) -> list[Section]:
        text = (
            "What is the pretraining worth where every word has a tag? All models learn from the "
            "same sentences, in the same order, with the same budget; the gain is the difference "
            "to the model from random weights, seed by seed."
        )
        return [cls.curve_section("Tagging", text, run)]

    @classmethod
    def card(cls, run: RunRecord, part: str) -> Card:
        tags = ", ".join(map(in_markdown, run.shape(part)["id2label"].values()))
        return cls.encoder_card(
            run,
            what=f"A BERT (Devlin et al. 2019), fine-tuned to give words one of the tags {tags}",
            pipeline="token-classification",
            auto_class="AutoModelForTokenClassification",
            remark="\nThe first piece of a word has its tag; what the model says of other pieces "
            "means nothing.",
            limit="It knows only the tags above, and says one of them for any word at all.",
        )
