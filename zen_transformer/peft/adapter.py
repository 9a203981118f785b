"""What is attached to a whole model: trained alone, switched off and merged."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from flax import nnx

from zen_transformer.errors import UserError
from zen_transformer.models.pretrained import PretrainedModel
from zen_transformer.peft.attachment import Attached, Call, file_names, linear_maps, select
from zen_transformer.peft.config import PeftConfig


@dataclass(frozen=True)
class Adapter:
    """What is attached to a model."""

    model: PretrainedModel
    config: PeftConfig
    call: Call
    modules: dict[str, Attached]
    """The attached modules by HuggingFace's names of the linear maps."""
    places: dict[str, tuple[nnx.Module, str]]
    """The module that has each of them, and its attribute there."""

    def trainable(self, name: str) -> bool:
        """Whether a parameter, by its path, is trained: what is attached, and heads named so."""
        parts = name.split("/")
        own = {leaf for module in self.modules.values() for leaf in module.own}
        return parts[-1] in own or parts[0] in self.config.modules_to_save

    def put(self, modules: Mapping[str, nnx.Module]) -> None:
        """Put modules in the places of linear maps, by their names."""
        for name, module in modules.items():
            owner, attribute = self.places[name]
            setattr(owner, attribute, module)

    @contextmanager
    def switched_off(self) -> Iterator[None]:
        """Compute without it within the block, to the bit as before it was attached."""
        self.put({name: module.base for name, module in self.modules.items()})
        try:
            yield
        finally:
            self.put(self.modules)

    def merge(self) -> None:
        """Let the linear maps compute the same alone; the model is an ordinary one then.

        Raises:
            UserError: that was done already.
        """
        if not self.modules:
            raise UserError("the adapter is merged already: its change would count twice")
        for module in self.modules.values():
            kernel, bias = module.merged()
            module.base.kernel.set_value(kernel)
            module.base.bias.set_value(bias)
        self.put({name: module.base for name, module in self.modules.items()})
        self.modules.clear()


def attach(model: PretrainedModel, config: PeftConfig, *, rngs: nnx.Rngs) -> Adapter:
    """Attach a method to linear maps of a model. What it computes is the same as before.

    Args:
        model: BERT, GPT or an encoder–decoder; its linear maps are exchanged in place.
        config: settings of the method.
        rngs: randomness of what is drawn.

    Raises:
        UserError: no linear map is a target, or something is attached already.
    """
    if any(isinstance(module, Attached) for _, module in nnx.iter_modules(model)):
        raise UserError("the model has an adapter already: merge it first, or build the model anew")
    config = config.for_family(model.layout.family)
    assert config.target_modules is not None
    maps, call = linear_maps(model), Call()
    in_file = file_names(list(maps), model.layout)
    modules: dict[str, Attached] = {}
    for whole in select(list(in_file), config.target_modules):
        for name in in_file[whole]:
            owner, attribute = maps[name]
            base, number = getattr(owner, attribute), len(modules)
            modules[name] = config.beside(base, whole, number=number, call=call, rngs=rngs)
    adapter = Adapter(model, config, call, modules, {name: maps[name] for name in modules})
    adapter.put(modules)
    return adapter
