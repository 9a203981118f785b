from collections import Counter

import numpy as np
import pytest

from zen_transformer.data.documents import TokenizedDocuments
from zen_transformer.errors import UserError
from zen_transformer.objectives.next_sentence import (
    FOLLOWS,
    MIN_SEGMENT_LENGTH,
    RANDOM,
    SentencePairs,
)

CLS, SEP, PAD = 0, 1, 2
FIRST = 100  # the first token's id; every token has an id of its own, so that ids tell places


def make_documents(seed=0, documents=30, sources=2, sentences=(2, 12)) -> TokenizedDocuments:
    """Sentences of 3 to 15 tokens; documents of one source after the other."""
    rng = np.random.default_rng(seed)
    lengths = [rng.integers(3, 16, rng.integers(*sentences)) for _ in range(documents)]
    total = sum(map(np.sum, lengths))
    return TokenizedDocuments(
        FIRST + np.arange(total),
        np.cumsum([0, *np.concatenate(lengths)]),
        np.cumsum([0, *map(np.sum, lengths)]),
        np.sort(np.arange(documents) % sources),
        tuple(f"source {i}" for i in range(sources)),
    )


DOCUMENTS = make_documents()
SENTENCE_ENDS = set(DOCUMENTS.sentence_starts)


def make_pairs(documents=DOCUMENTS, short_fraction=0.5, mix=None) -> SentencePairs:
    return SentencePairs(
        documents, cls_id=CLS, sep_id=SEP, pad_id=PAD, short_fraction=short_fraction, mix=mix
    )


def places(ids: np.ndarray) -> np.ndarray:
    return ids - FIRST


def document_of(place: int) -> int:
    return int(np.searchsorted(DOCUMENTS.document_starts, place, side="right")) - 1


def draw(label: int, draws: int = 400, longest: int = 30, **options):
    """Pairs, each from a seed of its own."""
    pairs = make_pairs(**options)
    return [pairs.pair(np.random.default_rng(seed), label, longest) for seed in range(draws)]


def test_a_true_neighbour_goes_on_at_a_sentence_end_of_the_same_document():
    for first, second in draw(FOLLOWS):
        joined = places(np.concatenate([first, second]))
        np.testing.assert_array_equal(joined, joined[0] + np.arange(len(joined)))
        assert joined[len(first)] in SENTENCE_ENDS
        assert document_of(joined[0]) == document_of(joined[-1])


def test_a_random_one_begins_a_sentence_of_another_document_of_the_same_source():
    for first, second in draw(RANDOM):
        here, there = document_of(places(first)[-1]), document_of(places(second)[0])
        assert here != there
        assert DOCUMENTS.document_sources[here] == DOCUMENTS.document_sources[there]
        assert places(first)[-1] + 1 in SENTENCE_ENDS
        assert places(second)[0] in SENTENCE_ENDS
        for segment, document in ((first, here), (second, there)):
            place = places(segment)
            np.testing.assert_array_equal(place, place[0] + np.arange(len(place)))
            assert {document_of(place[0]), document_of(place[-1])} == {document}


def test_the_label_shows_neither_in_the_first_half_nor_in_the_lengths():
    """From the same randomness both labels get the same A, and a B equally long."""
    for follows, other in zip(draw(FOLLOWS), draw(RANDOM), strict=True):
        np.testing.assert_array_equal(follows[0], other[0])
        assert len(follows[1]) == len(other[1])


def test_a_random_second_half_lies_where_a_true_one_could():
    """With as many tokens before it, in its document, as it has itself."""
    for _, second in draw(RANDOM):
        place = places(second)[0]
        start = DOCUMENTS.document_starts[document_of(place)]
        assert place - start >= len(second)


def test_second_halves_lie_equally_deep_in_their_documents():
    """What follows is always inside a document: so must be what does not follow."""
    depths = []
    for label in (FOLLOWS, RANDOM):
        starts = np.array([places(second)[0] for _, second in draw(label, draws=1500)])
        document = np.searchsorted(DOCUMENTS.document_starts, starts, side="right") - 1
        begin, end = DOCUMENTS.document_starts[document], DOCUMENTS.document_starts[document + 1]
        depths.append((starts - begin) / (end - begin))
    deviation = np.std(depths) * np.sqrt(2 / 1500)
    assert abs(np.mean(depths[0]) - np.mean(depths[1])) < 5 * deviation


def test_labels_are_balanced_and_lengths_distributed_alike():
    batch = make_pairs().batch([0], range(4000), 48)
    labels = batch["next_sentence_label"]
    assert abs(labels.mean() - 0.5) < 5 * 0.5 / np.sqrt(4000)
    both, second = batch["attention_mask"].sum(1), batch["token_type_ids"].sum(1)
    for lengths in (both, second, both - second):
        histograms = [Counter(lengths[labels == label].tolist()) for label in (FOLLOWS, RANDOM)]
        assert len(histograms[0] | histograms[1]) > 10
        for length in histograms[0] | histograms[1]:
            counts = [histogram[length] for histogram in histograms]
            # Two Poisson counts of the same mean differ by √ of their sum or so.
            assert abs(counts[0] - counts[1]) < 5 * np.sqrt(sum(counts))


