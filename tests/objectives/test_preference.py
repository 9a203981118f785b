import copy
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx
from hypothesis import given
from hypothesis import strategies as st
from reference.finite_differences import check_gradient
from tiny import flat

from zen_transformer import GPTConfig, GPTForCausalLM, UserError
from zen_transformer.checkpoints.layouts import GPT
from zen_transformer.checkpoints.names import file_tensors
from zen_transformer.objectives.preference import (
    PreferenceObjective,
    PreferencePair,
    answer_log_probabilities,
    preference_batch,
    preference_loss,
)
from zen_transformer.training.step import init_state, make_step

FIELDS = {"vocab_size": 20, "n_positions": 12, "n_embd": 8, "n_layer": 1, "n_head": 2}
PAIRS = [
    PreferencePair([3], [4, 5, 6], [7]),
    PreferencePair([1, 2, 3, 4], [5], [6, 7, 8, 9, 1]),
    PreferencePair([9, 9], [1, 2], [2, 1]),
]
BETA = 0.3


def build(seed: int) -> GPTForCausalLM:
    config = GPTConfig(**FIELDS, initializer_range=0.5)
    return GPTForCausalLM(config, rngs=nnx.Rngs(seed), dtype=jnp.float64)


def parts(model):
    graph, parameters = nnx.split(model)
    return graph, nnx.to_pure_dict(parameters)


def batch_of(pairs, width=11, rows=3):
    return jax.tree.map(jnp.asarray, preference_batch(pairs, width, rows))


def batch_with_reference(objective, reference, pairs, rows=3):
    batch = batch_of(pairs, rows=rows)
    return batch | {"reference": objective.log_probabilities(reference, batch)}


# What an implementation from the paper says


def theirs(torch, policy, reference, pairs, beta):
    """Eq. 7, pair by pair and token by token, and the pairs' margins."""

    def log_probability(model, prompt, answer):
        text = torch.tensor([[*prompt, *answer]])
        logits = torch.log_softmax(model(input_ids=text).logits[0], dim=-1)
        places = range(len(prompt), text.shape[1])
        return sum(logits[place - 1, text[0, place]] for place in places)

    margins = []
    for prompt, *answers in pairs:
        gained = [
            log_probability(policy, prompt, answer)
            - log_probability(reference, prompt, answer).detach()
            for answer in answers
        ]
        margins.append(beta * (gained[0] - gained[1]))
    margins = torch.stack(margins)
    return -torch.nn.functional.logsigmoid(margins).mean(), margins


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("beta", [0.05, 2.0])
def test_loss_and_every_gradient_are_those_of_the_paper(torch, transformers, tmp_path, beta):
    models, loaded = [build(0), build(1)], []
    for number, model in enumerate(models):
        model.save_pretrained(tmp_path / str(number))
        model_class = transformers.GPT2LMHeadModel
        loaded.append(model_class.from_pretrained(tmp_path / str(number), dtype=torch.float64))
        loaded[-1].eval()
    (graph, policy), (_, reference) = map(parts, models)
    objective = PreferenceObjective(graph, beta)
    batch = batch_with_reference(objective, reference, PAIRS, rows=5)

    @jax.jit
    @partial(jax.value_and_grad, has_aux=True)
    def loss(parameters):
        losses, metrics = objective(parameters, batch, None)
        return losses["dpo_loss"].sum / losses["dpo_loss"].weight, metrics

    (value, metrics), gradient = loss(policy)
    expected, margins = theirs(torch, *loaded, PAIRS, beta)
    expected.backward()
    np.testing.assert_allclose(value, expected.item(), rtol=1e-12)
    margins = margins.detach().numpy()
    assert metrics["margin"].sum / 3 == pytest.approx(margins.mean(), rel=1e-11)
    assert metrics["in_order"] == ((margins > 0).sum(), 3)
    ours = file_tensors(flat(gradient), GPT)
    names = dict(loaded[0].named_parameters())
    assert ours.keys() == names.keys()
    for name, tensor in names.items():
        np.testing.assert_allclose(ours[name], tensor.grad.numpy(), atol=1e-10, err_msg=name)
    assert max(np.abs(array).max() for array in ours.values()) > 1e-3


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
def test_the_gradient_is_that_of_finite_differences():
    (graph, policy), (_, reference) = parts(build(0)), parts(build(1))
    objective = PreferenceObjective(graph, BETA)
    batch = batch_with_reference(objective, reference, PAIRS)
    moved = jax.tree.map(lambda leaf: np.array(leaf, np.float64), policy)

    @jax.jit
    def loss(parameters):
        return objective(parameters, batch, None)[0]["dpo_loss"].sum

    check_gradient(lambda: float(loss(moved)), moved, jax.jit(jax.grad(loss))(policy))


# By hand


@given(st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=6))
def test_the_loss_is_finite_and_that_of_the_equation(margins):
    total, weight = preference_loss(jnp.array(margins), jnp.ones(len(margins)))
    expected = sum(max(0.0, -m) + np.log1p(np.exp(-abs(m))) for m in margins)
    assert weight == len(margins)
    assert float(total) == pytest.approx(expected, rel=1e-5, abs=1e-30)


