"""The list of the presets, and what it computes."""

import pytest
from in_process import refusal, run_here

from zen_transformer.commands.presets import duration, tflop, work_of
from zen_transformer.data.documents import TokenizedDocuments
from zen_transformer.presets.reader import read_preset
from zen_transformer.tasks.causal_lm.task import CausalLM
from zen_transformer.tasks.registry import load_preset
from zen_transformer.tokenizers.byte_pair import ByteLevelBPETokenizer


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (3, "1 minute"),
        (125, "2 minutes"),
        (7100, "120 minutes"),
        (7300, "2 hours"),
        (3 * 86400, "3 days"),
        (1e9, "32 years"),
    ],
)
def test_a_duration_is_rough(seconds, said):
    assert duration(seconds) == said


def test_the_time_goes_by_the_rate():
    assert "13 minutes" in run_here("presets").stdout
    assert "at 100 GFLOP/s" in run_here("presets", "--rate", "100").stdout
    assert "rate is 0.0" in refusal("presets", "--rate", "0")


def test_the_quickstart_computes_what_was_measured():
    assert tflop(work_of("quickstart")) == "38.2"


def test_a_gpt_computes_what_its_training_counts():
    """The job counts FLOPs for each token of a step."""
    settings = load_preset("gpt")
    tokenizer = ByteLevelBPETokenizer.train(["a b"], vocab_size=260)
    documents = TokenizedDocuments([1] * 9, [0, 9], [0, 9], [0], ("a",))
    job = CausalLM(settings).build((tokenizer, documents, documents))
    config = settings.pretraining
    counted = config.steps * config.batch_tokens * job.flops(0)
    logits = 6 * settings.model.n_embd * (settings.model.vocab_size - tokenizer.vocab_size)
    tokens = config.steps * config.batch_tokens
    assert work_of("gpt") == pytest.approx(counted + tokens * logits)


def test_a_file_of_ones_own_may_say_what_it_trains(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('about = "my letters"\nextends = "gpt"\n')
    assert read_preset(str(path))[0].about == "my letters"
    assert load_preset(str(path)).model == load_preset("gpt").model
