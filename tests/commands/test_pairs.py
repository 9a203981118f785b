"""An encoder–decoder from pairs to answers: trained, stopped, gone on with, and asked."""

import dataclasses
import json
import random
import signal

import numpy as np
import pytest
from flax import nnx
from tiny import build

from zen_transformer import (
    BertForPreTraining,
    EncoderDecoderConfig,
    EncoderDecoderForConditionalGeneration,
    GPTConfig,
    GPTForCausalLM,
    UserError,
)
from zen_transformer.commands.export import export
from zen_transformer.commands.options import chosen_task, with_today_names
from zen_transformer.commands.quickstart import command as quickstart_command
from zen_transformer.commands.translate import translate
from zen_transformer.data.parallel_text import TextPair
from zen_transformer.evaluation.answers import Answered, answer_scores, f1, translation_scores
from zen_transformer.inference.decoding import DecodingConfig
from zen_transformer.inference.seq2seq import word_attention
from zen_transformer.runs import shutdown
from zen_transformer.tasks.registry import load_preset
from zen_transformer.tasks.running import RunTarget, run_task
from zen_transformer.tasks.seq2seq.settings import (
    PairTokenizerConfig,
    Seq2SeqConfig,
    Seq2SeqSettings,
)
from zen_transformer.tasks.seq2seq.task import Seq2Seq
from zen_transformer.tokenizers.byte_pair import ByteLevelBPETokenizer

pytestmark = pytest.mark.slow

