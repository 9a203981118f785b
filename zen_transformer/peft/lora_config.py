"""The settings of LoRA, by the names of the PEFT library's `adapter_config.json`."""

import re
from dataclasses import dataclass, field
from typing import Any

from zen_transformer.errors import UserError

TARGETS = {
    "BERT": ("query", "value"),
    "GPT-2": ("c_attn",),
    "Marian or BART": ("q_proj", "v_proj"),
}
"""The linear maps that are targets unless others are named, by the family of the model."""

WITHOUT_EFFECT = frozenset(
    "auto_mapping base_model_name_or_path revision task_type inference_mode peft_version "
    "fan_in_fan_out init_lora_weights runtime_config eva_config corda_config loftq_config "
    "lora_ga_config megatron_core qalora_group_size velora_config".split()
)
"""Fields that say how the parameters began, or where they lie, and change nothing of what is
computed from a file."""


@dataclass(frozen=True)
class LoraConfig:
    """Settings of LoRA."""

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
    target_modules: str | tuple[str, ...] | None = None
    """The linear maps, by HuggingFace's names: a regular expression for whole names, or the last
    parts of names; if not given, those usual for the family."""
    modules_to_save: tuple[str, ...] = ()
    """Heads that are trained too and saved whole, such as `classifier`."""
    rank_pattern: dict[str, int] = field(default_factory=dict)
    """Other ranks, by a regular expression for the end of a name."""
    alpha_pattern: dict[str, float] = field(default_factory=dict)
    """Other α, likewise."""

    def __post_init__(self) -> None:
        if self.r < 1 or any(rank < 1 for rank in self.rank_pattern.values()):
            raise UserError(f"r is {self.r}: a rank is at least 1")
        if not 0 <= self.lora_dropout < 1:
            raise UserError(f"lora_dropout is {self.lora_dropout}: it must be in [0, 1)")

    def rank_of(self, name: str) -> int:
        """The rank beside the linear map of this name."""
        return _by_pattern(self.rank_pattern, name, self.r)

    def alpha_of(self, name: str) -> float:
        """The α beside the linear map of this name."""
        return _by_pattern(self.alpha_pattern, name, self.lora_alpha)

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> "LoraConfig":
        """Read the content of `adapter_config.json`.

        Raises:
            UserError: a field asks for what is not computed here; it names the field.
        """
        if fields.get("peft_type") != "LORA":
            raise UserError(f"peft_type is {fields.get('peft_type')!r}, and only LORA is read here")
        known = {name: value for name, value in fields.items() if name in cls.__dataclass_fields__}
        for name, value in fields.items():
            if name in known or name in WITHOUT_EFFECT or name == "peft_type":
                continue
            if value not in (None, False, "none", [], {}):
                raise UserError(f"{name} is {value!r}, which is not computed here")
        for name in ("target_modules", "modules_to_save"):
            if isinstance(value := known.get(name), list):
                known[name] = tuple(value)
        return cls(**{name: value for name, value in known.items() if value is not None})

    def to_dict(self) -> dict[str, Any]:
        """The content of `adapter_config.json`."""
        targets, saved = self.target_modules, list(self.modules_to_save) or None
        return {
            "peft_type": "LORA",
            "r": self.r,
            "lora_alpha": self.lora_alpha,
            "lora_dropout": self.lora_dropout,
            "use_rslora": self.use_rslora,
            "use_dora": self.use_dora,
            "target_modules": list(targets) if isinstance(targets, tuple) else targets,
            "modules_to_save": saved,
            "rank_pattern": self.rank_pattern,
            "alpha_pattern": self.alpha_pattern,
            "bias": "none",
            "inference_mode": True,
        }


def _by_pattern(patterns: dict[str, Any], name: str, otherwise: Any) -> Any:
    """The value of the first pattern that matches the end of a name."""
    for pattern, value in patterns.items():
        if re.fullmatch(rf"(.*\.)?({pattern})", name):
            return value
    return otherwise
