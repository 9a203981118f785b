"""The settings of a method that attaches something to linear maps, named as in the PEFT library's
`adapter_config.json`."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, Self

from flax import nnx

from zen_transformer.checkpoints.names import Tensors
from zen_transformer.errors import UserError
from zen_transformer.layers.linear import Linear
from zen_transformer.peft.attachment import Attached, Call

WITHOUT_EFFECT = frozenset(
    "peft_type auto_mapping base_model_name_or_path revision task_type inference_mode peft_version "
    "fan_in_fan_out init_lora_weights init_ia3_weights runtime_config eva_config corda_config "
    "loftq_config lora_ga_config megatron_core qalora_group_size velora_config".split()
)
"""Fields that say how the parameters began, or where they lie, and change nothing of what is
computed from a file."""

NEUTRAL: tuple[Any, ...] = (None, False, "none", [], {})
"""Values with which a field asks for nothing."""


@dataclass(frozen=True, kw_only=True)
class PeftConfig(ABC):
    """Settings of a method."""

    peft_type: ClassVar[str]
    targets: ClassVar[dict[str, tuple[str, ...]]]
    """The linear maps that are targets unless others are named, by the family of the model."""

    target_modules: str | tuple[str, ...] | None = None
    """The linear maps, by HuggingFace's names: a regular expression for whole names, or the last
    parts of names; if not given, those usual for the family."""
    modules_to_save: tuple[str, ...] = ()
    """Heads that are trained too and saved whole, such as `classifier`."""

    @abstractmethod
    def beside(
        self, base: Linear, whole: str, *, number: int, call: Call, rngs: nnx.Rngs
    ) -> Attached:
        """What takes the place of a linear map.

        Args:
            base: the linear map.
            whole: its name in a file.
            number: of the module among those that are attached.
            call: what a call of the model hands to it.
            rngs: randomness of what is drawn.
        """

    @abstractmethod
    def tensors(self, modules: Sequence[Any]) -> Tensors:
        """The tensors of a file, by the ends of their names, of what is attached to one map; or to
        several, which the file has fused."""

    @abstractmethod
    def parameters(self, tensors: Tensors, parts: int) -> list[Tensors]:
        """The parameters of each of the parts, from the tensors of a file."""

    def of_parts(self, whole: str, parts: int) -> Self:
        """The settings to write where so many parts are fused in a file."""
        return self

    def for_family(self, family: str) -> Self:
        """The same with the targets that are usual for a family, unless others are named."""
        if self.target_modules is not None:
            return self
        return replace(self, target_modules=self.targets[family])

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> Self:
        """Read the content of `adapter_config.json`.

        Raises:
            UserError: a field asks for what is not computed here; it names the field.
        """
        known = {entry.name for entry in fields(cls)}
        for name, value in content.items():
            if name not in known | WITHOUT_EFFECT and value not in NEUTRAL:
                raise UserError(f"{name} is {value!r}, which is not computed here")
        values = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in content.items()
            if name in known and value is not None
        }
        return cls(**values)

    def to_dict(self) -> dict[str, Any]:
        """The content of `adapter_config.json`."""
        values = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        values |= {n: list(value) for n, value in values.items() if isinstance(value, tuple)}
        values["modules_to_save"] = values["modules_to_save"] or None
        return {"peft_type": self.peft_type, "inference_mode": True, **values}
