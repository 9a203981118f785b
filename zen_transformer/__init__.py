"""BERT and the Transformer family from the equations up, in NumPy and JAX.

The public names resolve when they are first used, so that `import zen_transformer` costs
nothing and works where JAX is not installed.
"""

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from zen_transformer.errors import UserError
    from zen_transformer.models.bert import (
        BertForMaskedLM,
        BertForMultipleChoice,
        BertForNextSentencePrediction,
        BertForPreTraining,
        BertForQuestionAnswering,
        BertForSequenceClassification,
        BertForTokenClassification,
    )
    from zen_transformer.models.bert_config import BertConfig
    from zen_transformer.models.bert_encoder import BertModel
    from zen_transformer.models.encoder_decoder import EncoderDecoderForConditionalGeneration
    from zen_transformer.models.encoder_decoder_config import EncoderDecoderConfig
    from zen_transformer.models.gpt import GPTForCausalLM, GPTModel
    from zen_transformer.models.gpt_config import GPTConfig
    from zen_transformer.tokenizers.added_tokens import AddedToken
    from zen_transformer.tokenizers.byte_pair import ByteLevelBPETokenizer
    from zen_transformer.tokenizers.characters import CharacterTokenizer
    from zen_transformer.tokenizers.loading import load_tokenizer
    from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer

__all__ = [
    "AddedToken",
    "BertConfig",
    "BertForMaskedLM",
    "BertForMultipleChoice",
    "BertForNextSentencePrediction",
    "BertForPreTraining",
    "BertForQuestionAnswering",
    "BertForSequenceClassification",
    "BertForTokenClassification",
    "BertModel",
    "ByteLevelBPETokenizer",
    "CharacterTokenizer",
    "EncoderDecoderConfig",
    "EncoderDecoderForConditionalGeneration",
    "GPTConfig",
    "GPTForCausalLM",
    "GPTModel",
    "UserError",
    "WordPieceTokenizer",
    "load_tokenizer",
    "tokenizer_of",
]

_HOMES = {
    "AddedToken": "tokenizers.added_tokens",
    "BertConfig": "models.bert_config",
    "BertModel": "models.bert_encoder",
    "ByteLevelBPETokenizer": "tokenizers.byte_pair",
    "CharacterTokenizer": "tokenizers.characters",
    "EncoderDecoderConfig": "models.encoder_decoder_config",
    "EncoderDecoderForConditionalGeneration": "models.encoder_decoder",
    "GPTConfig": "models.gpt_config",
    "GPTForCausalLM": "models.gpt",
    "GPTModel": "models.gpt",
    "UserError": "errors",
    "WordPieceTokenizer": "tokenizers.wordpiece",
    "load_tokenizer": "tokenizers.loading",
}
_FORMER = {"tokenizer_of": "load_tokenizer"}
"""Former public names, which keep working, and what each is called now."""


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'zen_transformer' has no attribute {name!r}")
    name = _FORMER.get(name, name)
    home = importlib.import_module(f"zen_transformer.{_HOMES.get(name, 'models.bert')}")
    return getattr(home, name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
