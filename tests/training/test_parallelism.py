import json
import socket
import subprocess
import sys
from functools import cache
from pathlib import Path

import jax
import numpy as np
import pytest
from jax.sharding import AbstractMesh, PartitionSpec

from zen_transformer.errors import UserError
from zen_transformer.training.parallelism import (
    AXES,
    MeshOfDevices,
    OneDevice,
    Pmap,
    check_divides,
    check_heads,
    choose_parallelism,
    parse_mesh,
    partition_spec,
)
from zen_transformer.training.step import TrainState

KEY = jax.random.key(0)
PROGRAM = Path(__file__).with_name("eight_devices.py")
VARIANTS = (
    "one",
    "microbatches",
    "pmap",
    "pmap,microbatches",
    "data=8",
    "fsdp=8",
    "data=2,model=4",
    "data=2,fsdp=2,model=2",
    "resumed",
)


@cache
def runs(dtype, variants):
    """What the program printed."""
    command = [sys.executable, PROGRAM, dtype, "1", "0", "", *variants]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


@pytest.mark.slow
@pytest.mark.parametrize(("dtype", "close"), [("float64", 1e-11), ("float32", 1e-5)])
def test_every_parallelism_gives_the_losses_of_one_device(dtype, close):
    variants = VARIANTS if dtype == "float64" else ("one", *VARIANTS[-3:-1])
    one, *others = runs(dtype, variants).items()
    losses = one[1]["losses"]
    assert losses[-1] < losses[0] - 0.1
    for variant, other in others:
        np.testing.assert_allclose(other["losses"], losses, rtol=close, err_msg=variant)
        assert other["difference"] <= 10 * close, variant


@pytest.mark.slow
def test_some_of_the_parameters_are_trained_alike_everywhere():
    variants = "one", "pmap,microbatches", "fsdp=8", "data=2,fsdp=2,model=2", "resumed"
    one, *others = runs("float64", tuple(f"some:{name}" for name in variants)).values()
    assert one["losses"][-1] < one["losses"][0] - 0.1
    trained = "feed_forward/", "token/", "masked_lm_head/"
    assert len(one["unchanged"]) == 20
    assert not any(part in name for part in trained for name in one["unchanged"])
    for other in others:
        np.testing.assert_allclose(other["losses"], one["losses"], rtol=1e-11)
        assert other["difference"] <= 1e-10
        assert other["unchanged"] == one["unchanged"]


def answer(out, error):
    """The line of JSON among those that gloo writes to standard output; else the error."""
    lines = [line for line in out.splitlines() if line.startswith("{")]
    assert lines, error
    return json.loads(lines[-1])


@pytest.mark.slow
def test_two_processes_give_the_losses_of_one():
    variants = ("data=8", "fsdp=8", "data=2,model=4")
    with socket.socket() as free:
        free.bind(("localhost", 0))
        address = f"localhost:{free.getsockname()[1]}"
    processes = [
        subprocess.Popen(
            [sys.executable, PROGRAM, "float64", "2", str(number), address, *variants],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(2)
    ]
    said = [process.communicate(timeout=600) for process in processes]
    first, second = (answer(out, error) for out, error in said)
    losses = runs("float64", VARIANTS)["one"]["losses"]
    for variant in variants:
        np.testing.assert_allclose(first[variant]["losses"], losses, rtol=1e-11, err_msg=variant)
        assert first[variant] == second[variant]
        assert first[variant]["difference"] <= 1e-10
    assert first["fsdp=8"]["bytes"] < first["data=8"]["bytes"] / 7


@pytest.mark.slow
def test_fully_sharded_means_an_eighth_of_the_bytes():
    results = runs("float64", VARIANTS)
    whole = results["one"]["bytes"]
    assert results["data=8"]["bytes"] == whole
    # The two rows of the segments' table, the step's number and the like are everywhere.
    assert whole / 8 <= results["fsdp=8"]["bytes"] < whole / 8 + 0.02 * whole
    assert results["data=2,model=4"]["bytes"] < whole / 2


@pytest.mark.parametrize(
    ("name", "shape", "expected"),
    [
        ("attention/query/kernel", (8, 8), (("fsdp",), ("model",))),
        ("mu/x/attention/output/kernel", (8, 8), (("model",), ("fsdp",))),
        ("attention/key/bias", (8,), (("model", "fsdp"),)),
        ("attention/key/bias", (6,), (("model",),)),  # four devices cannot share 6 entries
        ("attention_norm/scale", (8,), (("fsdp",),)),
        ("attention_norm/scale", (7,), ((),)),
        ("next_sentence_head/kernel", (8, 2), (("fsdp",),)),
        ("count", (), ()),
    ],
)
def test_where_a_parameter_lies(name, shape, expected):
    path = tuple(map(jax.tree_util.DictKey, name.split("/")))
    sizes = {"data": 2, "fsdp": 2, "model": 2}
    assert partition_spec(path, shape, sizes) == PartitionSpec(*expected)


@pytest.mark.parametrize("options", [{"pmap": True}, {"mesh": "data=1"}], ids=str)
def test_a_step_is_compiled_once(options):
    parallelism, traced = choose_parallelism(**options), []

    def step(state, batch, key):
        traced.append(1)
        return state._replace(step=state.step + 1), {}

    for _ in range(2):
        compiled = parallelism.compile(step)
        state = parallelism.place_state(TrainState(jax.numpy.zeros((), int), {}, ()))
        state, _ = compiled(state, parallelism.place_batch({"x": np.zeros((2, 1))}), KEY)
    assert len(traced) == 1


def test_one_device_needs_no_mesh():
    assert isinstance(choose_parallelism(), OneDevice)
    assert isinstance(choose_parallelism(pmap=True), Pmap)
    assert isinstance(choose_parallelism("data=1"), MeshOfDevices)


def test_sizes_of_a_mesh():
    assert parse_mesh("data=4, model=2") == {"data": 4, "model": 2}


@pytest.mark.parametrize("text", ["", "data", "data=x", "data=0", "rows=2", "data=2,data=2"])
def test_no_mesh(text):
    with pytest.raises(UserError, match=r"give sizes of data, fsdp, model, as in data=4,model=2"):
        parse_mesh(text)


def test_a_mesh_must_fit_the_devices():
    with pytest.raises(UserError, match=r"data=4,model=2 is of 8 devices, there are 1:"):
        choose_parallelism("data=4,model=2")


def test_a_mesh_or_pmap():
    with pytest.raises(UserError, match=r"mesh data=1 and pmap are given: choose one"):
        choose_parallelism("data=1", pmap=True)


def test_a_batch_must_divide():
    check_divides(6, 3)
    check_divides(12, 3, 2)
    with pytest.raises(UserError, match=r"6 examples .* 4 devices: choose a multiple of 4"):
        check_divides(6, 4)
    with pytest.raises(UserError, match=r"6 examples .* 3 devices in 4 microbatches: .* of 12"):
        check_divides(6, 3, 4)


def test_heads_must_divide():
    parallelism = choose_parallelism("data=1")
    parallelism.mesh = AbstractMesh((2, 2, 2), AXES)
    check_heads(parallelism, 4)
    with pytest.raises(UserError, match=r"3 heads .* 2 devices along model"):
        check_heads(parallelism, 3)
