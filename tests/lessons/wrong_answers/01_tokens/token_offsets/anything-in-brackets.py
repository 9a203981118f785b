"""Any token that begins with a bracket is taken for an added one.

Named: offsets-of-brackets
"""


def token_offsets(text, tokens):
    offsets, place = [], 0
    for token in tokens:
        if token.startswith("["):
            offsets.append((0, 0))
            continue
        letters = token.removeprefix("##")
        start = text.lower().find(letters, place)
        place = start + len(letters)
        offsets.append((start, place))
    return offsets
