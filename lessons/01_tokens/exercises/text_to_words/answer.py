import unicodedata


def text_to_words(text: str) -> list[str]:
    """Accents off, lower case, punctuation and Chinese characters by themselves."""

    def stands_alone(letter: str) -> bool:
        chinese = "\u4e00" <= letter <= "\u9fff"
        punctuation = unicodedata.category(letter).startswith("P") or letter in "$+<=>^`|~"
        return chinese or punctuation

    letters = unicodedata.normalize("NFD", text)
    plain = "".join(letter for letter in letters if unicodedata.category(letter) != "Mn")
    small = plain.lower()
    spaced = "".join(f" {letter} " if stands_alone(letter) else letter for letter in small)
    return spaced.split()
