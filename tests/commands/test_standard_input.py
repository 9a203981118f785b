"""`-` and pipes: texts on standard input, wherever a text or a file of texts is asked."""

import json
import os
import shutil
import threading

import pytest
from in_process import refusal, run_here
from tiny_folders import write_models

from zen_transformer.data.corpora import read_corpus
from zen_transformer.data.labelled import load_labelled
from zen_transformer.data.parallel_text import read_pairs
from zen_transformer.data.pipes import stored
from zen_transformer.data.preferences import PreferenceRecord, append_preference
from zen_transformer.data.tagged import load_tagged
from zen_transformer.tokenizers.loading import load_tokenizer

ROWS = [(f"the cat {n}", "good" if n % 2 else "bad") for n in range(60)]


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    return write_models(tmp_path_factory.mktemp("models"))


@pytest.fixture(autouse=True)
def inside(models, monkeypatch):
    monkeypatch.chdir(models)


@pytest.mark.parametrize(
    ("command", "text"),
    [
        ("fill-mask --model bert --json", "the [MASK] went"),
        ("classify --model classifier --json", "the cat"),
        ("tag --model tagger --json", "the cat"),
        ("tokenizer show --model gpt --json", "the cat"),
        ("generate --model gpt --max-new-tokens 3 --seed 1", "the cat"),
        ("translate --model translator --max-new-tokens 3", "the cat"),
        ("gibbs --model bert --sweeps 1", "the [MASK] went"),
        ("art --model gpt --pictures ink --output pictures", "the cat"),
        ("compare bert bert --text", "the cat"),
    ],
)
def test_a_text_is_read_from_standard_input(command, text):
    words = command.split()
    expected = run_here(*words, text)
    assert expected.code == 0, expected
    given = f"{text}\n".encode()
    assert run_here(*words, "-", given=given) == expected
    if words[0] != "compare":
        assert run_here(*words, given=given) == expected


def test_texts_and_lines_are_answered_in_their_order():
    words = ["classify", "--model", "classifier", "--json"]
    in_turn = run_here(*words, "the cat", "-", "home", given=b"\xef\xbb\xbfa dog\n\nit went\n")
    assert in_turn == run_here(*words, "the cat", "a dog", "it went", "home")
    two = run_here("translate", "--model", "translator", "--max-new-tokens", "2", given=b"a\nb\n")
    assert two.stdout.count("\n") == 2 and not two.stderr


def test_a_prompt_may_have_several_lines():
    ended = run_here("generate", "--model", "gpt", "--max-new-tokens", "1", given=b"the\ncat\r\n")
    assert ended.stdout.startswith("the\ncat")


def test_what_is_wrong_on_standard_input_is_one_line():
    assert "standard input is not UTF-8: byte 1" in refusal(
        *"generate --model gpt".split(), given=b"a\xff"
    )
    said = refusal(*"translate - --model translator".split(), given=b"a\n" + b"cat " * 40)
    assert said.startswith("line 2 of standard input: a text has")
    assert "no text: give one in quotes" in refusal(*"translate --model translator".split())
    assert "a prompt is empty" in refusal(*"generate --model gpt".split())
    assert "choose --by form" in refusal("choose", "-", "--model", "gpt", given=b"the\n")


def test_choices_are_read_from_standard_input(tmp_path):
    """A reward model learns from them; what is kept in a file is refused."""
    run, path = tmp_path / "run", tmp_path / "choices.jsonl"
    shutil.copytree("gpt", run / "model")
    corpus = tmp_path / "texts.txt"
    corpus.write_text("\n\n".join(f"the cat {n} went home\nso it was" for n in range(20)))
    facts = {"corpus": [str(corpus)], "pretraining": {"held_out": 0.2}}
    (run / "config.json").write_text(json.dumps(facts))
    (run / "stages.json").write_text("{}")
    fingerprint = load_tokenizer("gpt").fingerprint
    for number in range(40):
        texts = f" the cat {number}", f" home home {number}"
        append_preference(path, PreferenceRecord("so", texts, 1, "person", fingerprint))
    words = f"generate so --model {run} --max-new-tokens 3 --samples 4 --rank choices".split()
    expected = run_here(*words, "--choices", path)
    assert expected.code == 0, expected
    assert run_here(*words, "--choices", "-", given=path.read_bytes()) == expected
    said = refusal(*words[:1], *words[2:], "--choices", "-", given=path.read_bytes())
    assert said == "the choices are on standard input: give the prompt in words"
    assert "line 2: no column" in refusal(*words, "--choices", "-", given=b"\n{}\n")
    assert "choices are appended to a file" in refusal("choose", "so", "--choices", "-")


def piped(folder, content: str):
    """The path of a named pipe that somebody writes to."""
    path = folder / f"pipe-{len(list(folder.iterdir()))}"
    os.mkfifo(path)
    threading.Thread(target=path.write_text, args=(content,), daemon=True).start()
    return path


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_files_of_texts_may_be_pipes(tmp_path):
    corpus = piped(tmp_path, "one\ntwo\n\nthree\n")
    for _ in "ab":  # a pipe can be read once only
        assert [one.text for one in read_corpus(str(corpus))] == ["one\ntwo\n", "three\n"]
    pairs = piped(tmp_path, "a\tb\nc\td\n")
    assert [pair[:2] for pair in read_pairs(str(pairs))] == [("a", "b"), ("c", "d")]
    tagged = "\n\n".join(f"cat{n} NN\nwent VB" for n in range(60))
    assert load_tagged(str(piped(tmp_path, tagged))).names == ["NN", "VB"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize(
    "lines",
    [
        ["text,label", *(f"{text},{label}" for text, label in ROWS)],
        ["text\tlabel", *(f"{text}\t{label}" for text, label in ROWS)],
        [f'{{"text": "{text}", "label": "{label}"}}' for text, label in ROWS],
    ],
)
def test_rows_through_a_pipe_are_of_the_format_that_they_look_like(tmp_path, lines):
    data = load_labelled(str(piped(tmp_path, "\n".join(lines))))
    assert data.names == ["bad", "good"] and sum(map(len, data.splits)) == len(ROWS)


def test_a_file_is_itself(tmp_path):
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path, tmp_path / "none"):
        assert stored(path) == path
