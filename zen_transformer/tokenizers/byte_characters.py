"""Bytes as printable characters.  Radford et al. 2019 (GPT-2), section 2.2, and `bytes_to_unicode`
in their `encoder.py`.

A vocabulary of bytes can represent any text: UTF-8 encodes a character as one to four bytes, and
there are only 256. For pieces to be readable, and to stand in a file a line each, every byte is
written as one character that is neither blank nor a control character:

    a byte that is printable in Latin-1     itself            A  →  A
    the n-th of the others, n = 0, 1, …     chr(256 + n)      a space, n = 32  →  Ġ

`vocab.json` and `merges.txt` of GPT-2 are written in these characters.
"""

PRINTABLE = (*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), 256))
_OTHERS = [byte for byte in range(256) if byte not in PRINTABLE]

CHARACTERS = [
    chr(byte) if byte in PRINTABLE else chr(256 + _OTHERS.index(byte)) for byte in range(256)
]
"""The characters of the bytes 0 to 255."""
BYTES = {character: byte for byte, character in enumerate(CHARACTERS)}
"""The bytes of these characters."""


def as_characters(text: str) -> str:
    """Return the bytes of a text in UTF-8 as characters: those of " né" are "ĠnÃ©"."""
    return "".join(CHARACTERS[byte] for byte in text.encode())


def as_bytes(characters: str) -> bytes:
    """Return the bytes that characters stand for.

    Raises:
        KeyError: a character stands for no byte.
    """
    return bytes(BYTES[character] for character in characters)