def test_only_the_answer_counts():
    logits = jnp.log(jnp.array([[0.5, 0.25, 0.25], [0.1, 0.2, 0.7], [0.3, 0.3, 0.4]]))
    log_probability = answer_log_probabilities(logits, jnp.array([-100, 2, 0]))
    assert log_probability == pytest.approx(np.log(0.7 * 0.3))
    assert answer_log_probabilities(logits, jnp.full(3, -100)) == 0


def test_a_batch_asks_for_the_answers_alone():
    batch = preference_batch(PAIRS[::2], 6, rows=3)
    np.testing.assert_array_equal(batch["input_ids"][0], [[3, 4, 5, 6, 0, 0], [3, 7, 0, 0, 0, 0]])
    np.testing.assert_array_equal(batch["labels"][0, 0], [4, 5, 6, *[-100] * 3])
    np.testing.assert_array_equal(batch["labels"][1, 1], [-100, 2, 1, *[-100] * 3])
    np.testing.assert_array_equal(batch["attention_mask"].sum(axis=-1)[:2], [[4, 2], [4, 4]])
    np.testing.assert_array_equal(batch["weights"], [1, 1, 0])
    assert (batch["labels"][2] == -100).all()


TOKENS = st.lists(st.integers(0, 19), min_size=1, max_size=4)
ANY_PAIRS = st.lists(st.builds(PreferencePair, TOKENS, TOKENS, TOKENS), min_size=1, max_size=3)


@pytest.fixture(scope="module")
def measure():
    """Sums of a batch for a model that is the reference, or one that is not."""
    with jax.enable_x64(True):
        (graph, policy), (_, other) = parts(build(0)), parts(build(1))
        objective = PreferenceObjective(graph, BETA)

        @jax.jit
        def compiled(reference, batch):
            known = objective.log_probabilities(reference, batch)
            losses, metrics = objective(policy, batch | {"reference": known}, None)
            return losses | metrics

        def of(pairs, moved=True, **options):
            return jax.device_get(compiled(other if moved else policy, batch_of(pairs, **options)))

        yield of


@pytest.mark.usefixtures("float64")
class TestOfAnyPairs:
    @given(ANY_PAIRS)
    def test_who_has_not_moved_has_a_loss_of_log_2(self, measure, pairs):
        sums = measure(pairs, moved=False)
        assert sums["dpo_loss"].sum == pytest.approx(len(pairs) * np.log(2))
        assert sums["margin"].sum == sums["drift"].sum == sums["in_order"].sum == 0

    @given(ANY_PAIRS)
    def test_equal_answers_have_a_loss_of_log_2_and_no_order(self, measure, pairs):
        pairs = [pair._replace(rejected=pair.chosen) for pair in pairs]
        sums = measure(pairs)
        assert sums["dpo_loss"].sum == pytest.approx(len(pairs) * np.log(2))
        assert sums["in_order"].sum == 0

    @given(ANY_PAIRS)
    def test_who_chooses_the_other_one_turns_the_margin_round(self, measure, pairs):
        turned = [PreferencePair(p.prompt, p.rejected, p.chosen) for p in pairs]
        one, other = (measure(p) for p in (pairs, turned))
        assert one["margin"].sum == pytest.approx(-other["margin"].sum, abs=1e-12)
        assert one["drift"].sum == pytest.approx(other["drift"].sum, abs=1e-12)
        # −log σ(m) + log σ(−m) = −m
        difference = one["dpo_loss"].sum - other["dpo_loss"].sum
        assert difference == pytest.approx(-one["margin"].sum, abs=1e-12)

    @given(ANY_PAIRS)
    def test_a_batch_is_the_sum_of_its_pairs(self, measure, pairs):
        apart = [measure([pair]) for pair in pairs]
        for name, (total, weight) in measure(pairs).items():
            assert sum(sums[name].sum for sums in apart) == pytest.approx(total, abs=1e-12)
            assert weight == len(pairs)

    @given(ANY_PAIRS)
    def test_padding_changes_nothing(self, measure, pairs):
        narrow = measure(pairs, width=7)
        wide = measure(pairs, width=11, rows=4)
        for name, (total, weight) in narrow.items():
            assert wide[name].sum == pytest.approx(total, abs=1e-12)
            assert wide[name].weight == weight == len(pairs)


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
def test_a_step_raises_the_chosen_answer_above_the_other_one():
    graph, policy = parts(build(0))
    objective, optimizer = PreferenceObjective(graph, BETA), optax.sgd(0.05)
    batch = batch_with_reference(objective, policy, PAIRS)
    state = init_state(copy.deepcopy(policy), optimizer)
    step = jax.jit(make_step(objective, optimizer))
    values = []
    for _ in range(20):
        state, metrics = step(state, batch, jax.random.key(0))
        values.append(metrics)
    assert values[0]["dpo_loss"] == pytest.approx(np.log(2))
    assert values[-1]["dpo_loss"] < 0.5 < 0.9 < values[-1]["in_order"]
    assert values[-1]["margin"] > 0


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (lambda: preference_batch([PreferencePair([], [1], [2])], 4), "a prompt is empty"),
        (
            lambda: preference_batch([PreferencePair([1, 2], [1], [2] * 4)], 4),
            "a pair has 6 tokens",
        ),
        (lambda: PreferenceObjective(nnx.graphdef(nnx.Module()), beta=0.0), "beta is 0.0"),
    ],
)
def test_what_cannot_be_learnt_from_is_named(run, said):
    with pytest.raises(UserError, match=said):
        run()
