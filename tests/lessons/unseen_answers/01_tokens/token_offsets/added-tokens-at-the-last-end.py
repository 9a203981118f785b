"""Added tokens get the place where the one before them ended, as an empty span, and not (0, 0)."""


def token_offsets(text, tokens):
    places, at = [], 0
    for token in tokens:
        if token in ("[CLS]", "[SEP]", "[PAD]"):
            places.append((at, at))
            continue
        letters = token.replace("##", "")
        start = text.lower().index(letters, at)
        at = start + len(letters)
        places.append((start, at))
    return places
