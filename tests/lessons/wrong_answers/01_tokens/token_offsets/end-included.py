"""The end is the place of the last letter.

Named: offsets-with-the-end-included
"""


def token_offsets(text, tokens):
    offsets, place = [], 0
    for token in tokens:
        if token in ("[CLS]", "[SEP]", "[PAD]"):
            offsets.append((0, 0))
            continue
        letters = token.removeprefix("##")
        start = text.lower().find(letters, place)
        place = start + len(letters)
        offsets.append((start, place - 1))
    return offsets
