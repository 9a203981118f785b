"""A hundred inputs that nobody means well with, over all commands: each ends with one line on
standard error and exit code 2, or with the right answer. `docs/refused.md` has their number."""

import re
import shlex
from pathlib import Path

import pytest
from in_process import refusal, run_here
from tiny_folders import write_models

MOST = 2**31 - 1
DOCUMENTS = "One cat went home. It ate there.\n\n" + "".join(
    f"The dog ate {n}. It was good.\n\n" for n in ("one", "two", "three")
)
FILES = {
    "c.txt": DOCUMENTS.encode(),
    "bin.dat": b"\0\1\2\3",
    "one.tsv": b"a\tb\n",
    "tabs.tsv": b"a\tb\tc\n",
    "l.csv": b"text,label\n" + b"".join(b"the cat %d,%d\n" % (n, n % 2) for n in range(80)),
    "self.toml": b'extends = "self.toml"\n',
    "list.toml": b"extends = [1]\n",
    "choices.jsonl": b'{"prompt": "a"}\n',
    "empty.npz": b"",
}
"""What lies in the folder in which the commands are called, beside the models."""


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    folder = write_models(tmp_path_factory.mktemp("hostile"))
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    (folder / "empty").mkdir()
    return folder


@pytest.fixture(autouse=True)
def inside(here, monkeypatch):
    monkeypatch.chdir(here)


