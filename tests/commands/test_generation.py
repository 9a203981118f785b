"""What a folder says about generating, in the commands that write texts."""

import json
from dataclasses import replace

import pytest
from flax import nnx

from zen_transformer import GPTConfig, GPTForCausalLM, UserError
from zen_transformer.commands.art import art
from zen_transformer.commands.generate import command, generate
from zen_transformer.commands.translate import command as translate_command
from zen_transformer.inference.generation_defaults import read_generation_defaults
from zen_transformer.inference.gpt import GenerationConfig
from zen_transformer.tokenizers.characters import CharacterTokenizer

LETTERS = "abcdefghijklmnopqrst"
SAID = {"num_beams": 3, "max_length": 9, "suppress_tokens": [4, 5, 6], "eos_token_id": 0}


@pytest.fixture
def folder(tmp_path):
    tokenizer = CharacterTokenizer.train([LETTERS])
    tokenizer.save_pretrained(tmp_path)
    config = GPTConfig(
        vocab_size=tokenizer.vocab_size, n_positions=16, n_embd=8, n_layer=1, n_head=1,
        bos_token_id=0, eos_token_id=0, initializer_range=0.6,
    )  # fmt: skip
    GPTForCausalLM(config, rngs=nnx.Rngs(0)).save_pretrained(tmp_path)
    return tmp_path


def say(folder, fields):
    (folder / "generation_config.json").write_text(json.dumps(fields))
    return f"{folder / 'generation_config.json'} says: "


def test_a_folder_that_says_nothing_leaves_our_defaults(folder, capsys):
    texts = command(["ab", "--model", str(folder), "--max-new-tokens", "5"])
    assert texts == generate("ab", folder, GenerationConfig(max_new_tokens=5))
    assert capsys.readouterr().err == ""


@pytest.mark.slow
def test_the_folder_counts_and_says_so_in_one_line(folder, capsys):
    file = say(folder, SAID)
    texts = command(["ab", "--model", str(folder)])
    assert len(texts[0]) <= 9  # characters are tokens
    output = capsys.readouterr()
    assert output.out == "".join(text + "\n" for text in texts)
    assert output.err == f"{file}num_beams 3, max_length 9, suppress_tokens [4, 5, 6]\n"
    assert generate("ab", folder) == texts


@pytest.mark.slow
def test_an_option_goes_before_the_folder(folder, capsys):
    file = say(folder, SAID)
    options = ["ab", f"--model={folder}", "--beams", "0", "--do-sample", "--seed", "3"]
    (text,) = command([*options, "--max-new-tokens", "4"])
    assert len(text) <= 6
    assert capsys.readouterr().err == f"{file}suppress_tokens [4, 5, 6]\n"
    command([*options, "--suppress-tokens", "7", "--max-new-tokens", "2"])
    assert capsys.readouterr().err == ""


def test_the_help_shows_what_the_folder_says(folder, capsys):
    say(folder, {"do_sample": True, "temperature": 0.25})
    with pytest.raises(SystemExit):
        command(["--model", str(folder), "--help"])
    shown = " ".join(capsys.readouterr().out.split())
    assert "default: 0.25" in shown and "default: 50" in shown
    with pytest.raises(SystemExit):
        translate_command(["--model", str(folder / "none"), "--help"])
    assert "--beams" in capsys.readouterr().out


@pytest.mark.slow
def test_art_continues_a_text_as_the_folder_says(folder, tmp_path, capsys):
    file = say(folder, SAID)
    art("ab", folder, tmp_path / "art", pictures=("ink",), write=5)
    output = capsys.readouterr()
    assert output.err == f"{file}num_beams 3, suppress_tokens [4, 5, 6]\n"
    assert output.out.startswith(generate("ab", folder, max_new_tokens(5, folder))[0])


def max_new_tokens(count, folder):
    """What the folder says, with another number of tokens."""
    start = read_generation_defaults(folder).start(GenerationConfig())
    return replace(start, max_new_tokens=count)


def test_what_the_folder_asks_for_in_vain_is_refused(folder):
    say(folder, {"typical_p": 0.5})
    with pytest.raises(UserError, match=r"typical_p is 0.5, which is not implemented"):
        generate("ab", folder)


def test_a_text_stops_where_the_positions_end_and_says_so(folder, capsys):
    options = ["ab", "--model", str(folder), "--suppress-tokens", *"0123"]
    said = "stopped after 14 of {} tokens, where the model's positions end\n"
    for more, asked in (
        (["--max-new-tokens", "99"], 99),
        ([], 60),
        (["--samples", "2", "--max-new-tokens", "2147483647"], 2147483647),
        (["--beams", "2", "--max-new-tokens", "15"], 15),
    ):
        for text in command([*options, *more]):
            assert len(text) == 16  # characters are tokens
        assert capsys.readouterr().err == said.format(asked)
    command([*options, "--max-new-tokens", "14"])
    assert capsys.readouterr().err == ""


def test_a_text_that_ends_before_says_nothing(folder, capsys):
    options = ["ab", "--model", str(folder), "--seed", "1"]
    ends = [str(i) for i in range(21)]
    assert len(command([*options, "--eos-token-ids", *ends])[0]) <= 3
    assert capsys.readouterr().err == ""
    (text,) = command([*options, "--suppress-tokens", *"0123"])
    assert "stopped after 14 of 60 tokens" in capsys.readouterr().err
    command([*options, "--suppress-tokens", *"0123", "--stop", text[4]])
    assert capsys.readouterr().err == ""


def test_drawing_among_beams_is_refused_where_it_was_chosen(folder):
    options = ["ab", "--model", str(folder), "--beams", "2", "--max-new-tokens", "3"]
    assert command(options)
    with pytest.raises(UserError, match=r"do_sample is True: beams search .* set beams to 0"):
        command([*options, "--do-sample"])


def test_choices_are_read_before_anything_is_generated(folder, monkeypatch):
    monkeypatch.setattr("zen_transformer.commands.generate.load_gpt", None)
    with pytest.raises(UserError, match="no such file; make choices by"):
        command(["ab", "--rank", "choices", "--choices", str(folder / "none.jsonl")])


def test_the_help_says_what_the_command_does(folder, capsys):
    with pytest.raises(SystemExit):
        command(["--model", str(folder), "--help"])
    shown = capsys.readouterr().out
    assert "Continue a text with a pretrained GPT." in shown and "partial" not in shown
