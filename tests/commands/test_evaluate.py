"""`evaluate`: any model on texts of one's own, beside what the model itself says."""

import json
from pathlib import Path

import numpy as np
import pytest
from in_process import refusal, run_here
from tiny_folders import write_models

from zen_transformer import (
    BertForSequenceClassification,
    BertForTokenClassification,
    EncoderDecoderForConditionalGeneration,
    GPTForCausalLM,
    WordPieceTokenizer,
    load_tokenizer,
)
from zen_transformer.data.corpora import Document
from zen_transformer.inference.bert import classifications, tags
from zen_transformer.tasks.bert.own_text import rows_of_text

TEXT = "the cat went home .\n\nthe dog ate .\nhome .\n"
LABELLED = [("the cat", "good"), ("a dog", "bad"), ("home", "bad"), ("the dog ate .", "good")]
TAGGED = [[("the", "DT"), ("cat", "NN"), ("ate", "VB")], [("home", "NN"), (".", ".")]]
PAIRS = [("the cat", "the dog"), ("the dog ate", "the cat ate")]


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = write_models(tmp_path_factory.mktemp("models"))
    tagged = "\n\n".join("\n".join(f"{w} {t}" for w, t in one) for one in TAGGED)
    for name, content in {
        "own.txt": TEXT,
        "labelled.csv": "text,label\n" + "".join(f"{t},{label}\n" for t, label in LABELLED),
        "tagged.txt": tagged,
        "pairs.tsv": "".join(f"{s}\t{t}\n" for s, t in PAIRS),
        "other.csv": "text,label\na,good\nb,fair\n",
    }.items():
        (folder / name).write_text(content)
    return folder


@pytest.fixture(autouse=True)
def inside(models, monkeypatch):
    monkeypatch.chdir(models)


def evaluate(*arguments, given=b""):
    ended = run_here("evaluate", *arguments, given=given)
    assert ended.code == 0 and not ended.stderr, ended
    return json.loads(ended.stdout)


def negative_log_likelihoods(logits, ids):
    """Of ids [length] under logits [length, vocab]."""
    logits = np.asarray(logits, np.float64)
    return np.log(np.exp(logits).sum(-1)) - logits[np.arange(len(ids)), ids]


def test_the_perplexity_of_a_gpt_is_that_of_its_own_probabilities():
    found = evaluate("own.txt", "--model", "gpt")
    model, tokenizer = GPTForCausalLM.from_pretrained("gpt"), load_tokenizer("gpt")
    losses = []
    for document in (TEXT[:20], TEXT[21:]):
        ids = [*tokenizer.text_ids(document), tokenizer.eos_id]
        logits = model(np.array([ids[:-1]])).logits[0]
        losses += [*negative_log_likelihoods(logits, ids[1:])]
    assert found["lm_loss"] == pytest.approx(np.mean(losses), rel=1e-5)
    assert found["perplexity"] == pytest.approx(np.exp(np.mean(losses)), rel=1e-5)
    assert evaluate("-", "--model", "gpt", given=TEXT.encode()) == found


def test_masked_words_of_a_bert():
    found = evaluate("own.txt", "--model", "bert")
    assert set(found) == {"mlm_loss", "mlm_accuracy"} and found["mlm_loss"] > 0
    assert evaluate("own.txt", "--model", "bert", "--seed", "1") != found  # other masks


def test_every_token_of_a_text_is_in_one_row():
    tokenizer = WordPieceTokenizer.from_pretrained("bert")
    texts = ["the cat went home . " * 5, "the dog"]
    batches = rows_of_text((Document("", text) for text in texts), tokenizer, 8, 3)
    rows = [row[row != tokenizer.pad_id] for batch in batches for row in batch["input_ids"]]
    assert all(batch["input_ids"].shape == (3, 8) for batch in batches)
    assert all(row[0] == tokenizer.cls_id and row[-1] == tokenizer.sep_id for row in rows)
    expected = [i for text in texts for i in tokenizer.text_ids(text)]
    assert [i for row in rows for i in row[1:-1]] == expected


def test_a_classifier_and_a_tagger_are_measured_by_what_they_say():
    classifier = BertForSequenceClassification.from_pretrained("classifier")
    tokenizer = WordPieceTokenizer.from_pretrained("classifier")
    said = [one.label for one in classifications(classifier, tokenizer, [t for t, _ in LABELLED])]
    right = np.mean([label == says for (_, label), says in zip(LABELLED, said, strict=True)])
    assert evaluate("labelled.csv", "--model", "classifier")["accuracy"] == pytest.approx(right)
    tagger = BertForTokenClassification.from_pretrained("tagger")
    words = [[word for word, _ in sentence] for sentence in TAGGED]
    said = [one.tag for sentence in tags(tagger, tokenizer, words) for one in sentence]
    right = np.mean([t == s for t, s in zip((t for s in TAGGED for _, t in s), said, strict=True)])
    found = evaluate("-", "--model", "tagger", given=Path("tagged.txt").read_bytes())
    assert found["accuracy"] == pytest.approx(right)


def test_pairs_have_a_loss_and_scores():
    pytest.importorskip("sacrebleu")
    found = evaluate("pairs.tsv", "--model", "translator")
    model = EncoderDecoderForConditionalGeneration.from_pretrained("translator")
    tokenizer = load_tokenizer("translator")
    losses = []
    for source, target in PAIRS:
        read, written = ([*tokenizer.text_ids(text), tokenizer.eos_id] for text in (source, target))
        inputs = [tokenizer.bos_id, *written[:-1]]
        logits = model(np.array([read]), np.array([inputs])).logits[0]
        losses += [*negative_log_likelihoods(logits, written)]
    assert found["lm_loss"] == pytest.approx(np.mean(losses), rel=1e-5)
    assert {"chrf", "bleu", "copied_bleu"} < set(found)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("other.csv --model classifier", "the model has no label 'fair', it knows 'bad', 'good'"),
        ("tagged.txt --model gpt --task preference", "the task preference measures no models"),
        ("tagged.txt --model bert --task token-classification", "is no BertForTokenClassification"),
        ("none.txt --model gpt", "no corpus none.txt"),
        ("none.csv --model classifier", "no labelled data none.csv"),
        ("pairs.tsv --model nowhere", "nowhere: no such folder"),
    ],
)
def test_what_cannot_be_measured_is_one_line(arguments, said):
    assert said in refusal("evaluate", *arguments.split())
