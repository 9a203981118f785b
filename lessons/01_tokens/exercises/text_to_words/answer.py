import unicodedata


def text_to_words(text: str, cased: bool) -> list[str]:
    """Accents off and lower case unless cased; what stands alone by itself."""

    def stands_alone(letter: str) -> bool:
        chinese = "\u4e00" <= letter <= "\u9fff"
        punctuation = unicodedata.category(letter).startswith("P") or letter in "$+<=>^`|~"
        return chinese or punctuation

    letters = unicodedata.normalize("NFD", text)
    plain = "".join(letter for letter in letters if unicodedata.category(letter) != "Mn")
    small = plain.lower()
    kept = text if cased else small
    spaced = "".join(f" {letter} " if stands_alone(letter) else letter for letter in kept)
    return spaced.split()
