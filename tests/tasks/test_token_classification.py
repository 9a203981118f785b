"""Fine-tuning a tagger: three starts or two, learning rates of their own, what is counted, and the
finished run's report, card and answers."""

import json
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from flax import nnx
from safetensors.numpy import load_file
from tiny_text import ANIMALS, PLACES, write_tags, write_texts

from zen_transformer import BertConfig, BertForPreTraining, UserError, WordPieceTokenizer
from zen_transformer.inference.bert import tags
from zen_transformer.inference.folders import model_folder
from zen_transformer.models.bert import BertForTokenClassification
from zen_transformer.models.flops import bert_flops_per_token
from zen_transformer.report.comparison import compare
from zen_transformer.runs import shutdown
from zen_transformer.tasks.reporting import export_run, read_run_with_metrics, write_report
from zen_transformer.tasks.running import RunTarget, run_task
from zen_transformer.tasks.task import Inputs
from zen_transformer.tasks.token_classification import (
    TokenClassification,
    TokenClassificationConfig,
    TokenClassificationSettings,
)
from zen_transformer.training.optimizer import OptimizerConfig
from zen_transformer.training.parallelism import OneDevice

TIMES = {"seconds", "tokens_per_second", "mfu", "memory_gigabytes"}
FINETUNING = TokenClassificationConfig(
    epochs=1,
    min_steps=20,
    batch_size=8,
    max_length=16,
    examples=(16,),
    seeds=2,
    all_seeds=1,
    candidates=(1e-4, 3e-2),
    tuning_seeds=1,
    optimizer=OptimizerConfig(learning_rate=1e-3),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Tagged sentences; a run with a model and what it began as, and the same model without."""
    path = tmp_path_factory.mktemp("tagging")
    write_texts(path)
    write_tags(path)
    tokenizer = WordPieceTokenizer.train([(path / "texts.txt").read_text()], vocab_size=80)
    config = BertConfig(
        vocab_size=tokenizer.vocab_size,
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=32,
    )
    for number, part in enumerate(("run/model", "run/start", "alone/model")):
        BertForPreTraining(config, rngs=nnx.Rngs(number)).save_pretrained(path / part)
        tokenizer.save_pretrained(path / part)
    return path


def task(folder: Path, model: str = "run", **changes) -> TokenClassification:
    finetuning = replace(FINETUNING, **changes)
    settings = TokenClassificationSettings(data=str(folder / "tags.txt"), finetuning=finetuning)
    return TokenClassification(settings, Inputs(model=folder / model / "model"))


@pytest.fixture(scope="module")
def finished(folder) -> Path:
    """A run that went through."""
    run_task(task(folder), RunTarget(output=folder / "tagged"))
    return folder / "tagged"


def rows(run: Path, stage: str = "tagging") -> list[dict]:
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    return [
        {name: value for name, value in row.items() if name not in TIMES}
        for row in lines
        if row["stage"] == stage
    ]


def summary(run: Path) -> dict:
    return json.loads((run / "summary.json").read_text())


# The starts


def prepared(task: TokenClassification):
    """What the task prepares, without a run."""
    return task.prepare(None, task.load().data)  # type: ignore[arg-type]


def encoder_of(task: TokenClassification, data, variant: str) -> dict[str, np.ndarray]:
    job = task.variant_job(data, variant, np.arange(8), seed=5)
    return nnx.to_pure_dict(nnx.state(job.network))


@pytest.mark.slow
def test_each_variant_has_the_weights_that_it_is_named_after_and_the_same_head(folder):
    tagging = task(folder)
    data = prepared(tagging)
    assert tagging.starts(data) == ["pretrained", "word_vectors", "random_init"]
    found = {name: encoder_of(tagging, data, name) for name in tagging.starts(data)}
    for name, part in (("pretrained", "model"), ("word_vectors", "start")):
        file = load_file(folder / "run" / part / "model.safetensors")
        table = found[name]["bert"]["embeddings"]["token"]["table"]
        np.testing.assert_array_equal(table, file["bert.embeddings.word_embeddings.weight"])
    tables = [one["bert"]["embeddings"]["token"]["table"] for one in found.values()]
    assert len({table.tobytes() for table in map(np.asarray, tables)}) == 3
    heads = [np.asarray(one["classifier"]["kernel"]) for one in found.values()]
    assert all((head == heads[0]).all() for head in heads)


@pytest.mark.slow
def test_without_the_model_before_its_pretraining_there_are_two_starts(folder):
    tagging = task(folder, "alone")
    assert tagging.starts(prepared(tagging)) == ["pretrained", "random_init"]
    assert "model before its pretraining" not in tagging.load().made_from
    assert "model before its pretraining" in task(folder).load().made_from


def test_a_start_of_another_shape_is_refused(folder, tmp_path):
    config = BertConfig.from_dict(json.loads((folder / "run/model/config.json").read_text()))
    for part, layers in (("model", 1), ("start", 2)):
        network = BertForPreTraining(replace(config, num_hidden_layers=layers), rngs=nnx.Rngs(0))
        network.save_pretrained(tmp_path / part)
        WordPieceTokenizer.from_pretrained(folder / "run/model").save_pretrained(tmp_path / part)
    settings = task(folder).settings
    with pytest.raises(UserError, match=r"is not what .* began as"):
        prepared(TokenClassification(settings, Inputs(model=tmp_path / "model")))


# Learning rates


def test_a_rate_of_a_variant_that_is_not_there(folder):
    with pytest.raises(
        UserError, match=r"finetuning.rate_factors has 'pretraned': choose from pretrained"
    ):
        task(folder, rate_factors={"pretraned": 2.0}).check(OneDevice())
    with pytest.raises(UserError, match="or its factor, is 0: it has to be above 0"):
        task(folder, candidates=(0, 1e-3))


@pytest.mark.slow
def test_the_rate_with_the_best_validation_score_is_taken(finished):
    tuning = [row for row in rows(finished) if row.get("tuning")]
    assert {row["start"] for row in tuning} == {"pretrained", "word_vectors", "random_init"}
    assert {row["seed"] for row in tuning} == {1000}
    assert not any(name.startswith("test_") for row in tuning for name in row)
    results = [row for row in rows(finished) if not row.get("tuning") and row["start"] != "lookup"]
    for row in results:
        scores = {
            one["learning_rate"]: one["validation_accuracy"]
            for one in tuning
            if (one["start"], one["examples"]) == (row["start"], row["examples"])
        }
        assert row["learning_rate"] == max(scores, key=lambda rate: scores[rate])
    assert len(tuning) == 3 * 2 * 2


@pytest.mark.slow
def test_the_points_have_every_variant_with_its_rate_and_seeds(finished):
    few, everything = summary(finished)["curves"]["tagging"]["points"]
    assert few["examples"] == 16
    names = {"pretrained", "word_vectors", "random_init", "lookup"}
    names |= {"gain", "gain_over_word_vectors"}
    for point, seeds in ((few, 2), (everything, 1)):
        assert point.keys() - {"examples"} == names
        assert all(len(point[name]["seeds"]) == seeds for name in names)
    assert few["random_init"]["learning_rate"] in (1e-4, 3e-2)
    for gain, other in (("gain", "random_init"), ("gain_over_word_vectors", "word_vectors")):
        expected = np.subtract(few["pretrained"]["seeds"], few[other]["seeds"])
        np.testing.assert_allclose(few[gain]["seeds"], expected)
    assert everything["pretrained"]["mean"] > 0.6  # the words decide, and it has learnt something


# What is counted


@pytest.mark.slow
def test_floating_point_operations_are_those_of_the_padded_batches(folder, finished):
    tagging = task(folder)
    data = prepared(tagging)
    job = tagging.variant_job(data, "pretrained", np.arange(16), seed=0)
    expected = 0.0
    for step in range(20):
        rows_, width = job.train.batch(0, step)["input_ids"].shape
        expected += 3 * rows_ * width * bert_flops_per_token(data.shape, width, 0)
        assert job.flops(step) == 3 * bert_flops_per_token(data.shape, width, 0)
    assert job.tflop(20) == pytest.approx(expected / 1e12)
    written = summary(finished)["curves"]["tagging"]
    results = [row for row in rows(finished) if not row.get("tuning")]
    tuning = [row for row in rows(finished) if row.get("tuning")]
    assert written["tflop"] == pytest.approx(sum(row.get("tflop", 0) for row in results))
    assert written["tuning_tflop"] == pytest.approx(sum(row["tflop"] for row in tuning)) and tuning


@pytest.mark.slow
def test_a_tagging_that_was_stopped_goes_on_to_the_same_lines(folder, finished, monkeypatch):
    requested = shutdown.StopAfterStep.requested
    target = RunTarget(output=folder / "stopped", resume=True)
    with monkeypatch.context() as patched:
        # The third training, that is while a learning rate is chosen; then a later one.
        for stop in (3, 9):
            patched.setattr(shutdown.StopAfterStep, "requested", interrupted(requested, stop))
            with pytest.raises(KeyboardInterrupt):
                run_task(task(folder), target)
    run_task(task(folder), target)
    assert rows(folder / "stopped") == rows(finished)
    names = [path / "tagger" / "model.safetensors" for path in (folder / "stopped", finished)]
    ours, theirs = map(load_file, names)
    assert all((ours[name] == tensor).all() for name, tensor in theirs.items())


def interrupted(requested: Callable, training: int) -> Callable:
    """Ctrl-C within a training, by its number in this process."""
    begun = []

    def asked(self, step):
        if step == 7:
            begun.append(step)
        if step == 13 and len(begun) == training:
            signal.raise_signal(signal.SIGINT)
        return requested(self, step)

    return asked


# The finished run


@pytest.mark.slow
def test_report_and_comparison_tell_of_all_starts(folder, finished):
    page = write_report(finished).read_text("utf-8")
    for words in (
        "words of test sentences tagged right",
        "word vectors only",
        "over word vectors",
        "each word&#39;s most frequent tag",
        "± is the deviation over 2 seeds; on all examples there is one.",
        "floating-point operations",
        "learning rates",
        "--part tagger --output my-tagger",
        "zen-transformer tag ",
    ):
        assert words in page, words
    assert "not finished" not in page
    assert (finished / "plots" / "tagging_curve.png").is_file()
    assert not (finished / "plots" / "label_curve.png").exists()
    comparison = compare([read_run_with_metrics(finished), read_run_with_metrics(finished)])
    names = [row.name for row in comparison.figures]
    assert "tagging: over word vectors, 16 examples" in names


@pytest.mark.slow
def test_the_export_says_what_it_is(finished, tmp_path):
    export_run(finished, tmp_path / "mine", "tagger", None)
    card = (tmp_path / "mine" / "README.md").read_text("utf-8")
    for words in (
        "pipeline_tag: token-classification",
        "AutoModelForTokenClassification",
        "fine-tuned to give words one of the tags DET, NOUN, PREP, VERB: 1 layer, 8 wide",
        "zen-transformer tag",
        "accuracy of this tagger",
        "by each word's most frequent tag",
        "The tagger learnt from tags.txt",
    ):
        assert words in card, words


@pytest.mark.slow
def test_the_exported_tagger_opens_in_huggingface(finished, transformers, torch):
    theirs = transformers.AutoModelForTokenClassification.from_pretrained(finished / "tagger")
    ours = BertForTokenClassification.from_pretrained(finished / "tagger")
    tokenizer = WordPieceTokenizer.from_pretrained(finished / "tagger")
    words = ["The", "horse", "eats", "hay"]
    encoded = tokenizer.encode_words(words)
    with torch.no_grad():
        logits = theirs(torch.tensor([encoded.encoding.ids])).logits[0]
    expected = [theirs.config.id2label[int(logits[i].argmax())] for i in encoded.first_pieces]
    (found,) = tags(ours, tokenizer, [words])
    assert [one.tag for one in found] == expected
    probabilities = torch.softmax(logits, -1).max(-1).values
    np.testing.assert_allclose(
        [one.probability for one in found],
        [float(probabilities[i]) for i in encoded.first_pieces],
        rtol=1e-4,
    )


@pytest.mark.slow
def test_sentences_are_tagged_alike_alone_and_together(finished):
    model = BertForTokenClassification.from_pretrained(finished / "tagger")
    tokenizer = WordPieceTokenizer.from_pretrained(finished / "tagger")
    sentences = [["The", animal, *place.split()] for animal in ANIMALS for place in PLACES]
    together = tags(model, tokenizer, [*sentences, ["\u200b", "hay"]])
    assert together[-1][0] == ("\u200b", "", 0.0) and together[-1][1].word == "hay"
    for words, found in list(zip(sentences, together, strict=False))[::7]:
        (alone,) = tags(model, tokenizer, [words])
        assert [one.word for one in found] == words
        assert [one.tag for one in found] == [one.tag for one in alone]
    with pytest.raises(UserError, match="has no word"):
        tags(model, tokenizer, [[]])
    with pytest.raises(UserError, match=r"input has .* tokens, the model has 32 positions"):
        tags(model, tokenizer, [["hay"] * 40])


def test_which_part_a_run_makes(tmp_path):
    for name, task_name, group in (
        ("tagged", "token-classification", "finetuning"),
        ("classified", "classification", "finetuning"),
        ("whole", "bert", "tagging"),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "stages.json").write_text("{}")
        config = {"task": task_name, group: {}}
        (tmp_path / name / "config.json").write_text(json.dumps(config))
    for name in ("tagged", "whole"):
        with pytest.raises(UserError, match="has no tagger yet: go on with it by --resume"):
            model_folder(tmp_path / name, "tagger")
    with pytest.raises(UserError, match="finetune --task token-classification --model"):
        model_folder(tmp_path / "classified", "tagger")
    with pytest.raises(UserError, match="has no classifier, its command makes none"):
        model_folder(tmp_path / "tagged", "classifier")
