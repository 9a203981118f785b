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
    from zen_transformer.models.bert_encoder import BertModel
    from zen_transformer.models.config import BertConfig
    from zen_transformer.models.encoder_decoder import EncoderDecoderForConditionalGeneration
    from zen_transformer.models.encoder_decoder_config import EncoderDecoderConfig
    from zen_transformer.models.gpt import GPTForCausalLM, GPTModel
    from zen_transformer.models.gpt_config import GPTConfig
    from zen_transformer.text.byte_pair import ByteLevelBPETokenizer
    from zen_transformer.text.characters import CharacterTokenizer
    from zen_transformer.text.tokenizers import tokenizer_of
    from zen_transformer.text.wordpiece import WordPieceTokenizer

__all__ = [
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
    "tokenizer_of",
]

_HOMES = {
    "BertConfig": "models.config",
    "BertModel": "models.bert_encoder",
    "ByteLevelBPETokenizer": "text.byte_pair",
    "CharacterTokenizer": "text.characters",
    "EncoderDecoderConfig": "models.encoder_decoder_config",
    "EncoderDecoderForConditionalGeneration": "models.encoder_decoder",
    "GPTConfig": "models.gpt_config",
    "GPTForCausalLM": "models.gpt",
    "GPTModel": "models.gpt",
    "UserError": "errors",
    "WordPieceTokenizer": "text.wordpiece",
    "tokenizer_of": "text.tokenizers",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'zen_transformer' has no attribute {name!r}")
    home = importlib.import_module(f"zen_transformer.{_HOMES.get(name, 'models.bert')}")
    return getattr(home, name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
