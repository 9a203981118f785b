"""BERT writes: against all texts that there are, weighed one by one, and against HuggingFace."""

from itertools import permutations, product

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny import build

from zen_transformer import BertForMaskedLM, UserError, WordPieceTokenizer
from zen_transformer.generation.gibbs import GibbsSampler, by_sweep
from zen_transformer.generation.sampling import Sampling

PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "##c"]
CLS, SEP, MASK, A, B, C = 2, 3, 4, 5, 6, 7
TOKENIZER = WordPieceTokenizer(PIECES)
TEXT = np.array([CLS, MASK, B, MASK, SEP])
PLACES = (1, 3)
TEXTS = list(product((A, B, C), repeat=2))
"""All that may stand at the two places."""


def model(dtype=jnp.float64):
    """The table is filled up to 10 vectors."""
    return build(BertForMaskedLM, 2, dtype, vocab_size=10, num_hidden_layers=1)


def filled(words) -> np.ndarray:
    ids = TEXT.copy()
    ids[list(PLACES)] = words
    return ids


def conditionals(network, temperature: float) -> list[np.ndarray]:
    """For each place, the probability of going from one text to another by drawing it anew."""
    tables = []
    for number, place in enumerate(PLACES):
        table = np.zeros((9, 9))
        for row, words in enumerate(TEXTS):
            ids = filled(words)
            ids[place] = MASK
            z = np.asarray(network(ids[None]).logits[0, place])[[A, B, C]] / temperature
            p = np.exp(z - z.max()) / np.exp(z - z.max()).sum()
            for word in range(3):
                other = list(words)
                other[number] = A + word
                table[row, TEXTS.index(tuple(other))] = p[word]
        tables.append(table)
    return tables


def stationary(table: np.ndarray) -> np.ndarray:
    """π = π P."""
    values, vectors = np.linalg.eig(table.T)
    distribution = np.real(vectors[:, np.argmin(np.abs(values - 1))])
    return distribution / distribution.sum()


def of_order(tables: list[np.ndarray], order: str) -> np.ndarray:
    walks = [tables] if order == "left-to-right" else list(permutations(tables))
    return stationary(sum(first @ second for first, second in walks) / len(walks))


@pytest.mark.slow
@pytest.mark.parametrize(("order", "temperature"), [("left-to-right", 1.0), ("random", 1.5)])
def test_texts_are_as_frequent_as_the_chain_has_them(float64, order, temperature):
    network, rows = model(), 2000
    sampler = GibbsSampler(network, TOKENIZER, Sampling(temperature=temperature))
    for sweep in by_sweep(sampler.frames(TEXT, sweeps=8, seeds=range(rows), order=order), 2):
        ids = sweep.token_ids
    counts = np.array([(ids[:, PLACES] == words).all(axis=1).sum() for words in TEXTS])
    expected = rows * of_order(conditionals(network, temperature), order)
    assert counts.sum() == rows
    assert expected.min() > 5
    chi_square = ((counts - expected) ** 2 / expected).sum()
    assert chi_square < 26.1  # of 8 degrees of freedom, one in a thousand is larger
    other = rows * of_order(conditionals(network, temperature)[::-1], "left-to-right")
    assert ((counts - other) ** 2 / other).sum() > 35  # the test would notice another order


def test_the_guesses_are_no_conditionals_of_one_distribution(float64):
    """Else the order would not matter."""
    tables = conditionals(model(), 1.0)
    one_way, other_way = of_order(tables, "left-to-right"), of_order(tables[::-1], "left-to-right")
    assert np.abs(one_way - other_way).max() > 0.01
    # Both are stationary, each in its own order.
    np.testing.assert_allclose(one_way @ tables[0] @ tables[1], one_way, atol=1e-12)


def test_surprise_and_likelihood_are_those_of_huggingface(float64, transformers, torch, tmp_path):
    network = model()
    network.save_pretrained(tmp_path)
    theirs = transformers.BertForMaskedLM.from_pretrained(tmp_path, dtype=torch.float64).eval()

    def log_p(ids: np.ndarray, place: int, word: int) -> float:
        masked = torch.tensor(ids)[None].clone()
        masked[0, place] = MASK
        with torch.no_grad():
            return float(theirs(masked).logits[0, place].log_softmax(-1)[word])

    sampler = GibbsSampler(network, TOKENIZER)
    before = np.stack([TEXT] * 3)
    for frame in sampler.frames(TEXT, sweeps=2, seeds=(4, 5, 6)):
        for row in range(3):
            place, new = int(frame.position[row]), int(frame.new[row])
            expected = -log_p(before[row], place, new)
            assert frame.surprise[row] == pytest.approx(expected, abs=1e-10)
            assert frame.old[row] == before[row, place]
            before[row, place] = new
        np.testing.assert_array_equal(frame.token_ids, before)
    for places in ((1, 3), (1, 2, 3)):
        expected = [sum(log_p(ids, i, int(ids[i])) for i in places) for ids in before]
        given = None if places == (1, 2, 3) else places
        likelihoods = sampler.pseudo_log_likelihood(before, given)
        np.testing.assert_allclose(likelihoods, expected, atol=1e-10)


