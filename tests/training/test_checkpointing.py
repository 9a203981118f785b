import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from safetensors.numpy import load_file, save_file
from tiny import build, tiny_batch

import zen_transformer as zen
from zen_transformer.errors import UserError
from zen_transformer.objectives.pretraining import PretrainingObjective
from zen_transformer.tokenizers.wordpiece_training import SPECIAL_TOKENS
from zen_transformer.training import checkpointing as state_module
from zen_transformer.training.checkpointing import SHARDED, Checkpoints, load_state, save_state
from zen_transformer.training.optimizer import OptimizerConfig, make_optimizer
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


def change_state(path, change, keep_metadata=lambda name: True):
    """Rewrite a file of a state with other tensors, and with the metadata of before."""
    metadata = {k: v for k, v in state_module.read_metadata(path).items() if keep_metadata(k)}
    tensors = load_file(path)
    change(tensors)
    save_file(tensors, path, metadata)


def nudge(tensors):
    name = max(tensors, key=lambda name: tensors[name].size)
    tensors[name] = tensors[name] + tensors[name].dtype.type(1)


def test_a_state_whose_weights_changed_is_not_gone_on_from(tmp_path):
    path = tmp_path / "state"
    save_state(path, small_state())
    change_state(path, nudge)
    with pytest.raises(UserError, match="damaged: its arrays changed since they were written"):
        load_state(path, like=small_state())


def test_a_state_without_a_checksum_is_read(tmp_path):
    """As former versions wrote them."""
    path = tmp_path / "state"
    save_state(path, small_state())
    change_state(path, lambda tensors: None, lambda name: name != state_module.CHECKSUM)
    assert_equal(load_state(path, like=small_state()), small_state())


def test_a_state_of_another_kind_of_numbers_is_refused(tmp_path):
    path = tmp_path / "state"
    save_state(path, small_state())

    def as_integers(tensors):
        name = next(name for name, values in tensors.items() if values.dtype == np.float32)
        tensors[name] = tensors[name].astype(np.int32)

    change_state(path, as_integers, lambda name: name != state_module.CHECKSUM)
    with pytest.raises(UserError, match="has numbers of type int32, not float32"):
        load_state(path, like=small_state())


@pytest.mark.parametrize("dtype", [jnp.bfloat16, jnp.float16, jnp.float32])
def test_a_checksum_holds_for_every_type_of_numbers(tmp_path, dtype):
    state = jax.tree.map(lambda x: x.astype(dtype) if x.dtype == jnp.float32 else x, small_state())
    save_state(tmp_path / "state", state)
    assert_equal(load_state(tmp_path / "state", like=state), state)


def test_a_state_of_another_format_is_an_error_that_names_both(tmp_path, monkeypatch):
    monkeypatch.setattr(state_module, "FORMAT", "0")
    save_state(tmp_path / "state", small_state())
    monkeypatch.undo()
    with pytest.raises(UserError, match="checkpoint of format 0, this version reads 1"):
        load_state(tmp_path / "state", like=small_state())


# Several of them


def at_step(number: int):
    return small_state()._replace(step=jnp.array(number, jnp.int32))


def names(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_newest_are_kept_and_the_last_is_restored(tmp_path):
    checkpoints = Checkpoints(tmp_path, keep=2)
    assert checkpoints.newest() is None
    assert_equal(checkpoints.restore(small_state()), small_state())
    for number in (5, 90, 1000, 20):
        checkpoints.save(at_step(number))
    assert names(tmp_path) == ["step-00000090.safetensors", "step-00001000.safetensors"]
    assert_equal(checkpoints.restore(small_state()), at_step(1000))


def test_the_best_is_kept_until_a_better_one_comes(tmp_path):
    checkpoints = Checkpoints(tmp_path)

    def best_after(step: int, loss: float, measured_on: str) -> int:
        checkpoints.save_best(at_step(step), loss, measured_on)
        return int(load_state(checkpoints.best, small_state()).step)

    assert best_after(1, 3.0, "short") == 1
    assert best_after(2, 3.5, "short") == 1
    assert best_after(3, 2.5, "short") == 3
    # Losses on other texts do not compare.
    assert best_after(4, 9.0, "long") == 4
    assert best_after(5, 9.5, "long") == 4


def test_metrics_that_no_report_had_are_kept_with_the_state(tmp_path):
    checkpoints = Checkpoints(tmp_path)
    assert checkpoints.unreported() == []
    rows = [{"loss": np.float32(0.1)}, {"loss": np.float32(1 / 3)}]
    checkpoints.save(at_step(4), rows)
    losses = [np.float32(row["loss"]) for row in checkpoints.unreported()]
    assert losses == [np.float32(0.1), np.float32(1 / 3)]
    checkpoints.save(at_step(5))
    assert checkpoints.unreported() == []


@pytest.mark.slow
def test_what_was_saved_in_shards_is_loaded(tmp_path):
    """With Orbax, as several processes do; read where there is only one."""
    checkpoints = Checkpoints(tmp_path, keep=1)
    checkpoints.suffix = SHARDED
    checkpoints.save(at_step(3))
    checkpoints.save(at_step(4), [{"loss": 0.5}])
    assert names(tmp_path) == ["step-00000004.orbax"]
    one_process = Checkpoints(tmp_path, keep=1)
    assert_equal(one_process.restore(small_state()), at_step(4))
    assert one_process.unreported() == [{"loss": 0.5}]
    one_process.save(at_step(5))
    assert names(tmp_path) == ["step-00000005.safetensors"]


def test_damaged_shards_are_an_error(tmp_path):
    save_state(tmp_path / "step-1.orbax", small_state())
    for path in (tmp_path / "step-1.orbax").rglob("*"):
        if path.is_file() and path.stat().st_size > 0:
            path.write_bytes(path.read_bytes()[:5])
    with pytest.raises(UserError, match=r"step-1.orbax is damaged"):
        load_state(tmp_path / "step-1.orbax", like=small_state())


def test_a_damaged_newest_state_says_what_to_do(tmp_path):
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(at_step(1))
    checkpoints.save(at_step(2))
    newest = checkpoints.newest()
    newest.write_bytes(newest.read_bytes()[:100])
    with pytest.raises(UserError, match=r"step-00000002.*damaged.*delete it to go on from the one"):
        checkpoints.restore(small_state())
    newest.unlink()
    assert checkpoints.restore(small_state()).step == 1


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