WORDS = "cat dog horse bird fish red green blue old new".split()
MODEL = EncoderDecoderConfig(
    d_model=16,
    encoder_layers=1,
    decoder_layers=1,
    encoder_attention_heads=2,
    decoder_attention_heads=2,
    encoder_ffn_dim=32,
    decoder_ffn_dim=32,
    max_position_embeddings=16,
    positions="sinusoidal-halves",
    init_std=0.2,
)
TRAINING = Seq2SeqConfig(
    steps=24,
    batch_tokens=256,
    lengths=(16,),
    target_lengths=(16,),
    reports=8,
    checkpoints=8,
    evaluation_batches=8,
    answers=12,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Words, which are to be written the other way round."""
    path = tmp_path_factory.mktemp("pairs")
    draw = random.Random(0)
    lines = []
    for _ in range(200):
        words = draw.choices(WORDS, k=draw.randint(1, 5))
        lines.append(" ".join(words) + "\t" + " ".join(reversed(words)))
    (path / "pairs.tsv").write_text("\n".join(lines))
    return path


def settings(folder, **changes):
    pairs, tokenizer = str(folder / "pairs.tsv"), PairTokenizerConfig(vocab_size=280)
    return Seq2SeqSettings(
        pairs=pairs, **{"model": MODEL, "pretraining": TRAINING, "tokenizer": tokenizer} | changes
    )


def pretrain(settings, output, resume=False):
    return run_task(Seq2Seq(settings), RunTarget(output=output, resume=resume))


@pytest.fixture(scope="module")
def run(folder):
    """A run that went through."""
    pretrain(settings(folder), folder / "run")
    return folder / "run"


def metrics(run) -> list[dict]:
    times = ("seconds", "tokens_per_second", "mfu", "memory_gigabytes")
    rows = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    return [{name: x for name, x in row.items() if name not in times} for row in rows]


def test_says_what_it_reached_and_what_it_has_to_beat(run):
    summary = json.loads((run / "summary.json").read_text())
    assert summary["perplexity"] == pytest.approx(np.exp(summary["lm_loss"]))
    assert summary["answers"] == 12
    assert summary["trigram_loss"] > 0
    assert {"chrf", "bleu", "copied_chrf", "copied_bleu"} <= set(summary)
    asked = json.loads((run / "answers.json").read_text())["pairs"]
    assert all(entry["references"] for entry in asked)
    pictures = {path.name for path in (run / "plots").iterdir()}
    assert pictures >= {"losses.png", "throughput.png", "learning_rate.png"}
    page = (run / "report.html").read_text()
    assert "chrF of what was written" in page
    assert "zen-transformer translate" in page
    assert "fill-mask" not in page
    rows = metrics(run)
    assert rows[-1]["lm_loss"] > rows[-1]["lm_loss_unsmoothed"]
    assert "held_out_lm_loss" in rows[-1]


def test_huggingface_opens_the_model(run, torch, transformers):
    ours = EncoderDecoderForConditionalGeneration.from_pretrained(run / "model", require_all=True)
    theirs = transformers.MarianMTModel.from_pretrained(run / "model").eval()
    ids, target = np.array([[5, 6, 7, 2]]), np.array([[1, 9, 8]])
    with torch.no_grad():
        expected = theirs(
            input_ids=torch.tensor(ids), decoder_input_ids=torch.tensor(target)
        ).logits
    np.testing.assert_allclose(ours(ids, target).logits, expected, atol=1e-5)


def test_a_stopped_run_ends_like_one_that_never_was(run, folder, monkeypatch):
    requested = shutdown.StopAfterStep.requested

    def interrupted(self, step):
        if step == 10:
            signal.raise_signal(signal.SIGINT)
        return requested(self, step)

    with monkeypatch.context() as patched:
        patched.setattr(shutdown.StopAfterStep, "requested", interrupted)
        with pytest.raises(KeyboardInterrupt):
            pretrain(settings(folder), folder / "stopped")
    assert len(metrics(folder / "stopped")) == 3  # of 8 reports, and the stop lies between two
    pretrain(settings(folder), folder / "stopped", resume=True)
    assert metrics(folder / "stopped") == metrics(run)
    for name in ("model/model.safetensors", "answers.json"):
        assert (folder / "stopped" / name).read_bytes() == (run / name).read_bytes()


def test_answers_by_characters(folder, capsys):
    tokenizer = PairTokenizerConfig(kind="characters", vocab_size=21000)
    changed = settings(folder, tokenizer=tokenizer, scores="answers")
    summary = pretrain(changed, folder / "characters")
    assert {"exact", "f1", "retrieval_exact", "retrieval_f1"} <= set(summary)
    assert summary["retrieval_f1"] > 0.5  # the letters of a text the other way round are the same
    capsys.readouterr()
    (text,) = translate(("red cat",), folder / "characters")
    assert capsys.readouterr().out == text + "\n"


def test_is_exported_with_what_it_has_to_beat(run, tmp_path):
    export(run, tmp_path / "mine")
    card = (tmp_path / "mine" / "README.md").read_text("utf-8")
    summary = json.loads((run / "summary.json").read_text())
    for part in (
        f"{summary['chrf']:.1f}",
        f"{summary['copied_bleu']:.1f} by copying what was read",
    ):
        assert part in card
    assert "AutoModelForSeq2SeqLM" in card and str(run.parent) not in card


def test_a_run_answers_and_refuses(run, capsys):
    (text,) = translate(("red cat",), run)
    assert capsys.readouterr().out == text + "\n"
    assert translate(("red cat", "old dog"), run)[0] == text
    assert len(translate(("red cat",), run, DecodingConfig(beams=3))) == 1
    assert translate(("red cat",), run, DecodingConfig(beams=1)) == [text]
    for given, options, said in (
        ("", {}, "the text is empty"),
        (" \n", {}, "the text is empty"),
        ("cat " * 40, {}, r"a text has \d+ tokens, the model has 16 positions"),
        ("cat", {"beams": -1}, "beams is -1"),
        ("cat", {"beams": 400}, "num_beams is 400, the vocabulary has"),
    ):
        with pytest.raises(UserError, match=said):
            translate((given,), run, DecodingConfig(**options))


def test_a_model_of_another_kind_is_named(tmp_path):
    build(BertForPreTraining).save_pretrained(tmp_path / "bert")
    gpt = GPTConfig(vocab_size=20, n_embd=8, n_layer=1, n_head=2, bos_token_id=0, eos_token_id=0)
    GPTForCausalLM(gpt, rngs=nnx.Rngs(0)).save_pretrained(tmp_path / "gpt2")
    for kind, called in (("bert", "a BERT"), ("gpt2", "a GPT")):
        with pytest.raises(UserError, match=f"holds {called}, with which .*: name another folder"):
            translate(("cat",), tmp_path / kind)


# Figures


def test_scores_of_translations():
    pytest.importorskip("sacrebleu")
    sources = ["the cat sat down here", "a dog is coming to us"]
    right = [("the bird sat down there",), ("a dog came to us all",)]
    perfect = Answered(sources, [one for (one,) in right], right)
    found = translation_scores(perfect, [])
    assert found["chrf"] == pytest.approx(100.0)
    assert found["bleu"] == pytest.approx(100.0)
    assert 0 < found["copied_chrf"] < 100
    copied = translation_scores(perfect._replace(answers=sources), [])
    assert copied["chrf"] == copied["copied_chrf"]


def test_scores_of_answers():
    train = [TextPair("泥菩萨过河", "自身难保", ""), TextPair("猫哭老鼠", "假慈悲", "")]
    asked = Answered(["泥菩萨过江", "猫哭耗子"], ["难保", "假慈悲"], [("自身难保",), ("假慈悲",)])
    found = answer_scores(asked, train)
    assert found == {
        "exact": 0.5,
        "f1": pytest.approx((2 * 2 / 6 + 1) / 2),
        "retrieval_exact": 1.0,
        "retrieval_f1": 1.0,
    }
    assert f1("aab", "ab") == pytest.approx(0.8)
    assert f1("", "ab") == 0.0


def test_attention_from_word_to_word(run):
    model = EncoderDecoderForConditionalGeneration.from_pretrained(run / "model")
    tokenizer = ByteLevelBPETokenizer.from_pretrained(run / "model")
    weights, (read, written) = word_attention(model, tokenizer, "red cat birds", "old cats")
    assert (read, written) == (["red", "cat", "birds"], ["old", "cats"])
    assert weights.shape == (2, 3)
    np.testing.assert_allclose(weights.sum(axis=1), 1.0, rtol=1e-5)


# Settings


@pytest.mark.parametrize(
    ("options", "preset"),
    [
        (["--task", "seq2seq"], "translation"),
        (["--preset", "translation"], "translation"),
        (["--preset", "xiehouyu"], "xiehouyu"),
        (["--task", "translation"], "translation"),
        (["--task", "couplets"], "xiehouyu"),
        (["--task=couplets"], "xiehouyu"),
    ],
)
def test_the_task_and_the_preset_choose_the_settings(options, preset):
    settings = chosen(options)
    assert isinstance(settings, Seq2SeqSettings)
    assert settings == load_preset(preset)


def test_a_former_name_is_said_to_be_one(capsys):
    today = ["--seed", "1", "--task", "seq2seq", "--preset", "xiehouyu"]
    assert with_today_names(["--task", "couplets", "--seed", "1"]) == today
    said = "--task couplets is --task seq2seq --preset xiehouyu now"
    assert said in capsys.readouterr().err


def chosen(options):
    """The settings that options of `pretrain` go on top of."""
    return chosen_task(with_today_names(options), default="bert", from_model=False)[1]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--task seq2seq --preset gpt", "the preset gpt is for the task causal-lm"),
        ("--task bert --preset xiehouyu", "the preset xiehouyu is for the task seq2seq"),
        ("--task classification", "the task classification is for `finetune`"),
    ],
)
def test_a_task_that_does_not_fit_is_named(options, said):
    with pytest.raises(UserError, match=said):
        chosen(options.split())


def test_the_whole_way_is_bert_s():
    with pytest.raises(UserError, match="only `pretrain --task seq2seq` takes it"):
        quickstart_command(["--preset", "xiehouyu"])


def test_a_run_goes_on_with_its_own_settings(run):
    settings = chosen(["--resume", "--output", str(run)])
    assert isinstance(settings, Seq2SeqSettings)
    assert settings.pretraining == TRAINING


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"lengths": (10, 16)}, "give one of these for each"),
        ({"lengths": ()}, "give one of these for each"),
        ({"lengths": (16, 10), "target_lengths": (10, 16)}, "the shorter ones first"),
        ({"lengths": (1,)}, "choose from 2 on"),
        ({"batch_tokens": 20}, "a pair may have 32 tokens, a batch has 20"),
        ({"smoothing": 1.0}, "smoothing is 1.0"),
        ({"answers": 0}, "answers is 0"),
        ({"beams": 0}, "beams is 0"),
    ],
)
def test_settings_that_cannot_work_are_named(changes, said):
    with pytest.raises(UserError, match=said):
        dataclasses.replace(TRAINING, **changes)


def test_texts_longer_than_the_positions_are_named():
    config = dataclasses.replace(TRAINING, target_lengths=(17,))
    with pytest.raises(UserError, match="texts of 17 tokens were asked for, the model has 16"):
        Seq2SeqSettings(model=MODEL, pretraining=config)


def test_pairs_that_are_all_too_long_are_named(tmp_path):
    long = "\n".join(f"{word} {'x y ' * 30}\t{word}" for word in WORDS)
    (tmp_path / "pairs.tsv").write_text(long)
    with pytest.raises(UserError, match=r"all 9 pairs of .* have more than 16 tokens to read"):
        pretrain(settings(tmp_path), tmp_path / "run")
