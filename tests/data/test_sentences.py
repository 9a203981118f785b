"""Rules that split text into sentences, in English and Chinese."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zen_transformer.data.sentences import split_sentences


def together(sentences: str) -> list[str]:
    """Return the sentences of a text in which | marks their ends."""
    return split_sentences(sentences.replace("|", " "))


def check(marked: str) -> None:
    assert together(marked) == marked.split("|")


@pytest.mark.parametrize(
    "marked",
    [
        "He came.|She left.|They stayed.",
        "Did he come?|Yes!|He did.",
        "What?!|Really?!|No.",
        "It ended\nthere.|Then came\tanother.",
        "no capital follows. so this is one",
        "He left.Without a space this is one.",
        "Élan vital.|Ça va.|Über alles.|Привет.|Да.",
        "The year was 1999.|2000 came next.",
        "I did it and so did I.|You know.",
    ],
)
def test_a_stop_and_something_that_begins_a_sentence(marked):
    check(marked)


@pytest.mark.parametrize(
    "marked",
    [
        "Mr. Smith met Dr. Jones.|They talked.",
        "Messrs. Smith and Co. Ltd. Partners agreed.|All was well.",
        "Gen. Grant and Lt. Col. Lee met at Ft. Sumter.|It rained.",
        "See Fig. 3 and vol. II, pp. 5 to 9.|It is all there.",
        "It was on Jan. 5, on a Mon. Morning.|It snowed.",
        "Use tools, e.g. Hammers, i.e. Things.|Done.",
        "It is No. 5 on the list, vs. Nobody else.|Done.",
    ],
)
def test_an_abbreviation_ends_no_sentence(marked):
    check(marked)


@pytest.mark.parametrize(
    "marked",
    [
        "J. R. R. Tolkien wrote it.|It is long.",
        "George W. Bush spoke.|They listened.",
        "The U.S. Army came to the U.S. Capitol.|It stayed.",
        "At 5 p.m. Eastern time it began.|It ended late.",
    ],
)
def test_an_initial_ends_no_sentence(marked):
    check(marked)


@pytest.mark.parametrize(
    "marked",
    [
        "It cost 3.5 million.|Then 4.25 more.",
        "1. First item.|2. Second item.",
        "Call 1.800.555 now.|Do it.",
    ],
)
def test_decimals_and_numbered_items_end_no_sentence(marked):
    check(marked)


@pytest.mark.parametrize(
    "marked",
    [
        'He said "Stop."|Then he left.',
        "He said “Stop!”|“Why?” she asked.|“Because.”",
        "(He left.)|(She stayed.)|[So did I.]",
        "‘Go.’|‘Never.’|Nobody went.",
        '"Is it?" she asked.|"It is."',
        "«Oui.»|«Non.»",
    ],
)
def test_quotes_and_brackets_stay_with_their_sentence(marked):
    check(marked)


@pytest.mark.parametrize(
    "marked",
    ["Wait...|What?", "Wait…|What?", "Well... maybe not.|Yes.", "And so on....|The end."],
)
def test_an_ellipsis_ends_a_sentence_where_a_new_one_begins(marked):
    check(marked)


@pytest.mark.parametrize(
    "sentences",
    [
        ["你好。", "世界！", "是吗？", "是。"],
        ["他说：“你好。”", "然后走了。"],
        ["「你好。」", "『再见！』", "（完。）"],
        ["真的吗？！", "真的！！", "好"],
        ["hi！", "你好。", "Hello."],
    ],
)
def test_chinese_stops_need_no_space(sentences):
    assert split_sentences("".join(sentences)) == sentences


def test_a_latin_stop_may_be_followed_by_chinese():
    assert split_sentences("He left. 他走了。") == ["He left.", "他走了。"]


@pytest.mark.parametrize("blank", ["\n\n", "\n \n", "\n\t\n\n  "])
def test_a_blank_line_always_ends_a_sentence(blank):
    assert split_sentences(f"a title{blank}and Mr.{blank}text") == ["a title", "and Mr.", "text"]


@pytest.mark.parametrize("text", ["", " ", "\n\n \n"])
def test_no_text_has_no_sentences(text):
    assert split_sentences(text) == []


@pytest.mark.parametrize("text", [".", "...", "?!", "。", "word", "Mr."])
def test_a_text_without_an_end_is_one_sentence(text):
    assert split_sentences(f" {text}\n") == [text]


WORDS = 'Mr He said I U S 3 no 你好 . ... … ! ? 。 ！ ” “ " ) ( 」'.split()
SPACES = [" ", " ", "  ", "\n", "\n\n", "\t", "\u3000"]
PROSE = st.lists(st.sampled_from(WORDS + SPACES), max_size=40).map("".join)


@given(st.one_of(PROSE, st.text(max_size=60)))
@settings(max_examples=200)
def test_nothing_is_lost_and_nothing_invented(text):
    sentences = split_sentences(text)
    assert "".join("".join(sentences).split()) == "".join(text.split())
    assert all(sentence and sentence == sentence.strip() for sentence in sentences)


@pytest.mark.parametrize(
    "unit", [".", "!?", "…", " ", "\n", " \n", '"', "(", ". ", '.) "', "。", "a", "é"]
)
def test_long_runs_take_time_in_proportion(unit):
    """A million characters; in quadratic time they would take hours."""
    text = unit * (1_000_000 // len(unit))
    assert "".join("".join(split_sentences(text)).split()) == "".join(text.split())


def test_a_long_run_of_stops_ends_one_sentence():
    assert split_sentences("Wait" + "." * 1000 + " What?") == ["Wait" + "." * 1000, "What?"]


@pytest.mark.parametrize(
    "text",
    [
        "the cat went home .\nit slept .\nthe dog , too .",
        "the cat went home\nit slept\nthe dog , too",
        "he had 12 mice .\n7 of them ran .\nthey came home .\nso did he .",
        "« il dort . »\n« et lui ? »\noui .",
    ],
)
def test_a_sentence_in_each_line_also_in_lower_case(text):
    assert split_sentences(text) == [line for line in text.split("\n") if line]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("He came and\nsaw it. Then he\nwent home and\nslept.", 2),  # wrapped prose
        (f"{'so long a line ' * 30}\n{'that it is no sentence ' * 30}", 1),
        ("One.\nTwo.\nThree.", 3),
    ],
)
def test_other_lines_are_no_sentences(text, count):
    assert len(split_sentences(text)) == count
