"""It is taken that there is one blank between two words, and none before punctuation."""


def token_offsets(text, tokens):
    offsets, place = [], 0
    for token in tokens:
        if token in ("[CLS]", "[SEP]", "[PAD]"):
            offsets.append((0, 0))
        elif token.startswith("##"):
            offsets.append((place, place + len(token) - 2))
            place += len(token) - 2
        else:
            place += place > 0 and token.isalnum()
            offsets.append((place, place + len(token)))
            place += len(token)
    return offsets
