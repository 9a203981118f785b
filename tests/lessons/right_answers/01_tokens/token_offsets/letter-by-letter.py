"""White space is stepped over, and the letters are counted."""


def token_offsets(text, tokens):
    special = {"[CLS]", "[SEP]", "[PAD]"}
    result, i = [], 0
    for token in tokens:
        if token in special:
            result.append((0, 0))
        else:
            while text[i].isspace():
                i += 1
            size = len(token.removeprefix("##"))
            result.append((i, i + size))
            i += size
    return result
