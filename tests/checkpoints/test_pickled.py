"""Files of PyTorch, valid, damaged and malicious."""

import pickle
import zipfile
from collections import OrderedDict
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest

from zen_transformer.checkpoints.pickled import read_pickled
from zen_transformer.errors import UserError

# By hand, so that damage can be done; the instructions are those of pickle's protocol 0 and 1.

MARK, TUPLE, REDUCE, STOP = b"(", b"t", b"R", b"."


def name(full: str) -> bytes:
    module, _, function = full.rpartition(".")
    return f"c{module}\n{function}\n".encode()


def value(x: object) -> bytes:
    if isinstance(x, bytes):
        return x
    if isinstance(x, tuple):
        return MARK + b"".join(map(value, x)) + TUPLE
    return f"V{x}\n".encode() if isinstance(x, str) else f"I{x}\n".encode()


def call(function: str, *arguments: object) -> bytes:
    return name(function) + value(arguments) + REDUCE


def storage(key="0", length=6, kind="torch.FloatStorage") -> bytes:
    return value(("storage", name(kind), key, "cpu", length)) + b"Q"


def tensor(offset=0, size=(2, 3), stride=(3, 1), stored=None) -> bytes:
    hooks = call("collections.OrderedDict")
    arguments = (stored or storage(), offset, size, stride, b"I00\n", hooks)
    return call("torch._utils._rebuild_tensor_v2", *arguments)


def dictionary(**entries: bytes) -> bytes:
    return MARK + b"".join(value(key) + entry for key, entry in entries.items()) + b"d"


ROW = np.arange(6, dtype=np.float32)


def archive(path: Path, instructions: bytes, **storages: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("weights/data.pkl", instructions + STOP)
        for key, content in (storages or {"0": ROW.tobytes()}).items():
            file.writestr(f"weights/data/{key}", content)
    return path


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "pytorch_model.bin"


def read(path: Path, **entries: bytes) -> dict[str, np.ndarray]:
    return read_pickled(archive(path, dictionary(**entries)))


# What weights are made of


def test_a_tensor_is_a_window_on_its_storage(path):
    tensors = read(
        path,
        whole=tensor(),
        transposed=tensor(size=(3, 2), stride=(1, 3)),
        column=tensor(offset=1, size=(2,), stride=(3,)),
        number=tensor(offset=5, size=(), stride=()),
        repeated=tensor(size=(4, 2), stride=(0, 1)),
        empty=tensor(size=(0, 3)),
        parameter=call("torch._utils._rebuild_parameter", tensor(), b"I01\n", b"N"),
    )
    np.testing.assert_array_equal(tensors["whole"], [[0, 1, 2], [3, 4, 5]])
    np.testing.assert_array_equal(tensors["transposed"], [[0, 3], [1, 4], [2, 5]])
    np.testing.assert_array_equal(tensors["column"], [1, 4])
    np.testing.assert_array_equal(tensors["number"], 5)
    np.testing.assert_array_equal(tensors["repeated"], [[0, 1]] * 4)
    assert tensors["empty"].shape == (0, 3)
    np.testing.assert_array_equal(tensors["parameter"], tensors["whole"])
    assert {array.dtype for array in tensors.values()} == {np.dtype(np.float32)}


def test_tied_weights_share_their_numbers(path):
    tensors = read(path, table=tensor(), decoder=tensor())
    assert np.shares_memory(tensors["table"], tensors["decoder"])


@pytest.mark.parametrize(
    ("kind", "dtype"),
    [
        ("Float", np.float32),
        ("Double", np.float64),
        ("Half", np.float16),
        ("BFloat16", ml_dtypes.bfloat16),
        ("Long", np.int64),
        ("Int", np.int32),
        ("Short", np.int16),
        ("Char", np.int8),
        ("Byte", np.uint8),
        ("Bool", np.bool_),
    ],
)
def test_numbers_of_every_type(path, kind, dtype):
    row = np.array([0, 1, 1, 0, 1, 1]).astype(dtype)
    stored = storage(kind=f"torch.{kind}Storage")
    tensors = read_pickled(
        archive(path, dictionary(x=tensor(stored=stored)), **{"0": row.tobytes()})
    )
    assert tensors["x"].dtype == dtype
    np.testing.assert_array_equal(tensors["x"], row.reshape(2, 3))


# What else a pickle can say


class Evil:
    def __reduce__(self):
        return Path.touch, (Path("executed"),)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("zipped", [True, False])
def test_nothing_is_called_and_the_name_is_said(path, monkeypatch, protocol, zipped):
    monkeypatch.chdir(path.parent)
    pickled = pickle.dumps({"weight": Evil()}, protocol)
    if zipped:
        archive(path, pickled[:-1])
    else:
        path.write_bytes(pickled)
    with pytest.raises(
        UserError, match=r"pytorch_model\.bin wants to call '.*(Path|getattr|Path\.touch)'"
    ):
        read_pickled(path)
    assert not Path("executed").exists()
    pickle.loads(pickled)  # what would have happened
    assert Path("executed").exists()


@pytest.mark.parametrize(
    "wanted",
    ["os.system", "builtins.eval", "torch.load", "torch._utils._rebuild_tensor", "torch.hub.load"],
)
def test_only_what_weights_need_is_known(path, wanted):
    with pytest.raises(UserError) as error:
        read(path, x=call(wanted, "echo executed"))
    for words in (f"wants to call '{wanted}'", str(path), "save_pretrained"):
        assert words in str(error.value)


@pytest.mark.parametrize(
    "of", ["torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_parameter"]
)
@pytest.mark.parametrize("slots", [False, True])
def test_no_attribute_is_set_on_what_stands_for_pytorchs_functions(path, of, slots):
    state = dictionary(storage=value("mine"))
    state = MARK + b"N" + state + TUPLE if slots else state
    with pytest.raises(UserError, match="damaged"):
        read(path, x=name(of) + state + b"b")
    np.testing.assert_array_equal(read(path, x=tensor())["x"], ROW.reshape(2, 3))


# Damage


@pytest.mark.parametrize(
    "spoilt",
    [
        tensor(offset=1),
        tensor(offset=-1),
        tensor(size=(2, 4)),
        tensor(size=(-1, 3)),
        tensor(stride=(-3, 1)),
        tensor(stride=(10**30, 1)),
        tensor(size=(2,)),
        tensor(size=("2", 3)),
        tensor(stored=storage(length=7)),
        tensor(stored=storage(key="1")),
        tensor(stored=storage(kind="collections.OrderedDict")),
        tensor(stored=value("0")),
        value(("storage", "0")) + b"Q",
        call("torch.FloatStorage", 3),
    ],
)
def test_a_tensor_that_cannot_be_is_a_users_mistake(path, spoilt):
    with pytest.raises(UserError, match=r"pytorch_model\.bin is damaged"):
        read(path, x=spoilt)


@pytest.mark.parametrize(
    ("instructions", "says"),
    [
        (dictionary(step=value(3)), "holds 'step', which is no tensor"),
        (MARK + value(3) + tensor() + b"d", "holds 3, which is no tensor"),
        (value((1, 2)), "holds no tensors by their names but tuple"),
        (b"", "is damaged"),
        (b"\x80\x02garbage", "is damaged"),
    ],
)
def test_something_else_is_a_users_mistake(path, instructions, says):
    with pytest.raises(UserError, match=says):
        read_pickled(archive(path, instructions))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"text", pickle.dumps(OrderedDict())])
