"""Texts are written in a form, or it is said why not."""

import pytest
from flax import nnx

from zen_transformer import GPTConfig, GPTForCausalLM, UserError
from zen_transformer.generation.constraints.form_filter import FormGenerator
from zen_transformer.generation.constraints.forms import Form
from zen_transformer.generation.likelihood import token_nll
from zen_transformer.generation.sampling import Sampling
from zen_transformer.tokenizers.byte_pair import ByteLevelBPETokenizer

WORDS = "the moon in June the sky so high a day in May we say\n"


@pytest.fixture(scope="module")
def tokenizer():
    return ByteLevelBPETokenizer.train([WORDS * 20], vocab_size=290)


@pytest.fixture(scope="module")
def model(tokenizer):
    config = GPTConfig(
        vocab_size=tokenizer.vocab_size,
        n_positions=40,
        n_embd=8,
        n_layer=1,
        n_head=2,
        eos_token_id=tokenizer.eos_id,
        bos_token_id=tokenizer.eos_id,
    )
    return GPTForCausalLM(config, rngs=nnx.Rngs(0))


@pytest.fixture(scope="module")
def generator(model, tokenizer):
    def make(form, **options):
        # Whole words only: of an untrained model's letters hardly any make a word.
        kept = {*(token for word in WORDS.split() for token in tokenizer.text_ids(" " + word))}
        kept |= {*tokenizer.text_ids("\n"), tokenizer.eos_id}
        sampling = Sampling(suppress_tokens=tuple({*range(tokenizer.vocab_size)} - kept))
        return FormGenerator(
            model=model,
            tokenizer=tokenizer,
            form=form,
            sampling=sampling,
            max_new_tokens=16,
            **options,
        )

    return make


@pytest.mark.slow
@pytest.mark.parametrize(
    "form",
    [
        Form(acrostic="tma"),
        Form(syllables=(4, 4), rhyme="AA"),
    ],
)
def test_the_form_is_kept_to_and_the_seed_decides(generator, form):
    one = generator(form)
    text = one.generate("the")
    assert text.startswith("the")
    assert form.violation(text, finished=True) is None
    assert one.generate("the") == text


@pytest.mark.slow
def test_more_tries_find_what_surprises_less(generator, model, tokenizer):
    form = Form(syllables=(4,))
    known, scores = tokenizer.text_ids("the moon"), []
    for tries in (4, 32):
        one = generator(form, tries=tries)
        row = tokenizer.text_ids(one.generate("the moon"))[len(known) :]
        (nll,) = token_nll(model, [[*known, *row, one.line_end]])
        scores.append(one._loss(nll[len(known) - 1 :], tuple(row)))
    assert scores[1] <= scores[0]


@pytest.mark.slow
def test_a_prompt_of_several_lines_is_part_of_the_form(generator):
    form = Form(acrostic="tis")
    text = generator(form).generate("the moon\nin June\n")
    assert text.startswith("the moon\nin June\n")
    assert form.violation(text, finished=True) is None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("form", "prompt", "message"),
    [
        (
            Form(acrostic="zen"),
            "the",
            "the prompt breaks the form; acrostic: line 1",
        ),
        (Form(syllables=(1,)), "the moon", "the prompt breaks the form; syllables"),
        (Form(lines=2), "", "a prompt is empty"),
        (Form(lines=2), "the moon " * 20, "positions"),
        (Form(rhyme="AA"), "in orange\n", "no text had the form in .* tries, which broke rhyme"),
    ],
)
def test_what_cannot_be_met_is_told(generator, form, prompt, message):
    with pytest.raises(UserError, match=message):
        generator(form, tries=4).generate(prompt)


def test_a_form_that_asks_for_nothing_is_none(generator):
    with pytest.raises(UserError, match="asks for nothing"):
        generator(Form())
    with pytest.raises(UserError, match="tries is 0"):
        generator(Form(lines=1), tries=0)
