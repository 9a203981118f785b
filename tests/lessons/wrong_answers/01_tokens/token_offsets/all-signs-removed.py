"""Every ## in a token is removed, also one that is in the text.

Named: offsets-without-inner-signs
"""


def token_offsets(text, tokens):
    offsets, place = [], 0
    for token in tokens:
        if token in ("[CLS]", "[SEP]", "[PAD]"):
            offsets.append((0, 0))
            continue
        letters = token.replace("##", "")
        start = text.lower().find(letters, place)
        place = start + len(letters)
        offsets.append((start, place))
    return offsets