# With random texts

SAMPLER = GibbsSampler(model(jnp.float32), TOKENIZER, Sampling(temperature=2.0, top_k=3))


@pytest.mark.slow
@given(st.data(), st.sampled_from([1, 2, 5]), st.sampled_from(["random", "left-to-right"]))
@settings(max_examples=12)
def test_only_the_places_change_and_each_comes_once_in_a_sweep(data, length, order):
    words = data.draw(st.lists(st.sampled_from([A, B, C, MASK]), min_size=length, max_size=length))
    places = data.draw(st.sets(st.integers(1, length), min_size=1))
    seeds = data.draw(st.lists(st.integers(0, 2**31 - 1), min_size=2, max_size=2))
    ids = np.array([CLS, *words, SEP])
    frames = list(SAMPLER.frames(ids, sorted(places), sweeps=2, seeds=seeds, order=order))
    assert [frame.step for frame in frames] == list(range(2 * len(places)))
    stay = [place for place in range(length + 2) if place not in places]
    for sweep in (frames[: len(places)], frames[len(places) :]):
        for row in range(2):
            walk = [int(frame.position[row]) for frame in sweep]
            assert sorted(walk) == sorted(places)
            assert order == "random" or walk == sorted(places)
    for frame in frames:
        assert (frame.token_ids[:, stay] == ids[stay]).all()
        assert set(frame.new.tolist()) <= {A, B, C}
        assert np.isfinite(frame.surprise).all()
    for sweep in by_sweep(frames, len(places)):
        assert set(np.flatnonzero(sweep.changed.any(axis=0)).tolist()) <= places
        assert np.isfinite(sweep.surprise).any(axis=0).nonzero()[0].tolist() == sorted(places)


def test_a_text_depends_on_its_seed_alone():
    ids = np.array([CLS, *[MASK] * 5, SEP])

    def written(*seeds: int) -> list[list[int]]:
        *_, last = SAMPLER.frames(ids, sweeps=3, seeds=seeds)
        return last.token_ids.tolist()

    together = written(*range(10), 1)
    assert together[1] == together[-1] == written(1)[0]
    assert len({tuple(text) for text in together}) > 5


def test_one_place_and_the_likeliest_word():
    network = model(jnp.float32)
    likeliest = GibbsSampler(network, TOKENIZER, Sampling(do_sample=False))
    ids = np.array([CLS, MASK, SEP])
    frames = list(likeliest.frames(ids, sweeps=3, seeds=(0, 7)))
    best = A + int(np.argmax(network(ids[None]).logits[0, 1, A : C + 1]))
    assert [frame.new.tolist() for frame in frames] == [[best, best]] * 3
    assert [sweep.changed.any() for sweep in by_sweep(frames, 1)] == [True, False, False]


def test_whole_words_and_words_that_are_not_wanted():
    ids = np.array([CLS, *[MASK] * 6, SEP])
    network = model(jnp.float32)
    whole = GibbsSampler(network, TOKENIZER, whole_words=True)
    only = GibbsSampler(network, TOKENIZER, Sampling(suppress_tokens=(A,)), whole_words=True)
    for sampler, words in ((whole, {A, B}), (only, {B})):
        *_, last = sampler.frames(ids, sweeps=4, seeds=range(4))
        assert set(last.token_ids[:, 1:-1].ravel().tolist()) == words


def test_what_cannot_be_drawn_is_named():
    network = model(jnp.float32)

    def frames(ids, places=None, **options):
        return next(SAMPLER.frames(np.array(ids), places, **{"sweeps": 1} | options))

    for call, said in (
        (lambda: frames([CLS, A, SEP]), "nothing to draw"),
        (lambda: frames([CLS, A, SEP], []), "nothing to draw"),
        (lambda: frames([CLS, A, SEP], [3]), "places go from 3 to 3, the text has 3"),
        (lambda: frames([MASK] * 17), "17 tokens, the model has 16 positions"),
        (lambda: frames([MASK], sweeps=0), "sweeps is 0"),
        (lambda: frames([MASK], seeds=(-1,)), "smallest seed is -1"),
        (lambda: GibbsSampler(network, TOKENIZER, Sampling(min_length=2)), "min_length is 2"),
        (
            lambda: GibbsSampler(network, TOKENIZER, Sampling(suppress_tokens=(A, B, C))),
            "no piece of the vocabulary may be drawn",
        ),
    ):
        with pytest.raises(UserError, match=said):
            call()
