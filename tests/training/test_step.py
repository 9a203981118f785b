from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx
from reference.huggingface import as_ours, huggingface_model
from tiny import flat, tiny_batch, tiny_config

import zen_transformer as zen
from zen_transformer.checkpoints.names import to_huggingface, transposed
from zen_transformer.errors import UserError
from zen_transformer.objectives.pretraining import PretrainingObjective
from zen_transformer.tokenizers.wordpiece_training import SPECIAL_TOKENS
from zen_transformer.training.optimizer import OptimizerConfig, make_optimizer
from zen_transformer.training.step import init_state, make_evaluation, make_step, mean

KEY = jax.random.key(0)
TOKENIZER = zen.WordPieceTokenizer([*SPECIAL_TOKENS, *"abcdefghijk"])


class Line:
    """Σ w (θ x − y)²/2 over Σ w, twice: once for each of two targets. `noise` is drawn in
    `prepare`, `dropout` in the call."""

    def prepare(self, batch, keys):
        return batch | {"noise": jax.vmap(jax.random.uniform)(keys)}

    def weights(self, batch):
        return {"loss_a": jnp.sum(batch["w"]), "loss_b": jnp.array(2.0)}

    def __call__(self, parameters, batch, keys):
        residual = parameters["kernel"] * batch["x"] - batch["y"]
        loss = jnp.sum(batch["w"] * residual**2) / 2, jnp.sum(batch["w"])
        part = len(batch["x"]) / batch["all"][0]
        extra = jnp.sum(0.0 * parameters["kernel"]) + 6.0 * part, 2.0 * part
        dropout = jnp.array(-1.0) if keys is None else jax.random.uniform(keys[0])
        one = jnp.ones(())
        return {"loss_a": loss, "loss_b": extra}, {
            "noise": (batch["noise"][0], one),
            "dropout": (dropout, one),
        }


def line_batch(x=(1.0, 2.0), y=(0.0, 0.0), w=(1.0, 1.0)):
    batch = {name: jnp.array(values) for name, values in (("x", x), ("y", y), ("w", w))}
    return batch | {"all": jnp.full(len(x), float(len(x)))}


def start(theta=1.0, learning_rate=0.1):
    optimizer = optax.sgd(learning_rate)
    return make_step(Line(), optimizer), init_state({"kernel": jnp.array(theta)}, optimizer)


@pytest.mark.slow
def test_one_step_by_hand():
    # The mean loss is (1 + 4)/2/2 = 1.25, its derivative (1·1 + 2·2)/2 = 2.5.
    step, state = start()
    state, metrics = step(state, line_batch(), KEY)
    assert state.step == 1
    assert state.parameters["kernel"] == pytest.approx(1 - 0.1 * 2.5)
    assert metrics["loss_a"] == pytest.approx(1.25)
    assert metrics["gradient_norm"] == pytest.approx(2.5)


def test_losses_are_divided_each_by_its_weight_and_then_added():
    step, state = start()
    _, metrics = step(state, line_batch(), KEY)
    assert metrics["loss_b"] == pytest.approx(3.0)
    assert metrics["loss"] == pytest.approx(1.25 + 3.0)


def test_rows_without_weight_do_not_count():
    step, state = start()
    state, metrics = step(state, line_batch(w=(1.0, 0.0)), KEY)
    assert metrics["loss_a"] == pytest.approx(0.5)
    assert state.parameters["kernel"] == pytest.approx(1 - 0.1 * 1.0)


def test_a_batch_without_weight_teaches_nothing():
    step, state = start()
    state, metrics = step(state, line_batch(w=(0.0, 0.0)), KEY)
    assert metrics["loss_a"] == 0.0
    assert state.parameters["kernel"] == 1.0


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("parts", [2, 4])
def test_a_batch_in_parts_is_the_same_batch(parts):
    # One half has nearly all the weight: the mean of the means would be another.
    batch = line_batch([1.0, 2.0, 3.0, 4.0], [0.0, 1.0, 0.0, 2.0], [1.0, 0.0, 0.1, 0.0])
    optimizer = optax.sgd(0.1)
    state = init_state({"kernel": jnp.array(1.0)}, optimizer)
    whole, of_whole = make_step(Line(), optimizer)(state, batch, KEY)
    split, of_split = make_step(Line(), optimizer, microbatches=parts)(state, batch, KEY)
    np.testing.assert_allclose(split.parameters["kernel"], whole.parameters["kernel"], rtol=1e-14)
    for name in ("loss_a", "loss", "gradient_norm"):
        np.testing.assert_allclose(of_split[name], of_whole[name], rtol=1e-14)


def test_parts_must_be_equal():
    step = make_step(Line(), optax.sgd(0.1), microbatches=2)
    batch = line_batch([1.0, 2.0, 3.0], [0.0] * 3, [1.0] * 3)
    with pytest.raises(UserError, match=r"3 examples cannot be split into 2 equal microbatches"):
        step(init_state({"kernel": jnp.array(1.0)}, optax.sgd(0.1)), batch, KEY)


def test_nothing_over_nothing_is_zero():
    assert mean((jnp.array(0.0), jnp.array(0.0))) == 0.0
    assert mean((jnp.array(3.0), jnp.array(2.0))) == 1.5


