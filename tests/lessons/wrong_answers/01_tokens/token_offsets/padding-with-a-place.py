"""[PAD] is looked for in the text."""


def token_offsets(text, tokens):
    offsets, place = [], 0
    for token in tokens:
        if token in ("[CLS]", "[SEP]"):
            offsets.append((0, 0))
            continue
        letters = token.removeprefix("##")
        start = text.lower().find(letters, place)
        place = start + len(letters)
        offsets.append((start, place))
    return offsets
