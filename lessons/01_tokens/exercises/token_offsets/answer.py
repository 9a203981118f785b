def token_offsets(text: str, tokens: list[str]) -> list[tuple[int, int]]:
    """Each token is looked for behind the end of the one before it."""
    small, position, offsets = text.lower(), 0, []
    for token in tokens:
        if token in ("[CLS]", "[SEP]", "[PAD]"):
            offsets.append((0, 0))
            continue
        letters = token.removeprefix("##")
        start = small.index(letters, position)
        end = start + len(letters)
        offsets.append((start, end))
        position = end
    return offsets
