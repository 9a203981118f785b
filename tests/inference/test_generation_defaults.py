"""What a folder says about generating: the same ids as transformers' `generate` on that folder."""

import json
import warnings
from dataclasses import replace

import pytest
from flax import nnx

from zen_transformer import (
    EncoderDecoderForConditionalGeneration,
    GPTConfig,
    GPTForCausalLM,
    UserError,
)
from zen_transformer.generation.decoding import Generator
from zen_transformer.generation.sampling import Sampling
from zen_transformer.generation.seq2seq import Seq2SeqGenerator
from zen_transformer.inference.decoding import DecodingConfig, generate_rows
from zen_transformer.inference.generation_defaults import read_generation_defaults
from zen_transformer.inference.gpt import GenerationConfig
from zen_transformer.models.generation_fields import HONOURED, NEUTRAL, WITHOUT_EFFECT

VOCAB, END, POSITIONS = 20, 2, 24
IDS = {"bos_token_id": 0, "pad_token_id": 1, "eos_token_id": END}
SIZES = {
    "vocab_size": VOCAB,
    "d_model": 16,
    "encoder_layers": 1,
    "decoder_layers": 1,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
    "encoder_ffn_dim": 16,
    "decoder_ffn_dim": 16,
    "max_position_embeddings": POSITIONS,
    "init_std": 0.5,
    "decoder_start_token_id": 3,
    **IDS,
}
FAMILIES = {
    "GPT2LMHeadModel": (
        "GPT2Config",
        {
            "vocab_size": VOCAB,
            "n_positions": POSITIONS,
            "n_embd": 16,
            "n_layer": 1,
            "n_head": 2,
            "initializer_range": 0.4,
            **IDS,
        },
    ),
    "BartForConditionalGeneration": ("BartConfig", SIZES),
    "MarianMTModel": ("MarianConfig", SIZES),
}
PROMPT = [5, 6, 7, 5]


@pytest.fixture(scope="module")
def families(torch, transformers, tmp_path_factory):
    """A folder of each family, without fields about generating, and both models from it."""
    loaded = {}
    for name, (config, fields) in FAMILIES.items():
        torch.manual_seed(1)
        folder = tmp_path_factory.mktemp(name)
        theirs = getattr(transformers, name)(getattr(transformers, config)(**fields))
        theirs.save_pretrained(folder)
        path = folder / "config.json"
        fields = json.loads(path.read_text())
        fields.pop("forced_eos_token_id", None)
        (folder / "plain.json").write_text(json.dumps(fields))
        gpt = name.startswith("GPT2")
        model_class = GPTForCausalLM if gpt else EncoderDecoderForConditionalGeneration
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            ours = model_class.from_pretrained(folder)
        loaded[name] = (folder, (Generator if gpt else Seq2SeqGenerator)(ours, [END]))
    return loaded


def written(folder, config=None, generation=None):
    """A folder with these fields in its two files, beside the weights."""
    fields = json.loads((folder / "plain.json").read_text())
    (folder / "config.json").write_text(json.dumps(fields | (config or {})))
    file = folder / "generation_config.json"
    file.unlink(missing_ok=True)
    if generation is not None:
        file.write_text(json.dumps(generation))
    return folder


def of_huggingface(torch, transformers, name, folder, **options):
    """What `generate` gives on the folder, without the prompt."""
    model = getattr(transformers, name).from_pretrained(folder).eval()
    prompt = torch.tensor([PROMPT])
    ids = model.generate(prompt, attention_mask=torch.ones_like(prompt), **options)
    return ids[:, len(PROMPT) if name.startswith("GPT2") else 1 :].tolist()


def of_ours(name, folder, generator, count=1):
    """What we generate on the folder; `count` rows."""
    config = read_generation_defaults(folder).start(
        GenerationConfig() if name.startswith("GPT2") else DecodingConfig()
    )
    generator.eos_token_ids = config.ends(END, VOCAB)
    length = len(PROMPT) if name.startswith("GPT2") else 1
    return generate_rows(
        generator,
        PROMPT,
        config,
        count,
        max_new_tokens=config.new_tokens(length, 20, POSITIONS),
        padding=1,
    )


def same(ours, theirs):
    """Equal, up to the padding behind the end."""
    for mine, other in zip(ours, theirs, strict=True):
        length = min(len(mine), len(other))
        assert mine[:length] == other[:length]
        assert all(token == 1 for token in (*mine[length:], *other[length:]))


