import numpy as np
import pytest
from flax import nnx

from zen_transformer import GPTConfig, GPTForCausalLM, UserError
from zen_transformer.generation.beams import BeamSearch
from zen_transformer.generation.decoding import Generator
from zen_transformer.generation.sampling import NO_TOKEN, Sampling

CONFIG = GPTConfig(
    vocab_size=20,
    n_positions=24,
    n_embd=8,
    n_layer=2,
    n_head=2,
    initializer_range=0.6,
    bos_token_id=0,
    eos_token_id=0,
)
PROMPTS = [[3, 4, 5, 6, 7], [8, 9], [10, 11, 12]]
GREEDY = Sampling(do_sample=False)


@pytest.fixture(scope="module")
def model():
    return GPTForCausalLM(CONFIG, rngs=nnx.Rngs(0))


@pytest.fixture(scope="module")
def generator(model):
    return Generator(model, eos_token_ids=[0])


def test_the_likeliest_token_is_that_of_the_whole_text(model, generator):
    texts = generator.generate(PROMPTS, GREEDY, max_new_tokens=6)
    whole = nnx.jit(lambda model, ids: model(ids).logits[0])
    for prompt, new in zip(PROMPTS, texts, strict=True):
        text = [*prompt, *new]
        # Padded to one length; the model does not look ahead.
        logits = whole(model, np.pad(text, (0, CONFIG.n_positions - len(text)))[None])
        likeliest = np.argmax(logits, axis=-1)[len(prompt) - 1 : len(text) - 1]
        assert new == likeliest.tolist()


def test_a_row_is_written_as_if_it_were_alone(generator):
    sampling, seeds = Sampling(temperature=1.3), [7, 8, 9]
    together = generator.generate(PROMPTS, sampling, max_new_tokens=8, seeds=seeds)
    for prompt, seed, text in zip(PROMPTS, seeds, together, strict=True):
        alone = generator.generate([prompt], sampling, max_new_tokens=8, seeds=[seed])
        assert alone == [text]
    other = generator.generate(PROMPTS, sampling, max_new_tokens=8, seeds=[1, 2, 3])
    assert other != together


def test_the_stream_says_the_same_and_stops_where_all_have_ended(model):
    generator = Generator(model, eos_token_ids=range(20))  # whatever comes ends the text
    columns = list(generator.stream(PROMPTS, GREEDY, max_new_tokens=9))
    assert len(columns) == 1
    assert generator.generate(PROMPTS, GREEDY, max_new_tokens=9) == [[], [], []]


def test_who_has_ended_writes_no_more(model):
    unended = Generator(model).generate(PROMPTS, GREEDY, max_new_tokens=6)
    ends = Generator(model, eos_token_ids=[unended[0][2]])
    columns = np.stack(list(ends.stream(PROMPTS, GREEDY, max_new_tokens=6)), axis=1)
    first = unended[0].index(unended[0][2])
    assert (columns[0, first + 1 :] == NO_TOKEN).all()
    assert columns[0, : first + 1].tolist() == unended[0][: first + 1]


def test_only_what_is_allowed_is_written(generator):
    def alternate(texts, logits):
        assert logits.shape == (len(texts), 20)
        mask = np.zeros((len(texts), 20), bool)
        for row, text in enumerate(texts):
            mask[row, [15, 16] if len(text) % 2 else [17, 18]] = True
        return mask

    texts = generator.generate(PROMPTS, Sampling(), max_new_tokens=4, allowed=alternate)
    for text in texts:
        assert [token in (15, 16) for token in text] == [False, True, False, True]


def test_repetition_is_seen_where_it_stands(generator):
    """Padding before a prompt is no text: token 0 is not taken for one that was written."""
    sampling = Sampling(do_sample=False, no_repeat_ngram_size=1)
    for prompt, text in zip(
        PROMPTS, generator.generate(PROMPTS, sampling, max_new_tokens=8), strict=True
    ):
        whole = prompt + text
        assert len(set(whole)) == len(whole)


def test_a_prompt_may_be_one_token(generator):
    (text,) = generator.generate([[5]], GREEDY, max_new_tokens=3)
    assert len(text) == 3


@pytest.mark.slow
def test_the_context_can_be_filled_to_its_last_place(generator):
    (text,) = Generator(generator.model).generate([[1] * 20], GREEDY, max_new_tokens=4)
    assert len(text) == 4


