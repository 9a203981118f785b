"""Bytes become printable characters and back.  Radford et al. 2019 (GPT-2), section 2.2 and their
`bytes_to_unicode`.

A vocabulary of bytes can write any text: UTF-8 gives a character one to four of them, and there
are only 256. So that pieces can be read, and stand in a file a line each, every byte has a
character of its own that is neither blank nor a control character:

    a byte that is printable in Latin-1     itself            A  →  A
    the n-th of the others, n = 0, 1, …     chr(256 + n)      a space, n = 32  →  Ġ

Written so, `vocab.json` and `merges.txt` of GPT-2 are plain text.
"""

PRINTABLE = (*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), 256))
_OTHERS = [byte for byte in range(256) if byte not in PRINTABLE]

CHARACTERS = [
    chr(byte) if byte in PRINTABLE else chr(256 + _OTHERS.index(byte)) for byte in range(256)
]
"""The character of every byte."""
BYTES = {character: byte for byte, character in enumerate(CHARACTERS)}
"""The byte of every such character."""


def as_characters(text: str) -> str:
    """A text's bytes in UTF-8, each as its character: " né" is "ĠnÃ©"."""
    return "".join(CHARACTERS[byte] for byte in text.encode())


def as_bytes(characters: str) -> bytes:
    """The bytes that some characters stand for.

    Raises:
        KeyError: a character that stands for none.
    """
    return bytes(BYTES[character] for character in characters)