MARIAN = {"bad_words_ids": [[1], [4, 7]], "num_beams": 4, "renormalize_logits": True}
SAID = [
    {"num_beams": 1, "max_length": 9, "forced_eos_token_id": END},
    {"num_beams": 1, "max_new_tokens": 6, "forced_eos_token_id": [7, 9], "min_length": 3},
    {"do_sample": False, "suppress_tokens": [4, 8, 10], "begin_suppress_tokens": [11, 12, 13]},
    {"num_beams": 1, "bad_words_ids": [[9], [END], [10, 11], [6, 6]], "repetition_penalty": 1.5},
    {"num_beams": 3, "eos_token_id": [END, 7, 9], "length_penalty": 2.0, "max_length": 11},
    {"num_beams": 1, "eos_token_id": [END, 12, 13, 14, 15], "min_new_tokens": 2},
    {**MARIAN, "forced_eos_token_id": END, "max_length": 12},
    {**MARIAN, "early_stopping": True, "length_penalty": 0.5, "no_repeat_ngram_size": 2},
    {
        "num_beams": 2,
        "forced_bos_token_id": 0,
        "early_stopping": "never",
        "min_length": 6,
        "max_length": 10,
        "begin_suppress_tokens": [4, 9, 11],
        "num_return_sequences": 2,
        "temperature": 0.5,
        "diversity_penalty": 0.0,
        "use_cache": True,
    },
]


@pytest.mark.slow
@pytest.mark.parametrize("said", SAID, ids=range(len(SAID)))
@pytest.mark.parametrize("name", FAMILIES)
def test_the_ids_of_generate(torch, transformers, families, name, said):
    folder, generator = families[name]
    start = {} if name.startswith("GPT2") else {"decoder_start_token_id": 3}
    written(folder, None, {**IDS, **start, **said})
    theirs = of_huggingface(torch, transformers, name, folder)
    same(of_ours(name, folder, generator, len(theirs)), theirs)


@pytest.mark.slow
@pytest.mark.parametrize("name", FAMILIES)
def test_the_fields_change_what_is_generated(families, name):
    """What the comparison rests on: the cases are not like generating without them."""
    folder, generator = families[name]
    texts = []
    for said in ({"do_sample": False}, *SAID):
        written(folder, None, IDS | said)
        texts += of_ours(name, folder, generator)
    assert len({tuple(text) for text in texts}) >= 7


@pytest.mark.slow
def test_one_file_counts_as_in_huggingface(torch, transformers, families):
    """Where there is a generation_config.json, nothing in config.json does."""
    name = "BartForConditionalGeneration"
    folder, generator = families[name]
    beams = {"num_beams": 3, "max_length": 8, "eos_token_id": [END, 5], "forced_eos_token_id": END}
    alone = {**IDS, "decoder_start_token_id": 3, "num_beams": 1}
    for config, generation in ((beams, alone), (beams, None), ({}, alone | beams)):
        written(folder, config, generation)
        defaults = read_generation_defaults(folder)
        model = getattr(transformers, name).from_pretrained(folder)
        for field in ("num_beams", "max_length", "forced_eos_token_id"):
            assert defaults.fields.get(field) == getattr(model.generation_config, field)
        same(of_ours(name, folder, generator), of_huggingface(torch, transformers, name, folder))


def test_the_former_field_of_bart(transformers, families):
    folder, _ = families["BartForConditionalGeneration"]
    written(folder, {"force_bos_token_to_be_generated": True, "bos_token_id": 4})
    start = read_generation_defaults(folder).start(DecodingConfig())
    model = transformers.BartForConditionalGeneration.from_pretrained(folder)
    assert start.sampling.forced_bos_token_id == model.generation_config.forced_bos_token_id == 4


DRAWN = {"do_sample": True, "temperature": 0.7}
GREEDY = {"do_sample": False, "temperature": 0.7}


@pytest.mark.parametrize(
    ("said", "sampling"),
    [
        ({}, GenerationConfig.OURS),
        ({"repetition_penalty": 1.2}, replace(GenerationConfig.OURS, repetition_penalty=1.2)),
        (DRAWN, Sampling(temperature=0.7, top_k=50)),
        (DRAWN | {"top_k": 0, "top_p": 0.9}, Sampling(temperature=0.7, top_p=0.9)),
        ({"temperature": 0.7}, Sampling(do_sample=False, temperature=0.7, top_k=50)),
        ({"num_beams": 1, "top_k": None}, Sampling(do_sample=False, top_k=50)),
    ],
)
def test_a_part_of_how_tokens_are_chosen_says_the_whole(transformers, families, said, sampling):
    """As HuggingFace completes it; where nothing is said about it, ours."""
    folder, _ = families["GPT2LMHeadModel"]
    written(folder, None, IDS | said)
    start = read_generation_defaults(folder).start(GenerationConfig())
    assert start.sampling == sampling
    if set(said) & {"do_sample", "num_beams", "temperature"}:
        model = transformers.GPT2LMHeadModel.from_pretrained(folder)
        theirs, _ = model._prepare_generation_config(None)
        for name in ("do_sample", "temperature"):
            assert getattr(theirs, name) == getattr(start.sampling, name)
        assert (theirs.top_k or None) == start.sampling.top_k
        assert theirs.top_p == (start.sampling.top_p or 1.0)


