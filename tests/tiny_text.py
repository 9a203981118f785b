"""A text whose grammar a model learns in seconds, with labels that depend on one word."""

import csv
from pathlib import Path

import numpy as np

ANIMALS = {"cat": "milk", "dog": "bones", "horse": "hay", "bird": "seeds", "fish": "worms"}
PLACES = ("at home", "by the river", "under the old tree", "on the green hill")


def write_texts(folder: Path) -> None:
    """Documents about one animal each in `texts.txt`, labelled sentences in `labels.csv`."""
    rng = np.random.default_rng(0)
    documents = []
    for _ in range(60):
        animal = rng.choice(list(ANIMALS))
        sentences = [
            f"The {animal} eats {ANIMALS[animal]} {rng.choice(PLACES)}." for _ in range(12)
        ]
        documents.append(" ".join(sentences))
    (folder / "texts.txt").write_text("\n\n".join(documents), "utf-8")
    with (folder / "labels.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label"])
        for number in range(200):
            animal, place = rng.choice(list(ANIMALS)), rng.choice(PLACES)
            label = "far" if "river" in place or "hill" in place else "near"
            writer.writerow([f"{number} {animal} {place}", label])


def write_tags(folder: Path) -> None:
    """Sentences with parts of speech in `tags.txt`, in CoNLL's columns."""
    lines = []
    for number in range(5):
        for animal, food in ANIMALS.items():
            for place in PLACES:
                preposition, *rest = place.split()
                words = [("the", "DET"), (animal, "NOUN"), ("eats", "VERB"), (food, "NOUN")]
                words += [(preposition, "PREP")]
                words += [(word, "DET" if word == "the" else "NOUN") for word in rest]
                words += [(str(number), "NOUN")]  # so that sentences differ
                lines += [f"{word} x {tag}" for word, tag in words] + [""]
    (folder / "tags.txt").write_text("\n".join(lines), "utf-8")
