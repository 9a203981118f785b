"""Pairs become pieces.  Sennrich et al. 2016, section 3.2 and algorithm 1.

A word is a row of pieces, at first its letters. Again and again the pair of neighbours that
occurs most often in the text becomes one piece, wherever it stands:

    count(a, b)  =  Σ over the different words   how often the word occurs
                                               · how often b follows a in it

Only the words that hold the pair are looked at, and only the counts next door change: that is
why thousands of merges take seconds.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import TypeVar

Item = TypeVar("Item", int, str)
"""A piece, or its number."""


def replace(
    pieces: list[Item], pair: tuple[Item, Item], joined: Item
) -> Counter[tuple[Item, Item]]:
    """Join every occurrence of the pair in a word, in place and from left to right.

    Returns:
        how much more often the pairs next door occur in it now: before `x a b y`, where `ab` is
        joined, (x, ab) and (ab, y) once more, (x, a) and (b, y) once less.
    """
    changes: Counter[tuple[Item, Item]] = Counter()
    left, right = pair
    i = 0
    while i + 1 < len(pieces):
        if pieces[i] == left and pieces[i + 1] == right:
            if i > 0:
                changes[pieces[i - 1], left] -= 1
                changes[pieces[i - 1], joined] += 1
            if i + 2 < len(pieces):
                changes[right, pieces[i + 2]] -= 1
                changes[joined, pieces[i + 2]] += 1
            pieces[i : i + 2] = [joined]
        i += 1
    return changes


def most_frequent_pairs(
    words: list[list[Item]], counts: Sequence[int], join: Callable[[tuple[Item, Item]], Item]
) -> Iterator[tuple[tuple[Item, Item], int]]:
    """The pairs to merge and their counts, in order; of pairs as frequent the smallest first.

    Each pair is merged in `words` before the next one is looked for.

    Args:
        words: the different words, each as its pieces; changed on the way.
        counts: how often each word occurs.
        join: the piece that two neighbours become.
    """
    pair_counts: Counter[tuple[Item, Item]] = Counter()
    places: dict[tuple[Item, Item], set[int]] = defaultdict(set)
    for index, pieces in enumerate(words):
        for pair in pairwise(pieces):
            pair_counts[pair] += counts[index]
            places[pair].add(index)

    # Counts only ever change by a merge next door, and the heap is then told the new one:
    # an entry that disagrees with `pair_counts` is out of date and passed over.
    heap = [(-count, pair) for pair, count in pair_counts.items()]
    heapq.heapify(heap)
    while heap:
        negative, best = heapq.heappop(heap)
        if pair_counts[best] != -negative:
            continue
        yield best, -negative
        joined = join(best)
        changed: set[tuple[Item, Item]] = set()
        for index in places.pop(best):
            for pair, change in replace(words[index], best, joined).items():
                pair_counts[pair] += change * counts[index]
                changed.add(pair)
                if change > 0:
                    places[pair].add(index)
        pair_counts[best] = 0
        for pair in changed - {best}:
            if pair_counts[pair] > 0:
                heapq.heappush(heap, (-pair_counts[pair], pair))