REFUSED = r"""
fill-mask [mask] --model bert                             | no [MASK] in '[mask]'
fill-mask [MASK] --model bert/config.json                 | is a file: name the folder
fill-mask [MASK] --model classifier                       | is no BertForMaskedLM
fill-mask [MASK] --model translator                       | an encoder–decoder, with which `transl
fill-mask [MASK] --model bert --top-k -3                  | top-k is -3: it must be at least 1
fill-mask [MASK] --model bert --dtype float16             | invalid choice 'float16'
fill-mask [MASK] --model bert --batch-size 0              | batch-size is 0
classify cat --model bert                                 | finetune --model bert`
classify cat --model tagger                               | is no BertForSequenceClassification
classify cat --model classifier --top-k 0                 | top-k is 0
classify cat --model empty                                | empty
tag '' --model tagger                                     | a sentence has no word
tag cat --model gpt                                       | a GPT, with which `generate`
tag cat --model tagger --batch-size -1                    | batch-size is -1
generate the --model gpt --samples 2147483647             | choose fewer samples
generate the --model gpt --samples 100000000              | choose fewer samples
generate the --model gpt --beams 2147483647               | choose fewer samples, beams
generate aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa --model gpt | the model has 32 positions
generate the --model gpt --max-new-tokens 2 --samples 3 --seed 2147483647 | seed is 2147483649
generate the --model gpt --beams 3 --samples 4            | it must be from 1 to num_beams, 3
generate the --model gpt --temperature nan                | temperature is nan
generate the --model gpt --temperature 1e400              | temperature is inf
generate the --model gpt --top-p 0                        | top_p is 0.0
generate the --model gpt --top-p nan                      | top_p is nan
generate the --model gpt --min-p 2                        | min_p is 2.0
generate the --model gpt --repetition-penalty 0           | repetition_penalty is 0.0
generate the --model gpt --no-repeat-ngram-size -1        | no_repeat_ngram_size is -1
generate the --model gpt --form.syllables 0               | syllables is 0
generate the --model gpt --form.acrostic 12               | acrostic is '12'
generate the --model gpt --form.rhyme AB --form.syllables 4 | a form has one number of lines
generate the --model gpt --form.syllables 4 --tries 0     | tries is 0
generate the --model gpt --form.syllables 4 --beams 2     | a form ends by itself
generate '' --model gpt                                   | a prompt is empty
generate \ud800 --model gpt                               | half of a surrogate pair
generate the --model bert                                 | a BERT, with which `fill-mask`
translate '' --model translator                           | the text is empty
translate the --model translator --beams -1               | beams is -1
translate the --model translator --beams 2147483647       | choose fewer samples, beams
translate the --model gpt                                 | a GPT, with which `generate`
gibbs --length 4 --model bert --sweeps 2000000000         | sweeps is 2000000000: it must be from 1
gibbs --length 31 --model bert                            | length is 31: it must be from 1 to 30
gibbs 'the [MASK]' --length 4 --model bert                | give either a text
gibbs --length 4 --model bert --top-k 0                   | top_k is 0
gibbs --length 4 --model bert --output c.txt              | cannot make the folder c.txt
gibbs --length 4 --model bert --order backwards           | invalid choice 'backwards'
art cat --model gpt --seed -1                             | seed is -1: it must be at least 0
art cat --model gpt --write -1                            | write is -1
art cat --model gpt --pictures blot                       | invalid choice 'blot'
art '' --model gpt                                        | 0 tokens long: give at least two
tokenizer show --model bert                               | no text
tokenizer show --model bert --ids 9999                    | id 9999 lies outside the vocabulary
tokenizer show a --model empty                            | empty
tokenizer train --corpus c.txt --output bert              | holds a model or a run
tokenizer train --corpus c.txt --output t --held-out nan  | held_out is nan
tokenizer train --corpus c.txt --output t --kind unigram  | invalid choice 'unigram'
tokenizer train --corpus c.txt:0 --output t               | c.txt:0: give every corpus a weight
compare-sampling --model gpt --samples 2000000000         | choose fewer samples
compare-sampling --model gpt --seed -1                    | seed is -1
compare-sampling --model gpt --seed 2147483600            | seed is 2147483600: it must be from 0 to
compare-sampling --model gpt --samples 1                  | take at least 2
choose the --model gpt --choices c.txt                    | c.txt
choose the --model gpt --choices n.jsonl --max-new-tokens 2 --seed 2147483647 | from 0 to 2147483647
choose the --model gpt --choices new.jsonl --pairs 0      | pairs is 0
choose '' --model gpt --choices new.jsonl                 | a prompt is empty
prefer --model gpt --choices choices.jsonl                | gpt does not say what it learnt from
pretrain --corpus empty --output p                        | empty holds no text
pretrain --corpus bin.dat --output p                      | bin.dat is UTF-16BE
pretrain --corpus --output p                              | no corpus: give
pretrain --corpus c.txt --output c.txt/x                  | cannot make the folder c.txt/x
pretrain --corpus c.txt --output bert --overwrite         | bert holds config.json, but no run
pretrain --corpus c.txt --output p --vocabulary nowhere   | nowhere has no tokenizer
pretrain --preset self.toml                               | extends itself
pretrain --preset list.toml                               | extends is [1]
pretrain --model.type-vocab-size 1                        | a pair has two segments
pretrain --model.hidden-size 7                            | not divisible by num_attention_heads
pretrain --model.hidden-dropout-prob 1                    | it must be from 0 to 0.999
pretrain --pretraining.lengths 4 --pretraining.shares 1   | choose from 5 to batch_tokens
pretrain --pretraining.microbatches 7                     | shared evenly by 7 microbatches
pretrain --pretraining.optimizer.warmup 2                 | warmup is 2.0
pretrain --task causal-lm --model.n-head 5                | not divisible by n_head 5
pretrain --task causal-lm --pretraining.length 0          | length is 0
pretrain --task seq2seq --pairs one.tsv --output p        | at least two are needed
pretrain --task seq2seq --pairs tabs.tsv --output p       | tabs.tsv, line 1
pretrain --task seq2seq --pairs bert --output p           | no pairs bert
pretrain --task seq2seq --pretraining.lengths 9           | give one of these for each
pretrain --task tagging                                   | task is 'tagging': choose one of
finetune --model gpt --data l.csv --output f              | a GPT, with which `generate`
finetune --model bert --data c.txt --output f             | c.txt ends in '.txt', rows are read
finetune --model bert --data l.csv --finetuning.max-length 33 --output f | the model has 32
finetune --model bert --task token-classification --data l.csv --output f | 1 of at least 2 columns
quickstart --name ../x                                    | name is '../x': it must be that of one
quickstart --name ..                                      | name is '..'
quickstart --name ''                                      | name is ''
quickstart --minutes 1e300                                | minutes is 1e+300: it must be from 0.01
evaluate --model empty                                    | empty
report c.txt                                              | c.txt holds no run
compare-runs bert bert                                    | bert holds no run
compare bert empty.npz                                    | empty.npz is no .npz file
compare bert gpt                                          | a GPT, with which `generate`
compare bert bert --tolerance nan                         | tolerance is nan
export bert --output e                                    | bert holds no run
export nowhere --output e                                 | nowhere: no such folder
corpus nowhere                                            | no card for nowhere
textbook --steps 0                                        | steps is 0
exercise                                                  | not a whole command
exercise lsit                                             | did you mean exercise list?
mistake run no-rot                                        | did you mean no-root?
exercise list --course bert                               | no exercises in bert
assignment '' w                                           | no lesson of no name with exercises
assignment 99 w                                           | no lesson 99 with exercises
assignment 03 c.txt                                       | cannot make the folder c.txt
grade c.txt                                               | c.txt is no folder
grade bert --lesson ''                                    | no lesson of no name with exercises
grade bert --seconds inf                                  | seconds is inf
mistake run nothing                                       | no mistake 'nothing' in the gallery
mistake show \x1b[2J                                      | no mistake
''                                                        | there is no command
--nonsense                                                | there is no command --nonsense
"""
"""A command line, and a part of the line that it ends with."""
GIVEN = {
    ("fill-mask --model bert", b"\xff\xfe[MASK]"): "line 1 of standard input is not UTF-8",
    ("fill-mask --model bert", b"\n \n\t\n"): "no text: give one",
    ("classify --model classifier", b"cat\n\xc3\x28\n"): "line 2 of standard input is not UTF-8",
    ("tag --model tagger", b"\xed\xa0\x80"): "line 1 of standard input is not UTF-8",
}
"""A command line and its standard input, and a part of the line that it ends with."""
ANSWERED = {
    "fill-mask '\x00[MASK]' --model bert": r"\u0000[MASK]",
    "classify cat --model classifier --top-k 99": "bad",
    "classify '' --model classifier": "%",
    "tokenizer show '' --model bert": "[SEP]",
    "generate the --model gpt --max-new-tokens 2 --stop ''": "the",
}
"""A command line, and a part of the right answer."""


