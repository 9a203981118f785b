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
    "UserError",
    "WordPieceTokenizer",
]

_HOMES = {
    "BertConfig": "models.config",
    "BertModel": "models.bert_encoder",
    "UserError": "errors",
    "WordPieceTokenizer": "text.wordpiece",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'zen_transformer' has no attribute {name!r}")
    home = importlib.import_module(f"zen_transformer.{_HOMES.get(name, 'models.bert')}")
    return getattr(home, name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
