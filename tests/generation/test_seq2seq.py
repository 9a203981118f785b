import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from zen_transformer import (
    EncoderDecoderConfig,
    EncoderDecoderForConditionalGeneration,
    UserError,
)
from zen_transformer.generation.beams import BeamSearch, beam_search_without_state
from zen_transformer.generation.sampling import Sampling
from zen_transformer.generation.seq2seq import Seq2SeqGenerator
from zen_transformer.layers.cross_entropy import log_sum_exp

CONFIG = EncoderDecoderConfig(
    vocab_size=20,
    d_model=8,
    encoder_layers=2,
    decoder_layers=2,
    encoder_attention_heads=2,
    decoder_attention_heads=2,
    encoder_ffn_dim=16,
    decoder_ffn_dim=16,
    max_position_embeddings=16,
    positions="sinusoidal-halves",
    init_std=0.7,
)
END = CONFIG.eos_token_id
SOURCES = [[3, 4, 5, 6, 7, END], [8, 9, END], [10, 11, 12, 13, END], [14, END]]
GREEDY = Sampling(do_sample=False)


@pytest.fixture(scope="module")
def model():
    return EncoderDecoderForConditionalGeneration(CONFIG, rngs=nnx.Rngs(3))


@pytest.fixture(scope="module")
def translator(model):
    return Seq2SeqGenerator(model)


@pytest.fixture(scope="module")
def next_logits(model):
    """Those after the last token of each target, computed anew from all of the texts. Padding
    behind them, which nobody sees, lets one program do."""
    compiled = nnx.jit(lambda model, *ids: model(*ids).logits)

    def logits(source, targets):
        targets = np.asarray(targets)
        padded = np.pad(targets, ((0, 0), (0, 10 - targets.shape[1])))
        sources, seen = np.zeros((len(targets), 8), int), np.zeros((len(targets), 8), bool)
        sources[:, : len(source)], seen[:, : len(source)] = source, True
        return compiled(model, sources, padded, seen)[:, targets.shape[1] - 1]

    return logits


@pytest.mark.slow
def test_the_likeliest_token_is_that_of_the_whole_computed_anew(next_logits, translator):
    texts = translator.generate(SOURCES, GREEDY, max_new_tokens=9)
    for source, text in zip(SOURCES, texts, strict=True):
        target = [CONFIG.decoder_start_token_id]
        for _ in range(9):
            token = int(jnp.argmax(next_logits(source, [target])[0]))
            target.append(token)
            if token == END:
                break
        assert text == [token for token in target[1:] if token != END]
    assert len({tuple(text) for text in texts}) > 1  # what is written follows from what was read


@pytest.mark.slow
def test_beams_as_by_computing_all_anew(next_logits, translator):
    settings = BeamSearch(num_beams=3, max_new_tokens=6, eos_token_ids=(END,))
    best = translator.beam_search(SOURCES, settings)
    for row, source in enumerate(SOURCES):

        def scores(token_ids, source=source):
            logits = next_logits(source, token_ids)
            return logits - log_sum_exp(logits)[:, None]

        start = np.array([[CONFIG.decoder_start_token_id]])
        expected = beam_search_without_state(scores, start, settings)
        np.testing.assert_array_equal(best.token_ids[row], expected.token_ids[0])
        np.testing.assert_allclose(best.scores[row], expected.scores[0], rtol=1e-5)


@pytest.mark.slow
def test_greedy_and_beams_as_huggingface(torch, transformers, model, translator, tmp_path):
    model.save_pretrained(tmp_path)
    theirs = transformers.MarianMTModel.from_pretrained(tmp_path).eval()
    theirs.generation_config.forced_eos_token_id = None
    longest = max(map(len, SOURCES))
    ids = torch.tensor([source + [0] * (longest - len(source)) for source in SOURCES])
    mask = torch.tensor([[1] * len(s) + [0] * (longest - len(s)) for s in SOURCES])
    options = {
        "attention_mask": mask,
        "max_new_tokens": 9,
        "do_sample": False,
        "bad_words_ids": None,
        "decoder_start_token_id": CONFIG.decoder_start_token_id,
        "eos_token_id": END,
        "pad_token_id": 0,
    }
    expected = theirs.generate(ids, num_beams=1, **options)[:, 1:].tolist()
    texts = translator.generate(SOURCES, GREEDY, max_new_tokens=9)
    assert texts == [_before_the_end(row) for row in expected]
    expected = theirs.generate(ids, num_beams=3, **options)[:, 1:].tolist()
    settings = BeamSearch(num_beams=3, max_new_tokens=9, eos_token_ids=(END,))
    best = np.asarray(translator.beam_search(SOURCES, settings).token_ids[:, 0]).tolist()
    assert [_before_the_end(row) for row in best] == [_before_the_end(row) for row in expected]


def _before_the_end(row):
    return row[: row.index(END)] if END in row else row


def test_one_beam_is_greedy(translator):
    settings = BeamSearch(num_beams=1, max_new_tokens=8, eos_token_ids=(END,))
    best = np.asarray(translator.beam_search(SOURCES, settings).token_ids[:, 0]).tolist()
    greedy = translator.generate(SOURCES, GREEDY, max_new_tokens=8)
    assert [_before_the_end(row) for row in best] == greedy


@pytest.mark.slow
def test_a_row_is_written_as_if_it_were_alone(translator):
    sampling, seeds = Sampling(temperature=1.3), [7, 8, 9, 10]
    together = translator.generate(SOURCES, sampling, max_new_tokens=8, seeds=seeds)
    for source, seed, text in zip(SOURCES, seeds, together, strict=True):
        alone = translator.generate([source], sampling, max_new_tokens=8, seeds=[seed])
        assert alone == [text]


def test_new_tokens_are_counted_without_those_of_the_source(model):
    """However long the source, `min_new_tokens` keeps the text open."""
    usual = Seq2SeqGenerator(model, range(3, 20)).generate(SOURCES, GREEDY, max_new_tokens=8)
    assert all(len(text) < 4 for text in usual)
    sampling = Sampling(do_sample=False, min_new_tokens=4)
    columns = list(
        Seq2SeqGenerator(model, range(3, 20)).stream(SOURCES, sampling, max_new_tokens=8)
    )
    written = np.stack(columns, axis=1)
    assert (np.isin(written[:, :4], range(3))).all()


@pytest.mark.parametrize(
    ("sources", "new", "said"),
    [
        ([[]], 4, "a text is empty"),
        ([], 4, "a text is empty"),
        ([[3] * 17], 4, "a text has 17 tokens, the model has 16 positions"),
        ([[3]], 17, "17 new tokens were asked for, the model has 16 positions"),
    ],
)
def test_what_cannot_be_written_is_named(translator, sources, new, said):
    with pytest.raises(UserError, match=said):
        translator.generate(sources, GREEDY, max_new_tokens=new)


@pytest.mark.slow
def test_the_last_place_can_be_used(translator):
    (text,) = Seq2SeqGenerator(translator.model, [0]).generate(
        [[3] * 16], GREEDY, max_new_tokens=16
    )
    assert text
