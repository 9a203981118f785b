def token_offsets(text: str, tokens: list[str]) -> list[tuple[int, int]]:
    """Where each token stands in the text, so that text[start:end] are its letters.

    The tokens were cut from the text in its order. They have small letters, whatever the text has,
    and a ## that is not in the text where they continue a word. "[CLS]", "[SEP]" and "[PAD]" were
    added and stand nowhere: their place is (0, 0).

    Args:
        text: what was written. It has no accents, and so as many letters as in small ones.
        tokens: its pieces, and those that were added.

    Returns:
        A tuple (start, end) for each token; the end is not included.
    """
    raise NotImplementedError
