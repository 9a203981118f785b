"""Every setting that is a number has to be finite: training on nan or inf would go to its end."""

import dataclasses
import math
from collections.abc import Iterator
from typing import Any, get_args, get_type_hints

import pytest

from zen_transformer import BertConfig, EncoderDecoderConfig, GPTConfig, UserError
from zen_transformer.errors import check_range
from zen_transformer.generation.beams import BeamSearch
from zen_transformer.generation.gibbs import GibbsConfig
from zen_transformer.generation.sampling import Sampling
from zen_transformer.inference.gpt import GenerationConfig
from zen_transformer.tasks.registry import BUILT_IN, load_preset, task_class

SETTINGS = [
    *(task_class(name).settings_class() for name in BUILT_IN),
    load_preset("quickstart"),
    BertConfig(),
    GPTConfig(),
    EncoderDecoderConfig(),
    BeamSearch(num_beams=1, max_new_tokens=1, eos_token_ids=(), pad_token_id=0),
    GenerationConfig(),
    GibbsConfig(),
    Sampling(),
]


def holds_floats(kind: Any) -> bool:
    return kind is float or any(map(holds_floats, get_args(kind)))


def with_number(settings: Any, number: float) -> Iterator[tuple[str, Any]]:
    """Every setting that may be a float, and how to make the settings with that number in it."""
    hints = get_type_hints(type(settings))
    for field in dataclasses.fields(settings):
        value = getattr(settings, field.name)
        if dataclasses.is_dataclass(value):
            for name, make in with_number(value, number):
                yield (
                    f"{field.name}.{name}",
                    lambda field=field, make=make: dataclasses.replace(
                        settings, **{field.name: make()}
                    ),
                )
        elif holds_floats(hints[field.name]):
            other = number
            if isinstance(value, tuple):
                other = (*value[:-1], number)
            elif isinstance(value, dict):
                other = {**value, "pretrained": number}
            yield (
                field.name,
                lambda field=field, other=other: dataclasses.replace(
                    settings, **{field.name: other}
                ),
            )


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("settings", SETTINGS, ids=lambda settings: type(settings).__name__)
def test_no_setting_is_infinite_or_not_a_number(settings, number):
    settings_with_number = dict(with_number(settings, number))
    assert settings_with_number
    for name, make in settings_with_number.items():
        with pytest.raises(UserError, match=r"(nan|inf)\b") as error:
            make()
        assert name.rpartition(".")[2] in str(error.value) or "learning rate" in str(error.value)


def test_a_range_without_an_upper_end_ends_before_infinity():
    with pytest.raises(UserError, match="seconds is inf: it must be at least 1"):
        check_range("seconds", math.inf, 1)
