"""Added tokens are given the place that the text has been read to.

Named: added-tokens-with-a-place
"""


def token_offsets(text, tokens):
    offsets, place = [], 0
    for token in tokens:
        if token in ("[CLS]", "[SEP]", "[PAD]"):
            offsets.append((place, place))
            continue
        letters = token.removeprefix("##")
        start = text.lower().find(letters, place)
        place = start + len(letters)
        offsets.append((start, place))
    return offsets
