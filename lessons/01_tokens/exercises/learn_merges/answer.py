from collections import Counter
from itertools import pairwise


def learn_merges(word_counts: dict[str, int], merges: int) -> list[tuple[str, str]]:
    """The most frequent pair of neighbours becomes one piece, again and again."""
    words = [[word[0], *("##" + letter for letter in word[1:])] for word in word_counts]
    counts = list(word_counts.values())
    found = []
    while len(found) < merges:
        pairs = Counter()
        for pieces, count in zip(words, counts, strict=True):
            for pair in pairwise(pieces):
                pairs[pair] += count
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        words = [joined(pieces, best) for pieces in words]
        found.append(best)
    return found


def joined(pieces: list[str], pair: tuple[str, str]) -> list[str]:
    """Every occurrence of the pair in a word becomes one piece."""
    result = []
    for piece in pieces:
        if result and (result[-1], piece) == pair:
            result[-1] += piece.removeprefix("##")
        else:
            result.append(piece)
    return result
