"""Three implementations with the same weights have the same traces."""

import numpy as np
import pytest
from tiny import build, tiny_batch

import zen_transformer as zen
from zen_transformer import UserError
from zen_transformer.inspection.traces import (
    trace_file,
    trace_huggingface,
    trace_jax,
    trace_textbook,
)

ENCODER = ["hidden_states.0", "attentions.0", "hidden_states.1", "attentions.1", "hidden_states.2"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("model")
    build(zen.BertForPreTraining).save_pretrained(path)
    return path


@pytest.fixture(scope="module")
def ours(folder):
    return trace_jax(folder, tiny_batch())


def test_everything_is_named_in_the_order_in_which_it_is_computed(ours):
    assert [*ours] == [*ENCODER, "prediction_logits", "seq_relationship_logits"]
    assert all(array.dtype == np.float64 for array in ours.values())


def check_same(actual, expected):
    for name in actual.keys() & expected.keys():
        np.testing.assert_allclose(actual[name], expected[name], rtol=1e-10, atol=1e-12)


def test_the_textbook_gives_the_same(folder, ours):
    trace = trace_textbook(folder, tiny_batch())
    assert [*trace] == [*ENCODER, "pooler_output"]
    check_same(trace, ours)


def test_huggingface_gives_the_same(transformers, folder, ours):
    trace = trace_huggingface(folder, tiny_batch())
    assert trace.keys() == ours.keys()
    check_same(trace, ours)


def test_a_file_is_read(tmp_path):
    np.savez(tmp_path / "a.npz", x=np.ones(2))
    assert trace_file(tmp_path / "a.npz")["x"].tolist() == [1.0, 1.0]
    (tmp_path / "b.npz").write_text("nonsense")
    with pytest.raises(UserError, match=r"b\.npz is no \.npz file"):
        trace_file(tmp_path / "b.npz")
    with pytest.raises(UserError, match="no such file"):
        trace_file(tmp_path / "c.npz")
