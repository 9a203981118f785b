"""The second number is the length of the token.

Named: lengths-for-ends
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
        offsets.append((start, len(letters)))
    return offsets
