"""The work that is timed: models and batches."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from zen_transformer.layers.fused_attention import Implementation
from zen_transformer.models.bert_config import BertConfig
from zen_transformer.models.flops import bert_flops_per_token

TINY = {"num_hidden_layers": 2, "hidden_size": 128, "num_attention_heads": 2, "vocab_size": 4096}
SMALL = {"num_hidden_layers": 4, "hidden_size": 256, "num_attention_heads": 4, "vocab_size": 8192}
BASE = {"num_hidden_layers": 12, "hidden_size": 768, "num_attention_heads": 12, "vocab_size": 30522}
LARGE = BASE | {"num_hidden_layers": 24, "hidden_size": 1024, "num_attention_heads": 16}


@dataclass(frozen=True)
class Work:
    """A workload that is timed.

    Args:
        name: of the row.
        kind: "train" is pretraining on random ids, "mixed" pretraining on sentences of mixed
            length, "forward" the encoder alone, "generate" greedy generation of `length` tokens
            by a GPT of this size.
        model: fields of `BertConfig`; the feed-forward network is four times as wide.
        batch, length: number of sequences, and of tokens in each.
        dropout: rate everywhere in the model; `attention_dropout`, if given, for attention weights.
        same_work: HuggingFace, too, computes the logits of the masked positions only.
        bfloat16: compute in bfloat16.
        attention: implementation of attention in this package.
        steps: times that the work is done in each round.
    """

    name: str
    kind: str
    model: dict[str, int]
    batch: int
    length: int
    dropout: float = 0.1
    attention_dropout: float | None = None
    same_work: bool = False
    bfloat16: bool = False
    attention: Implementation = "explicit"
    steps: int = 4

    @property
    def tokens(self) -> int:
        """Number of tokens in a batch."""
        return self.batch * self.length

    @property
    def config(self) -> dict[str, Any]:
        """Fields of `BertConfig`, here and in HuggingFace."""
        attention_dropout = self.attention_dropout
        return self.model | {
            "intermediate_size": 4 * self.model["hidden_size"],
            "max_position_embeddings": max(512, self.length),
            "hidden_dropout_prob": self.dropout,
            "attention_probs_dropout_prob": (
                self.dropout if attention_dropout is None else attention_dropout
            ),
        }

    @property
    def gpt_config(self) -> dict[str, Any]:
        """Fields of `GPTConfig`, here and in HuggingFace's `GPT2Config`, of the same size."""
        return {
            "vocab_size": self.model["vocab_size"],
            "n_positions": 1024,
            "n_embd": self.model["hidden_size"],
            "n_layer": self.model["num_hidden_layers"],
            "n_head": self.model["num_attention_heads"],
            "bos_token_id": 0,
            "eos_token_id": 0,
        }

    def prompts(self) -> np.ndarray:
        """Draw a prompt of 16 tokens for each sequence."""
        return np.random.default_rng(0).integers(1, self.model["vocab_size"], (self.batch, 16))

    @property
    def predictions(self) -> int:
        """Number of masked positions of a sequence."""
        return max(1, round(0.15 * self.length))

    @property
    def flops(self) -> float:
        """Floating-point operations of the matrix products of a step."""
        forward = self.kind == "forward"
        per_token = bert_flops_per_token(
            BertConfig(**self.config), self.length, predictions=0 if forward else self.predictions
        )
        return (1 if forward else 3) * per_token * self.tokens

    def inputs(self) -> dict[str, np.ndarray]:
        """Draw a batch without padding."""
        rng = np.random.default_rng(0)
        shape = self.batch, self.length
        segments = (np.arange(self.length) >= self.length // 2).astype(np.int32)
        return {
            "input_ids": rng.integers(5, self.model["vocab_size"], shape, np.int32),
            "attention_mask": np.ones(shape, np.int32),
            "token_type_ids": np.broadcast_to(segments, shape).copy(),
            "next_sentence_label": rng.integers(0, 2, self.batch, np.int32),
        }


def cpu_work() -> list[Work]:
    """The work that `make bench` times on a CPU."""
    trainings = [
        Work("train-2x128", "train", TINY, 16, 128, dropout=0.0, steps=8),
        Work("train-4x256", "train", SMALL, 32, 128),
        Work("train-4x256-nodropout", "train", SMALL, 32, 128, dropout=0.0),
        Work("train-base", "train", BASE, 8, 128, steps=1),
    ]
    same = [replace(work, name=f"{work.name}-same-work", same_work=True) for work in trainings]
    return [
        *trainings,
        *same,
        Work("train-mixed-length", "mixed", SMALL, 32, 128),
        Work("forward-4x256", "forward", SMALL, 32, 128, dropout=0.0, steps=10),
        Work("forward-base", "forward", BASE, 8, 128, dropout=0.0, steps=3),
        Work("generate-4x256-1", "generate", SMALL, 1, 128, dropout=0.0, steps=2),
        Work("generate-4x256-16", "generate", SMALL, 16, 128, dropout=0.0, steps=2),
        Work("generate-4x256-1-long", "generate", SMALL, 1, 960, dropout=0.0, steps=1),
    ]


def gpu_work() -> list[Work]:
    """The work that `make bench` times on a GPU: in bfloat16, without dropout of the attention
    weights, which cuDNN's attention does not have."""
    shapes = [
        ("base", BASE, 128, 256),
        ("base", BASE, 512, 64),
        ("large", LARGE, 128, 128),
        ("large", LARGE, 512, 32),
    ]
    return [
        Work(
            f"train-{name}-{length}",
            "train",
            model,
            batch,
            length,
            attention_dropout=0.0,
            same_work=True,
            bfloat16=True,
            attention="cudnn",
            steps=10,
        )
        for name, model, length, batch in shapes
    ]


def find_work(name: str) -> Work:
    """Return the work with this name."""
    return next(work for work in [*cpu_work(), *gpu_work()] if work.name == name)