def test_layout_of_a_batch():
    batch = make_pairs().batch([0], range(50), 48)
    for ids, mask, segments in zip(
        batch["input_ids"], batch["attention_mask"], batch["token_type_ids"], strict=True
    ):
        length, second = mask.sum(), segments.sum()
        assert ids[0] == CLS
        assert np.flatnonzero(ids == SEP).tolist() == [length - second - 1, length - 1]
        assert np.flatnonzero(ids >= FIRST).size == length - 3
        assert np.all(ids[length:] == PAD)
        assert np.flatnonzero(mask).tolist() == list(range(length))
        assert np.flatnonzero(segments).tolist() == list(range(length - second, length))
    assert {array.dtype for array in batch.values()} == {np.dtype(np.int32)}


def test_pairs_are_as_long_as_fits_except_for_a_fraction():
    whole = make_pairs(short_fraction=0.0).batch([0], range(200), 23)
    np.testing.assert_array_equal(whole["attention_mask"].sum(1), np.full(200, 23))
    np.testing.assert_array_equal(whole["token_type_ids"].sum(1), np.full(200, 10 + 1))
    short = make_pairs(short_fraction=1.0).batch([0], range(2000), 23)
    second = short["token_type_ids"].sum(1) - 1
    first = short["attention_mask"].sum(1) - 3 - second
    assert set(first) == set(second) == set(range(MIN_SEGMENT_LENGTH, 11))
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.12  # each length is drawn by itself


def test_documents_too_short_for_the_length_make_shorter_pairs():
    pairs = make_pairs(make_documents(sentences=(2, 3)), short_fraction=0.0)
    lengths = pairs.batch([0], range(200), 512)["attention_mask"].sum(1)
    # At least half of the documents can fill both sides.
    assert lengths.max() <= 2 * 15 + 3


def test_the_same_randomness_gives_the_same_batch():
    first, again, other = (make_pairs().batch([s], range(8), 48) for s in (0, 0, 1))
    for name, values in first.items():
        np.testing.assert_array_equal(again[name], values)
    assert np.any(other["input_ids"] != first["input_ids"])


def share_of_source_one(**options) -> float:
    documents = [document_of(places(first)[0]) for first, _ in draw(FOLLOWS, 1500, **options)]
    return float(np.mean(DOCUMENTS.document_sources[documents]))


def test_sources_are_drawn_in_proportion_to_their_sentence_ends():
    ends = DOCUMENTS.sentence_starts[1:-1]
    ends = ends[~np.isin(ends, DOCUMENTS.document_starts)]
    share = np.mean(DOCUMENTS.document_sources[[document_of(end) for end in ends]])
    assert abs(share_of_source_one() - share) < 5 * np.sqrt(share * (1 - share) / 1500)


def test_or_as_the_mix_says():
    assert abs(share_of_source_one(mix=[3, 1]) - 0.25) < 5 * np.sqrt(0.25 * 0.75 / 1500)
    assert share_of_source_one(mix=[0, 1]) == 1.0


@pytest.mark.parametrize(("documents", "sentences"), [(1, (5, 6)), (4, (1, 2))])
def test_fewer_than_two_usable_documents_are_an_error_that_says_what_to_do(documents, sentences):
    with pytest.raises(UserError) as error:
        make_pairs(make_documents(documents=documents, sources=1, sentences=sentences))
    for words in ("source 0", f"{int(documents == 1)} documents", "at least two", "blank lines"):
        assert words in str(error.value)


def test_packed_rows_hold_true_and_false_pairs_and_little_padding():
    batch = make_pairs(short_fraction=1.0).packed_batch([0], range(8), 64)
    assert batch["input_ids"].shape == (8, 64)
    assert batch["attention_mask"].mean() > 0.7
    rows, numbers = np.nonzero(batch["pair_weights"])
    assert len(rows) > 8
    np.testing.assert_array_equal(batch["input_ids"][rows, batch["starts"][rows, numbers]], CLS)
    for row, number in zip(rows, numbers, strict=True):
        ids = batch["input_ids"][row][batch["sequence_ids"][row] == number + 1]
        (middle, end) = np.flatnonzero(ids == SEP)
        before, after = places(ids[middle - 1]), places(ids[middle + 1])
        assert end == len(ids) - 1
        assert (after == before + 1) == (batch["next_sentence_label"][row, number] == FOLLOWS)


@pytest.mark.parametrize("draw_from", ["batch", "packed_batch"])
def test_some_rows_are_those_of_the_whole_batch(draw_from):
    """So a process makes its own part only."""
    draw = getattr(make_pairs(short_fraction=0.5), draw_from)
    whole, some = draw([3], range(20), 48), [2, 7, 8, 19]
    for name, values in draw([3], some, 48).items():
        np.testing.assert_array_equal(values, whole[name][some])
