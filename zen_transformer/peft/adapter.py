"""LoRA on a whole model: attached, trained alone, switched off and merged."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from flax import nnx

from zen_transformer.errors import UserError
from zen_transformer.models.pretrained import PretrainedModel
from zen_transformer.peft.attachment import Call, file_names, linear_maps, select
from zen_transformer.peft.lora import LoraLinear, lora_scale
from zen_transformer.peft.lora_config import TARGETS, LoraConfig

OWN = ("lora_a", "lora_b", "magnitude")
"""Names of the parameters of `LoraLinear`."""


@dataclass(frozen=True)
class Adapter:
    """LoRA on a model."""

    model: PretrainedModel
    config: LoraConfig
    call: Call
    modules: dict[str, LoraLinear]
    """The attached modules by HuggingFace's names of the linear maps."""
    places: dict[str, tuple[nnx.Module, str]]
    """The module that has each of them, and its attribute there."""

    def trainable(self, name: str) -> bool:
        """Whether a parameter, by its path, is trained: those of LoRA, and heads named so."""
        parts = name.split("/")
        return parts[-1] in OWN or parts[0] in self.config.modules_to_save

    @contextmanager
    def switched_off(self) -> Iterator[None]:
        """Compute without LoRA within the block, to the bit as before it was attached."""
        self._put({name: module.base for name, module in self.modules.items()})
        try:
            yield
        finally:
            self._put(self.modules)

    def merge(self) -> None:
        """Add s A B to the kernels and take LoRA off; the model is an ordinary one then.

        Raises:
            UserError: that was done already.
        """
        if not self.modules:
            raise UserError("the adapter is merged already: its change would count twice")
        for module in self.modules.values():
            module.base.kernel.set_value(module.merged_kernel())
        self._put({name: module.base for name, module in self.modules.items()})
        self.modules.clear()

    def _put(self, modules: dict) -> None:
        for name, module in modules.items():
            owner, attribute = self.places[name]
            setattr(owner, attribute, module)


def attach_lora(model: PretrainedModel, config: LoraConfig, *, rngs: nnx.Rngs) -> Adapter:
    """Put LoRA beside linear maps of a model. What it computes is the same as before, to the bit.

    Args:
        model: BERT, GPT or an encoder–decoder; its linear maps are exchanged in place.
        config: settings.
        rngs: randomness of A.

    Raises:
        UserError: no linear map is a target, or there is LoRA already.
    """
    if any(isinstance(module, LoraLinear) for _, module in nnx.iter_modules(model)):
        raise UserError("the model has LoRA already: merge it first, or build the model anew")
    if (targets := config.target_modules) is None:
        targets = TARGETS[model.layout.family]
        config = replace(config, target_modules=targets)
    maps, call = linear_maps(model), Call()
    in_file = file_names(list(maps), model.layout)
    modules: dict[str, LoraLinear] = {}
    for whole in select(list(in_file), targets):
        rank = config.rank_of(whole)
        for name in in_file[whole]:
            owner, attribute = maps[name]
            modules[name] = LoraLinear(
                getattr(owner, attribute),
                rank,
                scale=lora_scale(config.alpha_of(whole), rank, config.use_rslora),
                dropout_rate=config.lora_dropout,
                dora=config.use_dora,
                number=len(modules),
                call=call,
                rngs=rngs,
            )
    adapter = Adapter(model, config, call, modules, {name: maps[name] for name in modules})
    adapter._put(modules)
    return adapter