def test_randomness_follows_from_key_and_step_alone():
    step, state = start()

    def draws(number: int, seed: int) -> tuple[float, float]:
        _, metrics = step(state._replace(step=number), line_batch(), jax.random.key(seed))
        return float(metrics["noise"]), float(metrics["dropout"])

    number = jnp.array(7, jnp.int32)
    assert draws(number, 0) == draws(number, 0)
    different = {draws(number, 0), draws(number + 1, 0), draws(number, 1)}
    assert len({value for pair in different for value in pair}) == 6


def test_evaluation_gives_sums_without_dropout():
    sums = make_evaluation(Line())({"kernel": jnp.array(1.0)}, line_batch(), KEY)
    np.testing.assert_allclose(sums["loss_a"], (2.5, 2.0))
    assert sums["dropout"][0] == -1.0


# A whole BERT


class Given(NamedTuple):
    """An objective whose masks are given with the batch, and which drops nothing."""

    objective: PretrainingObjective

    def prepare(self, batch, keys):
        return batch

    def weights(self, batch):
        return self.objective.weights(batch)

    def __call__(self, parameters, batch, keys):
        return self.objective(parameters, batch, None)


def pretraining_batch(seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return tiny_batch(seed) | {
        "masked_positions": rng.integers(1, 3, (3, 2)),
        "masked_labels": rng.integers(1, 16, (3, 2)),
        "masked_weights": np.array([[1.0, 1.0], [1.0, 0.0], [1.0, 1.0]]),
        "next_sentence_label": rng.integers(0, 2, 3),
    }


def torch_loss(torch, model, batch):
    tensors = {name: torch.tensor(values) for name, values in batch.items()}
    output = model(**{name: tensors[name] for name in tiny_batch()})
    chosen = tensors["masked_weights"] > 0
    logits = output.prediction_logits[torch.arange(3)[:, None], tensors["masked_positions"]]
    cross_entropy = torch.nn.functional.cross_entropy
    return cross_entropy(logits[chosen], tensors["masked_labels"][chosen]) + cross_entropy(
        output.seq_relationship_logits, tensors["next_sentence_label"]
    )


@pytest.mark.slow
def test_bfloat16_is_for_computing_only():
    model = zen.BertForPreTraining(tiny_config(hidden_size=32), rngs=nnx.Rngs(0))
    graph, parameters = nnx.split(model)
    objective = Given(PretrainingObjective(graph, TOKENIZER))
    optimizer = make_optimizer(OptimizerConfig(warmup=0.0), steps=4)
    state = init_state(nnx.to_pure_dict(parameters), optimizer)
    batch = {name: jnp.asarray(values) for name, values in pretraining_batch(0).items()}
    (wide, of_wide), (narrow, of_narrow) = (
        jax.jit(make_step(objective, optimizer, compute_dtype=dtype))(state, batch, KEY)
        for dtype in (None, jnp.bfloat16)
    )
    assert of_narrow["loss"] != of_wide["loss"]
    assert of_narrow["loss"] == pytest.approx(float(of_wide["loss"]), rel=0.02)
    assert {leaf.dtype.name for leaf in jax.tree.leaves(narrow.parameters)} == {"float32"}
    table = [state.parameters["bert"]["embeddings"]["token"]["table"] for state in (narrow, wide)]
    np.testing.assert_allclose(*table, atol=2e-3)


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
def test_three_steps_of_bert_are_those_of_huggingface_and_torch(torch, transformers, tmp_path):
    theirs = huggingface_model(transformers, "BertForPreTraining", tiny_config())
    ours = as_ours(theirs, tmp_path, jnp.float64)
    graph, parameters = nnx.split(ours)
    optimizer = make_optimizer(
        OptimizerConfig(learning_rate=1 / 64, warmup=0.0, weight_decay=0.1, epsilon=1e-4), steps=4
    )
    step = jax.jit(make_step(Given(PretrainingObjective(graph, TOKENIZER)), optimizer))
    state = init_state(nnx.to_pure_dict(parameters), optimizer)

    named = dict(theirs.named_parameters())
    plain = [p for name, p in named.items() if "LayerNorm" in name or name.endswith("bias")]
    matrices = [p for p in named.values() if all(p is not other for other in plain)]
    adamw = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": 0.1}, {"params": plain, "weight_decay": 0.0}],
        eps=1e-4,
    )
    for number in range(3):
        batch = pretraining_batch(number)
        state, metrics = step(state, batch, KEY)
        adamw.zero_grad()
        loss = torch_loss(torch, theirs, batch)
        loss.backward()
        norm = torch.cat([p.grad.flatten() for p in named.values()]).norm()
        assert norm > 1  # so that clipping is put to the test
        for parameter in named.values():
            parameter.grad /= norm
        for group in adamw.param_groups:
            group["lr"] = (4 - number) / 4 / 64
        adamw.step()
        np.testing.assert_allclose(metrics["loss"], loss.item(), rtol=1e-10)
        np.testing.assert_allclose(metrics["gradient_norm"], norm.item(), rtol=1e-10)
    for path, values in flat(state.parameters).items():
        expected = named[to_huggingface(path)].detach().numpy()
        np.testing.assert_allclose(transposed(path, values), expected, atol=1e-10, err_msg=path)
