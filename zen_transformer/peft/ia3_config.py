"""IA³ in the PEFT library's files: `NAME.ia3_l`, [out, 1] or, for the input, [1, in]."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np
from flax import nnx

from zen_transformer.checkpoints.names import Tensors
from zen_transformer.layers.linear import Linear
from zen_transformer.peft.attachment import Call, is_target
from zen_transformer.peft.config import PeftConfig
from zen_transformer.peft.ia3 import Ia3Linear

FACTORS = "ia3_l"


@dataclass(frozen=True, kw_only=True)
class Ia3Config(PeftConfig):
    """Settings of IA³."""

    peft_type: ClassVar = "IA3"
    targets: ClassVar = {
        "BERT": ("key", "value", "output.dense"),
        "GPT-2": ("c_attn", "mlp.c_proj"),
        "Marian or BART": ("q_proj", "v_proj", "fc2"),
    }
    feed_forward: ClassVar = {
        "BERT": ("output.dense",),
        "GPT-2": ("mlp.c_proj",),
        "Marian or BART": ("fc2",),
    }
    """The targets of which the input gets the factors, by family."""

    feedforward_modules: str | tuple[str, ...] | None = None
    """The targets of which the input gets the factors, not the output; if not given, those usual
    for the family."""

    def for_family(self, family: str) -> Self:
        config = super().for_family(family)
        if config.feedforward_modules is not None:
            return config
        return replace(config, feedforward_modules=self.feed_forward[family])

    def beside(
        self, base: Linear, whole: str, *, number: int, call: Call, rngs: nnx.Rngs
    ) -> Ia3Linear:
        on_input = is_target(whole, self.feedforward_modules or ())
        return Ia3Linear(base, "input" if on_input else "output")

    def tensors(self, modules: Sequence[Ia3Linear]) -> Tensors:
        factors = np.concatenate([np.asarray(module.factors[...]) for module in modules])
        return {FACTORS: factors[None, :] if modules[0].side == "input" else factors[:, None]}

    def parameters(self, tensors: Tensors, parts: int) -> list[Tensors]:
        return [{"factors": part} for part in np.split(tensors[FACTORS].reshape(-1), parts)]
