def text_to_words(text: str, cased: bool) -> list[str]:
    """Cut a text into words, as BERT does before it looks for pieces.

    1. If the model is not cased, accents go: the text is brought into the form NFD, and every
       character of the category "Mn" is dropped. The module unicodedata has normalize and category.
    2. If the model is not cased, capital letters become small.
    3. What stands alone is a word by itself, in both kinds of models: a Chinese character (U+4E00
       to U+9FFF) and a punctuation mark. A punctuation mark has a category that begins with "P" or
       is one of the signs $+<=>^`|~
    4. White space, however much of it, separates words and belongs to none.

    Args:
        text: any text; it may be empty.
        cased: whether accents and capital letters stay as they are.

    Returns:
        The words in their order.
    """
    raise NotImplementedError