def test_no_file_of_pytorchs_is_a_users_mistake(path, content):
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"pytorch_model\.bin is damaged or was not written by Py"):
        read_pickled(path)


def test_numbers_in_the_other_byte_order_are_a_users_mistake(path):
    archive(path, dictionary(x=tensor()))
    with zipfile.ZipFile(path, "a") as file:
        file.writestr("weights/byteorder", "big")
    with pytest.raises(UserError, match="other order"):
        read_pickled(path)


# As PyTorch writes it

zipped_or_old = pytest.mark.parametrize("zipped", [True, False])


def weights(torch) -> OrderedDict:
    """Tensors of all types and layouts that a state dict can hold."""
    whole = torch.arange(24.0).reshape(4, 6)
    kinds = "float32 float64 float16 bfloat16 int64 int32 int16 int8 uint8 bool".split()
    entries = {kind: torch.tensor([[0, 1], [1, 0]]).to(getattr(torch, kind)) for kind in kinds}
    return OrderedDict(
        entries
        | {
            "whole": whole,
            "transposed": whole.T,
            "part": whole[1:, ::2],
            "repeated": torch.ones(1, 3).expand(2, 3),
            "number": torch.tensor(3.5),
            "empty": torch.zeros(0, 3),
            "parameter": torch.nn.Parameter(torch.ones(2)),
        }
    )


@zipped_or_old
def test_as_pytorch_reads_it(torch, path, zipped):
    torch.save(weights(torch), path, _use_new_zipfile_serialization=zipped)
    expected, tensors = torch.load(path, weights_only=True), read_pickled(path)
    assert list(tensors) == list(expected)
    for key, array in tensors.items():
        theirs = expected[key].detach()
        assert str(array.dtype) == str(theirs.dtype).removeprefix("torch.")
        np.testing.assert_array_equal(array.astype(float), theirs.double().numpy())


@zipped_or_old
def test_the_state_dict_of_a_module(torch, path, zipped):
    """It carries `_metadata` as an attribute, which the pickle sets."""
    module = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.LayerNorm(2))
    torch.save(module.state_dict(), path, _use_new_zipfile_serialization=zipped)
    tensors = read_pickled(path)
    assert list(tensors) == ["0.weight", "0.bias", "1.weight", "1.bias"]
    np.testing.assert_array_equal(tensors["0.weight"], module[0].weight.detach().numpy())


@zipped_or_old
@pytest.mark.parametrize("kept", [10, 0.3, 0.9, -1])
def test_a_truncated_file_is_named(torch, path, zipped, kept):
    torch.save({"x": torch.ones(300)}, path, _use_new_zipfile_serialization=zipped)
    content = path.read_bytes()
    path.write_bytes(content[: kept if kept in (10, -1) else int(kept * len(content))])
    with pytest.raises(UserError, match=r"pytorch_model\.bin is damaged"):
        read_pickled(path)


@pytest.mark.parametrize("what", ["module", "sparse", "eight bits"])
def test_what_is_more_than_numbers_is_named(torch, path, what):
    things = {
        "module": lambda: torch.nn.Linear(2, 2),
        "sparse": lambda: torch.eye(2).to_sparse(),
        "eight bits": lambda: torch.ones(2).to(torch.float8_e4m3fn),
    }
    torch.save({"x": things[what]()}, path)
    with pytest.raises(UserError, match=r"wants to call 'torch\."):
        read_pickled(path)
