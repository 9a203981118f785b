import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from tiny import build, tiny_batch

import zen_transformer as zen
from zen_transformer.errors import UserError
from zen_transformer.objectives.pretraining import PretrainingObjective
from zen_transformer.text.vocabulary import SPECIAL_TOKENS
from zen_transformer.training.optimizer import OptimizerConfig, make_optimizer
from zen_transformer.training.state import load_state, save_state
from zen_transformer.training.step import init_state, make_step


def small_state(hidden=3, optimizer=None):
    parameters = {"layer": {"kernel": jnp.ones((2, hidden)), "bias": jnp.zeros(hidden)}}
    return init_state(parameters, optimizer or make_optimizer(OptimizerConfig(), 10))


def assert_equal(first, second):
    assert jax.tree.structure(first) == jax.tree.structure(second)
    jax.tree.map(np.testing.assert_array_equal, first, second)
    assert [x.dtype for x in jax.tree.leaves(first)] == [x.dtype for x in jax.tree.leaves(second)]


def test_what_was_saved_is_loaded(tmp_path):
    state = small_state()
    noisy = jax.tree.map(lambda x: x + jnp.asarray(3.25, x.dtype), state)
    save_state(tmp_path / "deep" / "state", noisy)
    assert_equal(load_state(tmp_path / "deep" / "state", like=state), noisy)
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["state"]


@pytest.mark.parametrize(
    "other",
    [
        lambda: small_state(hidden=4),
        lambda: init_state({"other": jnp.ones(1)}, make_optimizer(OptimizerConfig(), 10)),
    ],
)
def test_the_state_of_another_run_is_an_error_that_names_the_place(tmp_path, other):
    save_state(tmp_path / "state", small_state())
    with pytest.raises(UserError, match=r"state does not fit this run: .*parameters"):
        load_state(tmp_path / "state", like=other())


def test_a_truncated_state_is_an_error(tmp_path):
    path = tmp_path / "state"
    save_state(path, small_state())
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(UserError, match="damaged"):
        load_state(path, like=small_state())


@pytest.mark.slow
def test_two_steps_a_pause_and_two_more_are_four_steps_bit_for_bit(tmp_path):
    """With masking and dropout, which are drawn anew at every step."""
    graph, parameters = nnx.split(build(zen.BertForPreTraining))
    tokenizer = zen.WordPieceTokenizer([*SPECIAL_TOKENS, *"abcdefghijk"])
    optimizer = make_optimizer(OptimizerConfig(learning_rate=0.1), 4)
    step = jax.jit(make_step(PretrainingObjective(graph, tokenizer), optimizer))
    fresh = init_state(nnx.to_pure_dict(parameters), optimizer)

    def run(state, numbers):
        losses = []
        for number in numbers:
            batch = tiny_batch(number, length=8) | {"next_sentence_label": np.array([0, 1, 0])}
            state, metrics = step(state, batch, jax.random.key(0))
            losses.append(float(metrics["loss"]))
        return state, losses

    whole, losses = run(fresh, range(4))
    half, first_losses = run(fresh, range(2))
    save_state(tmp_path / "state", half)
    resumed, last_losses = run(load_state(tmp_path / "state", like=fresh), range(2, 4))
    assert first_losses + last_losses == losses
    assert_equal(resumed, whole)
    assert resumed.step == 4
