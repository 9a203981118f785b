"""LoRA in the PEFT library's files.

    NAME.lora_A.weight            Aᵀ [rank, in]
    NAME.lora_B.weight            Bᵀ [out, rank]
    NAME.lora_magnitude_vector    m [out], with DoRA

Where a file has fused several maps, one A stands beside them all: then ours lie side by side in it,
and B has a block for each.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self

import numpy as np
from flax import nnx
from scipy.linalg import block_diag

from zen_transformer.checkpoints.names import Tensors
from zen_transformer.errors import UserError
from zen_transformer.layers.linear import Linear
from zen_transformer.peft.attachment import Call
from zen_transformer.peft.config import PeftConfig
from zen_transformer.peft.lora import LoraLinear, lora_scale

A, B, MAGNITUDE = "lora_A.weight", "lora_B.weight", "lora_magnitude_vector"


@dataclass(frozen=True, kw_only=True)
class LoraConfig(PeftConfig):
    """Settings of LoRA."""

    peft_type: ClassVar = "LORA"
    targets: ClassVar = {
        "BERT": ("query", "value"),
        "GPT-2": ("c_attn",),
        "Marian or BART": ("q_proj", "v_proj"),
    }

    r: int = 8
    """The rank."""
    lora_alpha: float = 8
    """α."""
    lora_dropout: float = 0.0
    """Rate of the dropout before A."""
    use_rslora: bool = False
    """Whether s = α / √rank."""
    use_dora: bool = False
    """Whether the columns' lengths are learnt by themselves (DoRA)."""
    rank_pattern: dict[str, int] = field(default_factory=dict)
    """Other ranks, by a regular expression for the end of a name."""
    alpha_pattern: dict[str, float] = field(default_factory=dict)
    """Other α, likewise."""

    def __post_init__(self) -> None:
        for rank in (self.r, *self.rank_pattern.values()):
            if rank < 1:
                raise UserError(f"r is {rank}: a rank is at least 1")
        if not 0 <= self.lora_dropout < 1:
            raise UserError(f"lora_dropout is {self.lora_dropout}: it must be in [0, 1)")

    def rank_and_alpha(self, whole: str) -> tuple[int, float]:
        """The rank and α beside the linear map of this name."""
        rank = _by_pattern(self.rank_pattern, whole, self.r)
        return rank, _by_pattern(self.alpha_pattern, whole, self.lora_alpha)

    def beside(
        self, base: Linear, whole: str, *, number: int, call: Call, rngs: nnx.Rngs
    ) -> LoraLinear:
        rank, alpha = self.rank_and_alpha(whole)
        return LoraLinear(
            base,
            rank,
            scale=lora_scale(alpha, rank, self.use_rslora),
            dropout_rate=self.lora_dropout,
            dora=self.use_dora,
            number=number,
            call=call,
            rngs=rngs,
        )

    def tensors(self, modules: Sequence[LoraLinear]) -> Tensors:
        a = np.concatenate([np.asarray(module.lora_a[...]) for module in modules], axis=1)
        b = block_diag(*(np.asarray(module.lora_b[...]).T for module in modules))
        lengths = [np.asarray(m.magnitude[...]) for m in modules if m.magnitude is not None]
        return {A: a.T, B: b} | ({MAGNITUDE: np.concatenate(lengths)} if lengths else {})

    def parameters(self, tensors: Tensors, parts: int) -> list[Tensors]:
        columns = {"lora_b": tensors[B].T}
        if self.use_dora:
            columns["magnitude"] = tensors[MAGNITUDE]
        split = {name: np.split(array, parts, axis=-1) for name, array in columns.items()}
        return [
            {"lora_a": tensors[A].T} | {name: arrays[part] for name, arrays in split.items()}
            for part in range(parts)
        ]

    def of_parts(self, whole: str, parts: int) -> Self:
        """Fused maps get the rank of all their parts together, at the same s."""
        if parts == 1:
            return self
        rank, alpha = self.rank_and_alpha(whole)
        growth = parts**0.5 if self.use_rslora else parts
        pattern = re.escape(whole)
        return replace(
            self,
            rank_pattern={pattern: parts * rank} | self.rank_pattern,
            alpha_pattern={pattern: growth * alpha} | self.alpha_pattern,
        )


def _by_pattern(patterns: dict[str, Any], name: str, otherwise: Any) -> Any:
    """The value of the first pattern that matches the end of a name."""
    for pattern, value in patterns.items():
        if re.fullmatch(rf"(.*\.)?({pattern})", name):
            return value
    return otherwise
