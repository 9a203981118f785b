"""Every token is looked for from the beginning of the text.

Named: offsets-of-the-first-match
"""


def token_offsets(text, tokens):
    offsets, place = [], 0
    for token in tokens:
        if token in ("[CLS]", "[SEP]", "[PAD]"):
            offsets.append((0, 0))
            continue
        letters = token.removeprefix("##")
        start = text.lower().find(letters)
        place = start + len(letters)
        offsets.append((start, place))
    return offsets
