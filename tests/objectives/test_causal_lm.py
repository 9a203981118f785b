import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from hypothesis import given
from hypothesis import strategies as st

from zen_transformer import GPTConfig, GPTForCausalLM
from zen_transformer.data.documents import TokenizedDocuments
from zen_transformer.objectives.causal_lm import (
    IGNORED,
    CausalLMObjective,
    TextWindows,
    next_tokens,
)

END = 99


def documents(*lengths: int) -> TokenizedDocuments:
    """Every token is the number of its place in all texts."""
    total = sum(lengths)
    starts = np.cumsum([0, *lengths])
    ids = np.arange(total, dtype=np.int32)
    return TokenizedDocuments(ids, starts, starts, np.zeros(len(lengths), int), ("text",))


def test_the_labels_are_the_text_one_place_on():
    batch = next_tokens(np.array([[5, 6, 7, 8], [5, 6, 0, 0]]), np.array([4, 2]))
    np.testing.assert_array_equal(batch["input_ids"], [[5, 6, 7], [5, 6, 0]])
    np.testing.assert_array_equal(batch["labels"], [[6, 7, 8], [6, IGNORED, IGNORED]])
    np.testing.assert_array_equal(batch["attention_mask"], [[1, 1, 1], [1, 1, 0]])


def test_windows_lie_within_a_document_and_reach_its_end():
    windows = TextWindows(documents(6, 20), END)
    batch = windows.batch([0, 0], range(400), 4)
    seen = {tuple(row) for row in np.column_stack([batch["input_ids"], batch["labels"][:, -1:]])}
    assert seen == {
        *((*range(start, start + 4), END if start == 2 else start + 4) for start in range(3)),
        *((*range(start, start + 4), END if start == 22 else start + 4) for start in range(6, 23)),
    }


def test_a_short_document_is_one_window_with_padding():
    batch = TextWindows(documents(2), END).batch([0], range(3), 5)
    np.testing.assert_array_equal(batch["labels"], [[1, END, *[IGNORED] * 3]] * 3)


def test_a_row_follows_from_its_number_alone():
    windows = TextWindows(documents(50, 60), END)
    whole = windows.batch([3, 7], range(8), 5)
    part = windows.batch([3, 7], [6, 2], 5)
    for name, values in part.items():
        np.testing.assert_array_equal(values, whole[name][[6, 2]])


@given(st.lists(st.integers(1, 30), min_size=1, max_size=4), st.integers(1, 9), st.integers(1, 4))
def test_every_token_but_the_first_is_asked_for_once(lengths, length, rows):
    windows = TextWindows(documents(*lengths), END)
    batches = windows.in_order(length, rows)
    predicted = np.concatenate([batch["labels"][batch["labels"] >= 0] for batch in batches])
    firsts = set(np.cumsum([0, *lengths])[:-1].tolist())
    expected = [i for i in range(sum(lengths)) if i not in firsts] + [END] * len(lengths)
    assert sorted(predicted.tolist()) == sorted(expected)


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_the_loss_is_that_of_huggingface(torch, transformers, tmp_path, smoothing):
    config = GPTConfig(
        vocab_size=20, n_positions=12, n_embd=8, n_layer=1, n_head=2, initializer_range=0.5
    )
    model = GPTForCausalLM(config, rngs=nnx.Rngs(0), dtype=jnp.float64)
    model.save_pretrained(tmp_path)
    theirs = transformers.GPT2LMHeadModel.from_pretrained(tmp_path, dtype=torch.float64).eval()
    ids = np.random.default_rng(0).integers(0, 20, (3, 9))
    batch = jax.tree.map(jnp.asarray, next_tokens(ids, np.array([9, 4, 7])))
    graph, parameters = nnx.split(model)
    objective = CausalLMObjective(graph, smoothing)
    losses, metrics = objective(nnx.to_pure_dict(parameters), batch, None)
    with torch.no_grad():
        logits = theirs(
            input_ids=torch.tensor(np.asarray(batch["input_ids"])).long(),
            attention_mask=torch.tensor(np.asarray(batch["attention_mask"])),
        ).logits
    expected = torch.nn.functional.cross_entropy(
        logits.flatten(0, 1),
        torch.tensor(np.asarray(batch["labels"])).long().flatten(),
        label_smoothing=smoothing,
    )
    total, weight = losses["lm_loss"]
    assert weight == 17 == objective.weights(batch)["lm_loss"]
    np.testing.assert_allclose(total / weight, float(expected), rtol=1e-6)
    assert ("lm_loss_unsmoothed" in metrics) == (smoothing > 0)
