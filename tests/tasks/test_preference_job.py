import numpy as np
import pytest
from flax import nnx

from zen_transformer import GPTConfig, GPTForCausalLM, UserError
from zen_transformer.data.documents import TokenizedDocuments
from zen_transformer.data.preferences import PreferenceRecord
from zen_transformer.objectives.causal_lm import TextWindows
from zen_transformer.objectives.preference import PreferencePair
from zen_transformer.tasks.preference.job import PreferenceJob, split_choices, token_pairs
from zen_transformer.tasks.preference.settings import PreferenceConfig
from zen_transformer.tokenizers.characters import CharacterTokenizer

FIELDS = {"vocab_size": 12, "n_positions": 8, "n_embd": 8, "n_layer": 1, "n_head": 2}
PAIRS = [PreferencePair([1], [2, 3, n % 9], [4]) for n in range(5)]


@pytest.fixture(scope="module")
def job():
    network = GPTForCausalLM(GPTConfig(**FIELDS), rngs=nnx.Rngs(0))
    starts = np.array([0, 30])
    ids = TokenizedDocuments(np.arange(30) % 11, starts, starts, np.zeros(1, int), ("text",))
    config = PreferenceConfig(batch_tokens=16, evaluation_batches=8)
    return PreferenceJob(network, config, 0, PAIRS, PAIRS[:3], TextWindows(ids, 11))


def test_a_row_follows_from_its_number_alone(job):
    assert (job.width, job.pairs, job.examples(3)) == (4, 2, 2)
    whole, part = job.rows(3, range(4)), job.rows(3, [2])
    for name, values in part.items():
        np.testing.assert_array_equal(values[0], whole[name][2])
    assert whole["reference"].shape == (4, 2)


def test_every_pair_is_learnt_from_and_none_that_fills_up(job):
    drawn = job.rows(0, range(200))
    assert (drawn["weights"] == 1).all()
    assert {int(ids[0, 3]) for ids in drawn["input_ids"]} == {0, 1, 2, 3, 4}


@pytest.mark.slow
def test_before_the_first_step_all_is_even(job):
    parameters = nnx.to_pure_dict(nnx.state(job.network))
    found = job.measure_on_the_way(parameters, 0)
    assert found["dpo_loss"] == pytest.approx(np.log(2))
    assert found["margin"] == pytest.approx(0, abs=1e-6)
    assert job.perplexity(parameters) == pytest.approx(12, rel=0.1)
    assert job.in_order(parameters)["drift"] == pytest.approx(0, abs=1e-5)


# The choices


def choices(count: int, prompts: int) -> list[PreferenceRecord]:
    return [
        PreferenceRecord(f"p{n % prompts}", ("a", "b"), 1 + n % 2, "", "") for n in range(count)
    ]


def test_prompts_say_which_choices_are_held_out():
    train, held_out = split_choices(choices(60, 30), 0.2)
    assert (len(train), len(held_out)) == (48, 12)
    assert not {one.prompt for one in train} & {one.prompt for one in held_out}
    assert {one.prompt for one in split_choices(choices(60, 30)[::-1], 0.2)[1]} == {
        one.prompt for one in held_out
    }
    assert len(split_choices(choices(20, 20), 0.0)[1]) == 1


def test_too_few_are_named():
    with pytest.raises(UserError, match="there are 19 choices that prefer one of two texts"):
        split_choices(choices(19, 19), 0.1)


def test_the_preferred_text_is_the_chosen_one():
    tokenizer = CharacterTokenizer.train(["abp"], vocab_size=20)
    ids = {letter: tokenizer.text_ids(letter) for letter in "abp"}
    one, other = token_pairs(
        [PreferenceRecord("p", ("a", "b"), n, "", "") for n in (1, 2)], tokenizer
    )
    assert one == (ids["p"], ids["a"], ids["b"])
    assert other == (ids["p"], ids["b"], ids["a"])
