"""Merging pairs of pieces, most frequent first.  Sennrich et al. 2016, section 3.2, algorithm 1.

A word is a sequence of pieces, at first its characters. In each step the pair of neighbours that
occurs most often in the text becomes one piece, wherever it occurs:

    count(a, b)  =  Σ over the different words   how often the word occurs
                                               · how often b follows a in it

A merge visits only the words that contain the pair, and changes only the counts of the pairs beside
it: thousands of merges take seconds.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import TypeVar

Item = TypeVar("Item", int, str)
"""A piece, or its id."""


def merge_pair(
    pieces: list[Item], pair: tuple[Item, Item], joined: Item
) -> Counter[tuple[Item, Item]]:
    """Merge every occurrence of a pair in a word, in place and from left to right.

    Returns:
        How the counts of the neighbouring pairs change: if a b is merged in x a b y, then (x, ab)
        and (ab, y) occur once more, (x, a) and (b, y) once less.
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
    """Yield the pairs to merge and their counts, in order; among equal counts the smallest pair.

    A pair is merged in `words` before the next one is determined.

    Args:
        words: the different words as their pieces; they are changed.
        counts: how often each word occurs.
        join: returns the piece that a pair becomes.
    """
    pair_counts: Counter[tuple[Item, Item]] = Counter()
    places: dict[tuple[Item, Item], set[int]] = defaultdict(set)
    for index, pieces in enumerate(words):
        for pair in pairwise(pieces):
            pair_counts[pair] += counts[index]
            places[pair].add(index)

    # Whenever a merge changes a count, the new one is pushed on the heap: an entry that differs
    # from `pair_counts` is out of date and is skipped.
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
            for pair, change in merge_pair(words[index], best, joined).items():
                pair_counts[pair] += change * counts[index]
                changed.add(pair)
                if change > 0:
                    places[pair].add(index)
        pair_counts[best] = 0
        for pair in changed - {best}:
            if pair_counts[pair] > 0:
                heapq.heappush(heap, (-pair_counts[pair], pair))
