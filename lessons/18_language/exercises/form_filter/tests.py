import numpy as np

from zen_transformer.grading import points

#                     end  ","  sea  water  every  beautiful
SYLLABLES = np.array([0, 0, 1, 2, 2, 3])
LONG = np.array([0, 0, 2, 3, 5])
"""No word has one syllable: a line of 7 that has 6 is lost, and so is one that has 1 left."""


def line(rng, syllables, prompt, written, wanted):
    """Logits, and the tokens' ids in any order, so that the end may have any."""
    new = rng.permutation(len(syllables))
    logits, moved = rng.normal(size=len(syllables)), np.empty_like(syllables)
    moved[new] = syllables
    ids = (new[np.array(some, int)] for some in (prompt, written))
    return logits, moved, *ids, wanted, int(new[0])


@points(1)
def how_much_room_there_is(rng):
    """Five syllables: nothing written yet, room for two, for one, and for none."""
    for written in ([], [2, 3], [3, 1, 4], [3, 5]):
        yield line(rng, SYLLABLES, [], written, 5)


@points(1)
def with_a_prompt(rng):
    """The line begins with words that were given."""
    yield line(rng, SYLLABLES, [5, 1], [], 7)
    yield line(rng, SYLLABLES, [3], [2, 4], 7)
    yield line(rng, SYLLABLES, [3, 4], [5], 7)


@points(1)
def dead_ends(rng):
    """Words of two, three and five syllables, or of four and six: some rests cannot be filled."""
    yield line(rng, LONG, [], [2, 2], 7)
    yield line(rng, LONG, [3], [], 7)
    yield line(rng, LONG, [], [3], 6)
    yield line(rng, LONG, [4], [], 7)
    yield line(rng, LONG, [], [], int(rng.integers(7, 14)))
    yield line(rng, np.array([0, 0, 4, 6, 9]), [], [1], int(rng.choice([10, 14])))
    yield line(rng, np.array([0, 0, 4, 6, 9]), [2], [], int(rng.integers(12, 25)))
    yield line(rng, np.array([0, 0, 3, 4]), [1], [], 7)
    yield line(rng, np.array([0, 0, 3]), [1], [2], 6)
