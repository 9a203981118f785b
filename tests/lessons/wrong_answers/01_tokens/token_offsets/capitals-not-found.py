"""The text keeps its capital letters, so some tokens are not found.

Named: offsets-not-found
"""


def token_offsets(text, tokens):
    offsets, place = [], 0
    for token in tokens:
        if token in ("[CLS]", "[SEP]", "[PAD]"):
            offsets.append((0, 0))
            continue
        letters = token.removeprefix("##")
        start = text.find(letters, place)
        place = start + len(letters)
        offsets.append((start, place))
    return offsets