def test_options_go_before_the_folder_and_what_counts_is_said(families):
    folder, _ = families["GPT2LMHeadModel"]
    file = written(folder, None, {**IDS, "num_beams": 4, "length_penalty": 2.0, "max_length": 30})
    defaults = read_generation_defaults(file)
    start = defaults.start(GenerationConfig())
    path = folder / "generation_config.json"

    def said(**options):
        return defaults.describe(start, replace(start, **options))

    assert said() == f"{path} says: num_beams 4, length_penalty 2.0, max_length 30"
    assert said(max_new_tokens=3) == f"{path} says: num_beams 4, length_penalty 2.0"
    assert said(beams=2) == f"{path} says: length_penalty 2.0, max_length 30"
    assert said(beams=0, max_length=5, length_penalty=1.0) == ""
    with pytest.raises(UserError, match=r"temperature is 0.5: beams search .*; leave temperature"):
        replace(start, sampling=replace(start.sampling, temperature=0.5))
    with pytest.raises(UserError, match=r"do_sample is True: .* or set beams to 0"):
        replace(start, sampling=replace(start.sampling, do_sample=True))
    with pytest.raises(UserError, match="early_stopping is True: beams is 0"):
        replace(start, beams=0, early_stopping=True)


def test_a_length_in_a_file_is_that_of_the_whole_text():
    config = DecodingConfig(max_length=10)
    assert config.new_tokens(4, 60, 24) == 6
    assert config.new_tokens(4, 60, 8) == 4
    assert DecodingConfig(max_length=10, max_new_tokens=7).new_tokens(4, 60, 24) == 7
    assert DecodingConfig().new_tokens(4, 60, 24) == 60
    with pytest.raises(UserError, match="max_length is 10, and the prompt has 10 tokens"):
        config.new_tokens(10, 60, 24)


def test_ends_are_those_of_the_folder_that_have_a_piece():
    assert DecodingConfig(eos_token_ids=(3, 50256)).ends(1, 20) == (3,)
    assert DecodingConfig(eos_token_ids=(50256,)).ends(1, 20) == (1,)
    assert DecodingConfig().ends(1, 20) == (1,)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"num_beam_groups": 2}, "num_beam_groups is 2, which is not implemented: take it out"),
        ({"typical_p": 0.9}, "typical_p is 0.9, which"),
        ({"exponential_decay_length_penalty": [5, 1.1]}, "exponential_decay_length_penalty is"),
        ({"guidance_scale": 2}, "guidance_scale is 2"),
        ({"stop_strings": ["."]}, "stop_strings is"),
        ({"num_beams": 4, "do_sample": True}, "do_sample is true and num_beams 4"),
        ({"num_beams": 0}, "num_beams is 0: it must be at least 1"),
        ({"num_beams": "4"}, "num_beams is '4'"),
        ({"temperature": "hot"}, "temperature is 'hot': it must be a number"),
        ({"temperature": -1.0, "do_sample": True}, "temperature is -1.0: it must be at least"),
        ({"max_length": 9.5}, "max_length is 9.5: it must be a whole number"),
        ({"max_length": 0}, "max_length is 0: it must be at least 1"),
        ({"bad_words_ids": [3]}, "bad_words_ids is"),
        ({"bad_words_ids": [[]]}, "bad_words_ids has an empty sequence"),
        ({"eos_token_id": "</s>"}, "eos_token_ids is '</s>'"),
        ({"early_stopping": "often", "num_beams": 2}, "early_stopping is 'often'"),
        ({"temprature": 0.5}, "unknown field about generating: temprature"),
        ({"decoder_start_token_id": 9}, "decoder_start_token_id is 9, in config.json it is 3"),
    ],
)
def test_what_is_not_implemented_is_refused_by_its_name(families, said, message):
    folder, _ = families["BartForConditionalGeneration"]
    written(folder, None, said)
    with pytest.raises(UserError, match=f"^{folder / 'generation_config.json'}: .*{message}"):
        read_generation_defaults(folder).start(DecodingConfig())


def test_neutral_values_and_what_changes_nothing_are_accepted(families):
    folder, _ = families["GPT2LMHeadModel"]
    without_effect = dict.fromkeys(WITHOUT_EFFECT, 1)
    written(folder, None, NEUTRAL | without_effect)
    defaults = read_generation_defaults(folder)
    assert defaults.start(GenerationConfig()) == replace(
        GenerationConfig(), usual=defaults.start(GenerationConfig()).usual
    )
    assert defaults.describe(GenerationConfig(), GenerationConfig()) == ""


def test_every_field_of_huggingface_is_known(transformers):
    theirs = {name for name in vars(transformers.GenerationConfig()) if not name.startswith("_")}
    assert theirs <= HONOURED | set(NEUTRAL) | WITHOUT_EFFECT


def test_a_folder_without_a_model_says_nothing(tmp_path):
    assert read_generation_defaults(tmp_path / "none").fields == {}


def test_a_saved_model_of_ours_says_nothing(tmp_path):
    config = GPTConfig(n_embd=8, n_layer=1, n_head=2, n_positions=8, vocab_size=9, eos_token_id=3)
    GPTForCausalLM(config, rngs=nnx.Rngs(0)).save_pretrained(tmp_path / "model")
    defaults = read_generation_defaults(tmp_path)
    start = defaults.start(GenerationConfig())
    assert start == replace(GenerationConfig(), eos_token_ids=(3,), usual=start.usual)
    assert defaults.describe(start, start) == ""
