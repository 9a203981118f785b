"""What a model's folder says about generating, honoured as HuggingFace's transformers does.

Where there is a generation_config.json, it alone counts; else the fields about generating that the
config.json has, as older files do. What a file leaves open is the default of the caller. How the
next token is chosen is one thing: a file that says a part of it (`DECIDING`) has HuggingFace's
defaults for the other parts.
"""

import json
from dataclasses import asdict, replace
from dataclasses import fields as fields_of
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from zen_transformer.checkpoints.files import CONFIG
from zen_transformer.errors import UserError
from zen_transformer.files import read_json
from zen_transformer.generation.sampling import Sampling
from zen_transformer.hub import cached_folder
from zen_transformer.inference.decoding import DRAWING, SEARCHING, DecodingConfig
from zen_transformer.models.generation_fields import FORMER, HONOURED, NEUTRAL, WITHOUT_EFFECT
from zen_transformer.presets.overrides import with_overrides

GENERATION_CONFIG = "generation_config.json"
DECIDING = ("do_sample", "num_beams", *DRAWING)
"""Fields that say how the next token is chosen."""
THEIRS = Sampling(do_sample=False, top_k=50)
"""How HuggingFace chooses it, where a file says a part of `DECIDING` only."""
OUR_NAMES = {
    "num_beams": "beams",
    "num_return_sequences": "samples",
    "eos_token_id": "eos_token_ids",
    "forced_eos_token_id": "forced_eos_token_ids",
}
"""Fields that have another name in `DecodingConfig` and `Sampling`."""
Config = TypeVar("Config", bound=DecodingConfig)


class GenerationDefaults(NamedTuple):
    """Fields about generating, with HuggingFace's names, and the file that has them."""

    file: Path
    fields: dict[str, Any]

    def start(self, config: Config) -> Config:
        """What options go on top of: the config of the caller, with the fields of the file.

        Raises:
            UserError: a value that is out of range or not implemented; names the file.
        """
        values = _with_our_names(self.fields)
        names = {field.name for field in fields_of(Sampling)}
        chosen = {name: values.pop(name) for name in [*values] if name in names}
        of_config = {field.name for field in fields_of(config)}
        given = {name: value for name, value in values.items() if name in of_config}
        says_how = any(name in self.fields for name in DECIDING)
        base = THEIRS if says_how else config.sampling
        sampling = with_overrides(base, chosen, str(self.file))
        config = replace(config, sampling=sampling, usual=asdict(sampling) | given)
        config = with_overrides(config, given, str(self.file))
        if config.beams and says_how and sampling.do_sample:
            raise UserError(
                f"{self.file}: do_sample is true and num_beams {config.beams}: beams are not drawn "
                "here, so take one of the two out"
            )
        return config

    def describe(self, start: DecodingConfig, config: DecodingConfig) -> str:
        """The fields of the file that decide how texts are generated, in one line; "" if none do.

        Args:
            start: the config with the fields of the file.
            config: what options made of it, which go before the file.
        """
        usual = type(config)()
        used = [
            f"{name} {json.dumps(value)}"
            for name, value in self.fields.items()
            if _is_used(name, start, config)
            and (name in ("do_sample", *DRAWING) or _value(config, name) != _value(usual, name))
        ]
        return f"{self.file} says: {', '.join(used)}" if used else ""


def _is_used(name: str, start: DecodingConfig, config: DecodingConfig) -> bool:
    """Whether a field counts: no option goes before it, and it has an effect of its own."""
    if name in DRAWING and (config.beams or not config.sampling.do_sample):
        return False
    if name in SEARCHING and not config.beams:
        return False
    if name == "max_length" and config.max_new_tokens is not None:
        return False
    if name == "eos_token_id" and len(start.eos_token_ids) == 1:  # the tokenizer's, as everywhere
        return False
    return _value(config, name) == _value(start, name)


def _value(config: DecodingConfig, name: str) -> Any:
    """The value of a field of HuggingFace's; None where it is no setting of the config."""
    name = OUR_NAMES.get(name, name)
    return getattr(config, name, getattr(config.sampling, name, None))


def _with_our_names(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields as `DecodingConfig` and `Sampling` have them."""
    fields = dict(fields)
    for name in ("eos_token_id", "forced_eos_token_id"):
        if isinstance(fields.get(name), int):
            fields[name] = [fields[name]]
    if fields.get("num_beams") == 1:
        fields["num_beams"] = 0
    if fields.get("top_k") == 0:
        fields["top_k"] = None
    if fields.get("min_new_tokens"):
        fields.pop("min_length", None)
    return {OUR_NAMES.get(name, name): value for name, value in fields.items()}


def read_generation_defaults(folder: Path) -> GenerationDefaults:
    """Read what the folder of a model or a run says about generating, or a model's in the cache.

    A folder without a model says nothing; who reads the model says what is missing.

    Raises:
        UserError: a damaged file, or a field that would change what is generated and is not
            implemented; names the file and the field.
    """
    folder = cached_folder(folder)
    source = next(
        (path for path in (folder / "model", folder) if (path / CONFIG).is_file()), folder
    )
    if not (source / CONFIG).is_file():
        return GenerationDefaults(source / GENERATION_CONFIG, {})
    config = _given(read_json(source / CONFIG))
    file = source / GENERATION_CONFIG
    if file.is_file():
        fields = _given(read_json(file))
        _check_names(file, fields)
        _check_start(file, fields, config)
    else:
        file = source / CONFIG
        former = config.get("bos_token_id") if config.get(FORMER) else None
        fields = config if former is None else config | {"forced_bos_token_id": former}
    for name, neutral in NEUTRAL.items():
        if fields.get(name, neutral) != neutral:
            raise UserError(
                f"{file}: {name} is {json.dumps(fields[name])}, which is not implemented: take it "
                "out of the file, if texts may be generated without it"
            )
    for name in ("num_beams", "num_return_sequences"):
        if name in fields and (not isinstance(fields[name], int) or fields[name] < 1):
            raise UserError(f"{file}: {name} is {fields[name]!r}: it must be at least 1")
    honoured = {name: value for name, value in fields.items() if name in HONOURED}
    return GenerationDefaults(file, honoured)


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields that are not null."""
    return {name: value for name, value in fields.items() if value is not None}


def _check_names(file: Path, fields: dict[str, Any]) -> None:
    unknown = sorted({*fields} - HONOURED - {*NEUTRAL} - WITHOUT_EFFECT)
    if unknown:
        raise UserError(
            f"{file}: unknown field about generating: {', '.join(unknown)}: take it out, if it "
            "changes nothing"
        )


def _check_start(file: Path, fields: dict[str, Any], config: dict[str, Any]) -> None:
    """The decoder begins with what the model's config says; the two files have to agree."""
    name = "decoder_start_token_id"
    if name in config and fields.get(name, config[name]) != config[name]:
        raise UserError(
            f"{file}: {name} is {fields[name]}, in {CONFIG} it is {config[name]}: make both the "
            "same"
        )