@pytest.mark.slow
def test_greedy_and_beams_as_huggingface(torch, transformers, model, tmp_path):
    model.save_pretrained(tmp_path)
    theirs = transformers.GPT2LMHeadModel.from_pretrained(tmp_path).eval()
    longest = max(map(len, PROMPTS))
    ids = torch.tensor([[0] * (longest - len(p)) + p for p in PROMPTS])
    mask = torch.tensor([[0] * (longest - len(p)) + [1] * len(p) for p in PROMPTS])
    options = {"attention_mask": mask, "max_new_tokens": 7, "eos_token_id": 0, "pad_token_id": 0}
    generator = Generator(model, eos_token_ids=[0])
    expected = theirs.generate(ids, do_sample=False, **options)[:, longest:]
    texts = generator.generate(PROMPTS, GREEDY, max_new_tokens=7)
    assert texts == [[int(t) for t in row if t != 0] for row in expected]
    expected = theirs.generate(ids, num_beams=3, do_sample=False, **options)[:, longest:]
    settings = BeamSearch(num_beams=3, max_new_tokens=7, eos_token_ids=(0,))
    best = np.asarray(generator.beam_search(PROMPTS, settings).token_ids[:, 0])
    for ours, row in zip(best, expected.numpy(), strict=True):
        assert [t for t in ours if t != 0] == [t for t in row if t != 0]


@pytest.mark.parametrize(
    ("prompts", "said"),
    [
        ([[]], "a prompt is empty"),
        ([], "a prompt is empty"),
        ([[1] * 22], "a prompt of 22 tokens and 4 new ones .* 24 positions.* at most 2 new"),
        ([[1] * 30], "at most 0 new tokens"),
    ],
)
def test_a_prompt_that_cannot_be_gone_on_with_is_named(generator, prompts, said):
    with pytest.raises(UserError, match=said):
        generator.generate(prompts, GREEDY, max_new_tokens=4)


PROCESSORS = [
    {"repetition_penalty": 1.7},
    {"no_repeat_ngram_size": 2},
    {"min_new_tokens": 6},
    {"min_length": 9},
    {"suppress_tokens": (3, 17)},
    {"repetition_penalty": 0.6, "min_new_tokens": 4, "suppress_tokens": (5,)},
]


@pytest.mark.slow
@pytest.mark.parametrize("processors", PROCESSORS, ids=str)
def test_beams_heed_what_changes_the_scores_as_huggingface(
    torch, transformers, model, generator, tmp_path, processors
):
    model.save_pretrained(tmp_path)
    theirs = transformers.GPT2LMHeadModel.from_pretrained(tmp_path).eval()
    prompt, end = PROMPTS[0], 6 if {"min_length", "min_new_tokens"} & {*processors} else 0
    options = {"max_new_tokens": 9, "eos_token_id": end, "pad_token_id": 0, "num_beams": 3}
    their_processors = processors | {"suppress_tokens": list(processors.get("suppress_tokens", ()))}
    expected = theirs.generate(
        torch.tensor([prompt]),
        do_sample=False,
        num_return_sequences=3,
        **options,
        **{name: value for name, value in their_processors.items() if value},
    )[:, len(prompt) :].tolist()
    size = {"num_beams": 3, "num_return_sequences": 3, "max_new_tokens": 9}
    settings = BeamSearch(**size, eos_token_ids=(end,))
    sampling = Sampling(do_sample=False, **processors)
    best = np.asarray(generator.beam_search([prompt], settings, sampling).token_ids[0]).tolist()
    plain = np.asarray(generator.beam_search([prompt], settings).token_ids[0]).tolist()
    assert best != plain
    assert [_ended(row) for row in best] == [_ended(row) for row in expected]


def _ended(row):
    return [token for token in row if token != 0]


@pytest.mark.usefixtures("float64")
def test_nothing_is_narrowed_in_silence_in_float64(model):
    """An int64 written into an array of int32 will be an error of JAX."""
    generator = Generator(model, eos_token_ids=[0])
    generator.generate(PROMPTS, GREEDY, max_new_tokens=2)
    generator.beam_search(PROMPTS, BeamSearch(num_beams=2, max_new_tokens=2))


def test_beams_do_not_draw(generator):
    with pytest.raises(UserError, match="beams are searched, not drawn"):
        generator.beam_search(PROMPTS, BeamSearch(), Sampling())


def test_tokens_without_a_piece_are_never_generated(model):
    """A table may be filled up to a round number; the model's likeliest tokens are among those."""
    generator = Generator(model, eos_token_ids=[0], pieces=6)
    whole = Generator(model, eos_token_ids=[0])
    prompts = [[3, 4, 5], [1, 2]]
    for sampling in (GREEDY, Sampling(temperature=2.0)):
        texts = generator.generate(prompts, sampling, max_new_tokens=8)
        assert max(max(text, default=0) for text in texts) < 6
        assert texts != whole.generate(prompts, sampling, max_new_tokens=8)
    settings = BeamSearch(num_beams=3, max_new_tokens=8, eos_token_ids=(0,))
    assert np.asarray(generator.beam_search(prompts, settings).token_ids).max() < 6
