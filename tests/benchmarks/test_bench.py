import dataclasses

import jax
import pytest
from flax import nnx

from benchmarks import ours, run, sides, work
from benchmarks.table import BenchmarkRow, print_table
from benchmarks.work import Work, cpu_work, gpu_work
from zen_transformer.models.bert_config import BertConfig
from zen_transformer.models.bert_encoder import BertModel

TINY = {"num_hidden_layers": 2, "hidden_size": 64, "num_attention_heads": 2, "vocab_size": 128}
TRAIN = Work("tiny", "train", TINY, 2, 16, steps=1)


def test_names_are_those_that_are_asked_for():
    names = {w.name for w in cpu_work()} | set(run.OTHERS)
    trainings = {"train-2x128", "train-4x256", "train-4x256-nodropout", "train-base"}
    assert names == trainings | {f"{name}-same-work" for name in trainings} | {
        "train-mixed-length",
        "forward-4x256",
        "generate-4x256-1",
        "generate-4x256-16",
        "generate-4x256-1-long",
        "forward-base",
        "matmul-fraction",
        "first-step-warm",
        "wordpiece-encode",
        "input-pipeline",
    }


def test_operations_of_bert_base_are_those_that_are_published():
    base = next(w for w in gpu_work() if w.name == "train-base-512")
    assert base.flops / base.tokens == pytest.approx(0.589e9, rel=0.01)


def test_operations_are_those_that_xla_counts():
    forward = Work("x", "forward", TINY | {"hidden_size": 128}, 2, 64)
    graph, parameters = nnx.split(BertModel(BertConfig(**forward.config), rngs=nnx.Rngs(0)))
    ids = forward.inputs()["input_ids"]
    compiled = jax.jit(lambda p: nnx.merge(graph, p)(ids).last_hidden_state).lower(parameters)
    counted = compiled.cost_analysis()["flops"]
    assert forward.flops == pytest.approx(counted, rel=0.15)  # it counts the small ones too


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["train", "forward", "generate"])
def test_both_sides_do_the_work_and_count_its_tokens(kind, torch, transformers):
    from benchmarks import huggingface

    tiny = dataclasses.replace(TRAIN, kind=kind)
    assert ours.runner(tiny)() == huggingface.runner(tiny)() == 32


@pytest.mark.slow
def test_half_the_work_when_only_the_masked_positions_are_compared(torch, transformers):
    from benchmarks import huggingface

    same = dataclasses.replace(TRAIN, same_work=True)
    assert huggingface.runner(same)() == 32


@pytest.mark.slow
def test_sides_take_turns(torch, transformers):
    measured = sides.take_turns(TRAIN, ["ours", "huggingface"], rounds=2)
    for side in measured.values():
        assert len(side.timings) == 2
        assert {timing.tokens for timing in side.timings} == {32}
        assert side.facts()["tokens_per_second"] > 0
        assert side.peak_bytes > 1e8


def test_the_table_has_a_line_for_each_row(capsys):
    details = {"ours": {"fraction_of_rate": 0.5}}
    print_table(
        [
            BenchmarkRow("a", 300.0, 100.0, "tokens/s", 3.0, details=details),
            BenchmarkRow("b", 0.5, None, "s", None),
        ]
    )
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2:] == [
        "| `a` | 300 tokens/s | 100 | 3.00 |  | 0.50 |",
        "| `b` | 0.5 s | – |  |  |  |",
    ]


def test_work_is_found_by_name():
    assert work.find_work("train-base").model["hidden_size"] == 768
