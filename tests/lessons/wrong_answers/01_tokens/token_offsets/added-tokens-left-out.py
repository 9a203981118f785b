"""Added tokens get no place at all.

Named: offsets-without-added-tokens
"""


def token_offsets(text, tokens):
    offsets, place = [], 0
    for token in tokens:
        if token.startswith("[") and token.endswith("]"):
            continue
        letters = token.removeprefix("##")
        start = text.lower().index(letters, place)
        place = start + len(letters)
        offsets.append((start, place))
    return offsets
