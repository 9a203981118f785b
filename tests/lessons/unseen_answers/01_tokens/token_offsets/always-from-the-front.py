"""Each token is looked for from the front of the text, so a token that comes twice gets its first place."""


def token_offsets(text, tokens):
    places = []
    for token in tokens:
        if token in ("[CLS]", "[SEP]", "[PAD]"):
            places.append((0, 0))
            continue
        letters = token.removeprefix("##")
        start = text.lower().find(letters)
        places.append((start, start + len(letters)))
    return places