def split(line: str) -> list[str]:
    """The words of a command line, with escapes in place of what no file may hold."""
    words = shlex.split(line.replace("\\", "\\\\"))
    return [word.encode().decode("unicode_escape") if "\\" in word else word for word in words]


@pytest.mark.parametrize("row", REFUSED.strip().splitlines())
def test_one_line_and_exit_code_2(row):
    line, _, says = row.rpartition(" | ")
    assert says.strip() in refusal(*split(line.strip()))


@pytest.mark.parametrize(("line", "given"), GIVEN)
def test_what_is_no_text_on_standard_input(line, given):
    ended = run_here(*split(line), given=given)
    assert ended.code == 2 and ended.stderr.count("\n") == 1
    assert GIVEN[line, given] in ended.stderr


@pytest.mark.parametrize("line", ANSWERED)
def test_what_is_odd_and_has_an_answer(line):
    ended = run_here(*split(line))
    assert ended.code == 0 and not ended.stderr
    assert ANSWERED[line] in ended.stdout


def test_nothing_was_written(here):
    """A command that is refused leaves no folder behind that looks like a run."""
    assert not list(here.glob("*/stages.json"))


def test_the_docs_give_the_count():
    text = Path(__file__).parents[2].joinpath("docs", "refused.md").read_text("utf-8")
    (count,) = re.findall(r"(\d+) hostile inputs", text)
    assert int(count) == len(REFUSED.strip().splitlines()) + len(GIVEN) + len(ANSWERED)
