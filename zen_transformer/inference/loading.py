"""A trained model and its tokenizer, from a run's folder or a folder in HuggingFace's layout."""

from pathlib import Path
from typing import Any, TypeVar

from zen_transformer.errors import UserError
from zen_transformer.inference.folders import WAY_OUT, check_kind, model_folder
from zen_transformer.models.encoder_decoder import EncoderDecoderForConditionalGeneration
from zen_transformer.models.gpt import GPTForCausalLM
from zen_transformer.models.pretrained import MissingParameters, PretrainedModel
from zen_transformer.tokenizers.base import Tokenizer
from zen_transformer.tokenizers.loading import load_generating_tokenizer
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer

Model = TypeVar("Model", bound=PretrainedModel)
GENERATING: dict[type[PretrainedModel], tuple[tuple[str, ...], str]] = {
    GPTForCausalLM: (("gpt2",), "`zen-transformer pretrain --task causal-lm` makes one"),
    EncoderDecoderForConditionalGeneration: (
        ("marian", "bart", "zen-encoder-decoder"),
        "`zen-transformer pretrain --task seq2seq --preset translation` makes one",
    ),
}
"""The values of `model_type` of the models that generate, and what makes such a model."""


def load(
    model_class: type[Model], folder: Path, part: str, dtype: str = "float32"
) -> tuple[Model, WordPieceTokenizer]:
    """Both, held against each other; `part` is the run's `model`, `classifier` or `tagger`.

    A model may have more vectors than the tokenizer has pieces: some are filled up to a round
    number.

    Raises:
        UserError: a parameter is missing, or the tokenizer does not belong to the model.
    """
    source = model_folder(folder, part)
    check_kind(source, ("bert",))
    try:
        model = model_class.from_pretrained(source, require_all=True, dtype=dtype)
    except MissingParameters as error:
        raise UserError(f"{error}; {WAY_OUT[part].format(folder=folder)}") from error
    tokenizer = WordPieceTokenizer.from_pretrained(source)
    check_vocabulary(source, tokenizer, model.config)
    return model, tokenizer


def check_vocabulary(source: Path, tokenizer: Tokenizer, config: Any) -> None:
    """Check that a tokenizer belongs to the model beside which it lies.

    Raises:
        UserError: it has more pieces than the model has vectors, or BERT's another id of [PAD].
    """
    same = "they do not belong together, so copy the tokenizer's files of this model here"
    if tokenizer.vocab_size > config.vocab_size:
        raise UserError(
            f"{source}: the tokenizer has {tokenizer.vocab_size} pieces, the model "
            f"{config.vocab_size}: {same}"
        )
    if isinstance(tokenizer, WordPieceTokenizer) and tokenizer.pad_id != config.pad_token_id:
        raise UserError(
            f"{source}: [PAD] is {tokenizer.pad_id} in the tokenizer, {config.pad_token_id} in the "
            f"model: {same}"
        )


def load_generating(model_class: type[Model], folder: Path) -> tuple[Model, Tokenizer]:
    """A model that generates text and its tokenizer, held against each other.

    Raises:
        UserError: no such folder, a model of another family, or a tokenizer that cannot write or
            does not belong to the model.
    """
    kinds, made_by = GENERATING[model_class]
    source = model_folder(folder, "model", made_by)
    check_kind(source, kinds)
    network = model_class.from_pretrained(source, require_all=True)
    tokenizer = load_generating_tokenizer(source)
    check_vocabulary(source, tokenizer, network.config)
    return network, tokenizer


def load_gpt(folder: Path) -> tuple[GPTForCausalLM, Tokenizer]:
    """A GPT and its tokenizer, as `load_generating` does."""
    return load_generating(GPTForCausalLM, folder)
