import numpy as np

from zen_transformer.grading import points

#                     end  ","  sea  water  every  beautiful
SYLLABLES = np.array([0, 0, 1, 2, 2, 3])
LONG = np.array([0, 0, 2, 3, 5])
"""No word has one syllable: a line of 7 that has 6 is lost, and so is one that has 1 left."""


def line(syllables, prompt, written, wanted):
    logits = np.random.default_rng(len(prompt) + 7 * wanted).normal(size=len(syllables))
    return logits, syllables, np.array(prompt, int), np.array(written, int), wanted, 0


@points(1)
def how_much_room_there_is():
    """Five syllables: nothing written yet, room for two, for one, and for none."""
    yield line(SYLLABLES, [], [], 5)
    yield line(SYLLABLES, [], [2, 3], 5)
    yield line(SYLLABLES, [], [3, 1, 4], 5)
    yield line(SYLLABLES, [], [3, 5], 5)


@points(1)
def with_a_prompt():
    """The line begins with words that were given."""
    yield line(SYLLABLES, [5, 1], [], 7)
    yield line(SYLLABLES, [3], [2, 4], 7)
    yield line(SYLLABLES, [3, 4], [5], 7)


@points(1)
def dead_ends():
    """Words of two, three and five syllables: some rests cannot be filled."""
    yield line(LONG, [], [2, 2], 7)
    yield line(LONG, [3], [], 7)
    yield line(LONG, [], [3], 6)
    yield line(LONG, [4], [], 7)
