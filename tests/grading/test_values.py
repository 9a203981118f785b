"""When two values are the same, and that they survive being written down."""

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
import pytest

from zen_transformer.grading.values import (
    UnsupportedValue,
    difference,
    pack,
    plain,
    printable,
    read_values,
    unpack,
    write_values,
)


class Pair(NamedTuple):
    one: object
    other: object


SAME = [
    (np.array([1.0, np.nan, np.inf]), np.array([1.0 + 1e-9, np.nan, np.inf])),
    (1.0, np.array(1.0)),
    (1.0, 1),
    (True, np.bool_(True)),
    (np.array([1, 2], np.int64), np.array([1, 2], np.uint8)),
    (np.array(["a", "b"]), np.array(["a", "b"])),
    ((1, [2.0]), Pair(1, [2.0])),
    ({"a": np.zeros(2), "b": None}, {"b": None, "a": np.zeros(2)}),
    (np.array([0.5]), jnp.array([0.5])),
    (np.zeros((0, 3)), np.zeros((0, 3))),
]
DIFFERENT = [
    (np.array([1.0, 2.0]), np.array([1.0, 2.1]), "at [1] expected 2, got 2.1; 1 of 2 entries"),
    (np.zeros((2, 3)), np.zeros((3, 2)), "floats of shape (2, 3), got floats of shape (3, 2)"),
    (np.zeros(2), np.zeros(2, int), "expected floats, got integers"),
    (np.zeros(2, int), np.zeros(2), "expected integers, got floats"),
    (np.zeros(2, bool), np.zeros(2, int), "expected booleans, got integers"),
    (1, True, "expected integers, got booleans"),
    (np.array([0.0]), np.array([np.nan]), "expected 0, got nan"),
    (np.array([np.inf]), np.array([-np.inf]), "expected inf, got -inf"),
    (np.array([10**9]), np.array([10**9 + 1]), "expected 1000000000, got 1000000001"),
    (np.zeros(2), None, "expected floats of shape (2,), got None"),
    (np.zeros(2), [0.0, 0.0], "expected floats of shape (2,), got a list"),
    ((1, 2), [1, 2], "expected a tuple, got a list"),
    ((1, 2), (1, 2, 3), "expected 2 entries, got 3"),
    ("a", "b", "expected 'a', got 'b'"),
    (({"w": np.ones(1)},), ({"w": np.zeros(1)},), "in result[0]['w']: at [0] expected 1, got 0"),
    ({"a": 1}, {"b": 1}, "no 'a', 'b' too many"),
    (1.0, (x for x in "a"), "got a value of type generator"),
    (1, 10**30, "got a value of type int of more than 64 bits"),
    (1, np.array([None]), "got a value of type array of object"),
]


@pytest.mark.parametrize(("expected", "got"), SAME)
def test_the_same(expected, got):
    assert difference(plain(expected), plain(got)) == ""


@pytest.mark.parametrize(("expected", "got", "message"), DIFFERENT)
def test_a_difference_is_said_in_numbers(expected, got, message):
    assert message in difference(plain(expected), plain(got))


def test_plain_copies():
    array = np.zeros(2)
    value = plain([array])
    array[0] = 1.0
    assert value[0][0] == 0.0


def test_bfloat16_is_widened():
    assert plain(jnp.ones(2, jnp.bfloat16)).dtype == np.float32


VALUES = [
    None,
    True,
    -3,
    float("nan"),
    "ü\n",
    np.arange(6.0).reshape(2, 3).T,
    np.array("text"),
    [],
    (),
    {"a": (1, [np.zeros((0, 2), bool)])},
    UnsupportedValue("generator"),
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_packing_there_and_back(value):
    arrays = []
    back = unpack(pack(value, arrays), arrays)
    assert type(back) is type(value)
    assert difference(value, back, 0.0) == ""


@pytest.mark.parametrize(
    "packed", [{"array": 1}, {"array": -1}, {"array": "x"}, {"list": {}}, {"set": []}, {}, []]
)
def test_what_was_not_packed_is_not_unpacked(packed):
    with pytest.raises(ValueError, match="not a packed value"):
        unpack(packed, [np.zeros(1)])


def test_files(tmp_path):
    write_values(tmp_path / "one", {"values": VALUES[:-1]})
    assert difference({"values": VALUES[:-1]}, read_values(tmp_path / "one"), 0.0) == ""


def test_a_terminal_is_not_commanded():
    assert printable("a\x1b[31mb\n") == "a [31mb "


def test_what_looks_the_same_is_written_so_that_it_does_not():
    assert difference("\u00e9", "e\u0301") == "expected '\\xe9', got 'e\\u0301'"
    third = np.array([1 / 3])
    assert difference(third, third + 1e-8, 1e-9) == (
        "at [0] expected 0.3333333333333333, got 0.3333333433333333"
    )
