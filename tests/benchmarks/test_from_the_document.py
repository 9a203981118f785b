"""The variants differ from BERT in what they say and in nothing else, and they can be trained."""

import dataclasses
import json
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from tiny import tiny_batch, tiny_config
from tiny_text import write_texts

from benchmarks import document_page, from_the_document
from benchmarks.document_variants import VARIANTS, Differences, TwoMaps, build
from zen_transformer import BertForPreTraining, UserError
from zen_transformer.layers.attention import softmax
from zen_transformer.layers.linear import linear
from zen_transformer.models.pretrained import flat_parameters
from zen_transformer.tasks.registry import load_preset

CONFIG = tiny_config(num_hidden_layers=1, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
BATCH = tiny_batch()


def variant(seed: int = 0, **differences) -> BertForPreTraining:
    return build(Differences(**differences), CONFIG, seed)


def names(model: nnx.Module) -> set[str]:
    return set(flat_parameters(model))


def block(**differences):
    """The first block, its input and its mask of three tokens in one sequence."""
    x = jax.random.normal(jax.random.key(1), (3, CONFIG.hidden_size))
    return variant(**differences).bert.encoder.layers[0], x, jnp.ones((1, 1, 1, 3), bool)


def equal(ours, theirs):
    jax.tree.map(np.testing.assert_array_equal, ours, theirs)


# BERT


@pytest.mark.slow
def test_without_a_difference_it_is_the_librarys_bert():
    ours, theirs = variant(seed=3), BertForPreTraining(CONFIG, rngs=nnx.Rngs(3))
    equal(
        {name: leaf[...] for name, leaf in flat_parameters(ours).items()},
        {name: leaf[...] for name, leaf in flat_parameters(theirs).items()},
    )
    key = jax.random.key(0)  # of a dropout whose rate is 0
    everything = {"output_hidden_states": True, "output_attentions": True, "key": key}
    equal(ours(**BATCH, **everything), theirs(**BATCH, **everything))


@pytest.mark.slow
def test_without_a_difference_its_gradient_is_the_librarys():
    def gradient(model):
        graph, parameters = nnx.split(model)

        def loss(parameters):
            output = nnx.merge(graph, parameters)(**BATCH)
            logits = output.prediction_logits, output.seq_relationship_logits
            return sum((x**2).sum() for x in logits)

        return jax.grad(loss)(nnx.to_pure_dict(parameters))

    equal(gradient(variant()), gradient(BertForPreTraining(CONFIG, rngs=nnx.Rngs(0))))


@pytest.mark.parametrize("name", VARIANTS)
def test_embeddings_and_blocks_start_from_berts_weights(name):
    differences = VARIANTS[name]
    theirs = flat_parameters(BertForPreTraining(CONFIG, rngs=nnx.Rngs(0)))
    for parameter, leaf in flat_parameters(build(differences, CONFIG, 0)).items():
        name_in_bert = parameter.replace(".second", "").replace(".linear", "")
        if (
            name_in_bert.startswith(("bert.embeddings", "bert.encoder"))
            and ".first." not in name_in_bert
        ):
            np.testing.assert_array_equal(leaf[...], theirs[name_in_bert][...])


@pytest.mark.slow
def test_every_variant_is_another_function():
    outputs = {}
    for name, differences in VARIANTS.items():
        output = build(differences, CONFIG, 0)(**BATCH)
        outputs[name] = np.concatenate([np.ravel(x) for x in output if x is not None])
    for name in set(VARIANTS) - {"bert"}:
        assert not np.allclose(outputs[name], outputs["bert"], rtol=1e-3), name


# One difference at a time


def test_two_maps_are_one_map_of_the_product():
    attention = variant(two_maps=True).bert.encoder.layers[0].attention
    x = jax.random.normal(jax.random.key(1), (5, CONFIG.hidden_size))
    for maps in (attention.query, attention.key, attention.value, attention.output):
        assert isinstance(maps, TwoMaps)
        first, second = maps.first, maps.second
        kernel = first.kernel[...] @ second.kernel[...]
        bias = first.bias[...] @ second.kernel[...] + second.bias[...]
        np.testing.assert_allclose(maps(x), linear(x, kernel, bias), rtol=1e-4, atol=1e-5)


def test_the_first_of_two_maps_keeps_the_length_of_vectors():
    config = dataclasses.replace(CONFIG, hidden_size=512)
    first = build(Differences(two_maps=True), config, 0).next_sentence_head.first
    x = jax.random.normal(jax.random.key(1), (20, 512))
    np.testing.assert_allclose(np.mean(first(x) ** 2), np.mean(x**2), rtol=0.05)


def test_unscaled_attention_is_the_softmax_of_the_plain_product():
    changed, x, mask = block(unscaled=True)
    bert = block()[0].attention
    heads = [
        vectors.reshape(3, CONFIG.num_attention_heads, -1).swapaxes(0, 1)
        for vectors in (bert.query(x), bert.key(x))
    ]
    expected = softmax(heads[0] @ heads[1].swapaxes(1, 2))
    np.testing.assert_allclose(changed.attention(x, mask)[1][0], expected, rtol=1e-5)


def test_a_products_variance_is_d_and_divided_by_root_d_it_is_1():
    d = 64
    q, k = np.random.default_rng(0).normal(size=(2, 20_000, d))
    products = np.sum(q * k, axis=1)
    assert np.var(products) == pytest.approx(d, rel=0.05)
    assert np.var(products / math.sqrt(d)) == pytest.approx(1, rel=0.05)


def test_one_head_has_one_map_of_attention():
    changed, x, mask = block(one_head=True)
    assert changed(x, mask)[1].shape == (1, 1, 3, 3)
    assert names(variant(one_head=True)) == names(variant())


def silent(changed):
    """A block whose attention and feed-forward network say 0."""
    for last in (changed.attention.output, changed.feed_forward.output):
        last.kernel[...] = 0.0 * last.kernel[...]
    return changed


def test_with_residuals_a_silent_block_lets_its_input_through_and_without_it_does_not():
    changed, x, mask = block(no_layer_norm=True)
    np.testing.assert_array_equal(silent(changed)(x, mask)[0], x)
    changed, x, mask = block(no_layer_norm=True, no_residuals=True)
    np.testing.assert_array_equal(silent(changed)(x, mask)[0], np.zeros_like(x))


def test_without_layer_norm_only_the_masked_word_head_has_one():
    left = {name for name in names(variant(no_layer_norm=True)) if "norm" in name}
    assert left == {"masked_lm_head.norm.scale", "masked_lm_head.norm.bias"}


def test_without_feed_forward_a_block_ends_with_attention():
    changed, x, mask = block(no_feed_forward=True)
    np.testing.assert_array_equal(
        changed(x, mask)[0], changed.attention_norm(x + changed.attention(x, mask)[0])
    )
    assert not any("feed_forward" in name for name in names(variant(no_feed_forward=True)))


def hidden(model, ids, segments=None):
    return model.bert(np.array([ids]), token_type_ids=segments).last_hidden_state[0]


def test_without_positions_to_permute_tokens_is_to_permute_vectors():
    ids, order = np.array([1, 5, 9, 2]), np.array([2, 0, 3, 1])
    model = variant(no_positions=True)
    np.testing.assert_allclose(
        hidden(model, ids[order]), hidden(model, ids)[order], rtol=1e-4, atol=1e-5
    )
    bert = variant()
    assert not np.allclose(hidden(bert, ids[order]), hidden(bert, ids)[order], atol=0.1)


def test_without_segments_they_make_no_difference():
    ids, first, second = [1, 5, 9, 2], np.array([[0, 0, 0, 0]]), np.array([[0, 0, 1, 1]])
    for model, same in ((variant(no_segments=True), True), (variant(), False)):
        assert np.array_equal(hidden(model, ids, first), hidden(model, ids, second)) == same


@pytest.mark.parametrize("pooling", ["max", "mean"])
def test_pooling_owns_nothing(pooling):
    model = variant(pooling=pooling)
    assert names(variant()) - names(model) == {
        "bert.pooler.dense.kernel",
        "bert.pooler.dense.bias",
    }


def test_the_document_is_all_differences_at_once_but_has_positions_and_segments():
    document = VARIANTS["document"]
    for field in dataclasses.fields(Differences):
        default = getattr(Differences(), field.name)
        is_berts = field.name in ("no_positions", "no_segments")
        assert (getattr(document, field.name) == default) == is_berts
    # Linear(C) W_y of the largest entries of Linear(S) W_S, twice.
    model = build(document, CONFIG, 0)
    hidden_states = model.bert(**BATCH).last_hidden_state
    largest = jnp.where(BATCH["attention_mask"][:, :, None], hidden_states, -jnp.inf).max(axis=1)
    np.testing.assert_allclose(
        model(**BATCH).seq_relationship_logits, model.next_sentence_head(largest), rtol=1e-5
    )


# A run


CHANGES = {
    "tokenizer": {"vocab_size": 90},
    "model": {
        "hidden_size": 16,
        "num_hidden_layers": 1,
        "intermediate_size": 16,
        "max_position_embeddings": 32,
    },
    "pretraining": {
        "steps": 6,
        "lengths": [16],
        "shares": [1.0],
        "reports": 3,
        "batch_tokens": 128,
        "evaluation_batches": 2,
        "start": "random",
    },
    "finetuning": {
        "seeds": 2,
        "all_seeds": 2,
        "epochs": 1,
        "min_steps": 0,
        "examples": [],
        "max_length": 16,
    },
}
PAGE = "# By hand\n<!-- table --><!-- end -->\n<!-- cost document -->old<!-- end -->, so it is.\n"


@pytest.fixture
def tiny_run(tmp_path, monkeypatch):
    """The script with tiny settings, in a temporary folder."""
    write_texts(tmp_path)
    monkeypatch.chdir(tmp_path)
    texts = {"corpus": ["texts.txt"], "data": "labels.csv"}
    monkeypatch.setattr(from_the_document, "CHANGES", CHANGES | texts)
    kept = {name: VARIANTS[name] for name in ("bert", "document")}
    monkeypatch.setattr(from_the_document, "VARIANTS", kept)
    monkeypatch.setattr(from_the_document, "POOLINGS", {"bert": "cls"})
    (tmp_path / "from-the-document.md").write_text(PAGE, "utf-8")
    return tmp_path


@pytest.mark.slow
def test_a_tiny_run_writes_figures_picture_and_page(tiny_run, capsys):
    from_the_document.main(["bert-*", "--docs", "."])
    assert "still to be trained: document-0, document-1" in capsys.readouterr().out
    assert not (tiny_run / "from_the_document.json").exists()
    from_the_document.main(["--docs", "."])
    assert "bert-0: masked" not in capsys.readouterr().out  # once is enough
    results = json.loads((tiny_run / "from_the_document.json").read_text("utf-8"))
    for name in ("bert", "document"):
        first, second = results["variants"][name]
        assert [row["step"] for row in first["curve"]] == [2, 4, 6]
        assert first["mlm_loss"] != second["mlm_loss"]
        assert first["mlm_loss"] == pytest.approx(math.log(90), rel=0.2)
    assert results["unigram"]["mlm_loss"] < math.log(90)
    assert len(results["finetuning"]["bert"]) == 2
    assert (tiny_run / "from_the_document.png").stat().st_size > 10_000
    page = (tiny_run / "from-the-document.md").read_text("utf-8")
    assert (
        f"| BERT | {document_page.per_seed(results['variants']['bert'], 'mlm_loss', '.2f')} |"
        in page
    )
    assert "old" not in page


def test_the_experiment_is_a_quickstart_but_for_its_changes():
    settings, preset = from_the_document.experiment(), load_preset()
    assert settings.pretraining.optimizer == preset.pretraining.optimizer
    assert settings.model.hidden_size == preset.model.hidden_size
    assert (settings.corpus, settings.pretraining.lengths) == (("sotu",), (16,))


def test_variants_of_unequal_budgets_are_not_compared():
    rows = {"bert": [{"curve": [{"step": 5}, {"step": 9}]}] * 2}
    from_the_document.check_equal_steps(rows, 9)
    with pytest.raises(UserError, match=r"bert-0 was trained for 9 steps, the others for 6"):
        from_the_document.check_equal_steps(rows, 6)


# The page


def row(loss: float, words: float, pairs: float) -> dict:
    return {"mlm_loss": loss, "mlm_accuracy": words, "nsp_accuracy": pairs, "parameters": 1234}


RESULTS = {
    "unigram": {"mlm_loss": 6.5, "mlm_accuracy": 0.0625},
    "variants": {
        "bert": [row(3.0, 0.375, 0.625), row(3.5, 0.5, 0.75)],
        "document": [row(6.0, 0.125, 0.5), row(6.0, 0.125, 0.5)],
    },
    "finetuning": {
        "bert": [
            {"pretrained": {"seeds": [0.7, 0.71]}, "random_init": {"seeds": [0.6, 0.61]}},
            {"pretrained": {"seeds": [0.72, 0.73]}, "random_init": {"seeds": [0.62, 0.63]}},
        ]
    },
}


def test_the_table_has_both_seeds_and_who_does_not_look():
    assert document_page.table(RESULTS).splitlines()[2:] == [
        "| BERT | 3.00 / 3.50 | 37.5% / 50.0% | 62.5% / 75.0% | 1,234 |",
        "| the document, literally | 6.00 / 6.00 | 12.5% / 12.5% | 50.0% / 50.0% | 1,234 |",
        "| *without looking at the context* | 6.50 | 6.2% | 50% | |",
    ]


def test_a_cost_is_the_mean_beside_berts():
    assert document_page.cost(RESULTS, "document") == (
        "12.5% instead of 43.8% of the masked words right (loss +2.75)"
    )


def test_fine_tunings_stand_in_the_order_of_their_seeds():
    assert document_page.finetuning(RESULTS).splitlines()[2] == (
        "| BERT | 0.700 / 0.710 / 0.720 / 0.730 | 0.600 / 0.610 / 0.620 / 0.630 |"
    )


def test_the_page_keeps_what_is_written_by_hand():
    page = document_page.filled(PAGE, RESULTS)
    assert page.startswith("# By hand\n<!-- table -->\n| | masked words")
    assert page.endswith("(loss +2.75)<!-- end -->, so it is.\n")
    assert document_page.filled(page, RESULTS) == page


def test_without_a_page_nothing_is_written(tmp_path):
    with pytest.raises(UserError, match=r"no page .*: run this in the repository"):
        document_page.write_page(RESULTS, tmp_path)
    assert list(tmp_path.iterdir()) == []
