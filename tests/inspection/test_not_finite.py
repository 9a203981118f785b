import jax
import jax.numpy as jnp
import pytest
from flax import nnx
from tiny import tiny_batch, tiny_config

import zen_transformer as zen
from zen_transformer.inspection.not_finite import first_not_finite


def hunt(change=lambda parameters: None, loss=lambda parameters: jnp.zeros(())):
    graph, state = nnx.split(zen.BertForPreTraining(tiny_config(), rngs=nnx.Rngs(0)))
    parameters = nnx.to_pure_dict(state)
    change(parameters)
    return first_not_finite(nnx.merge(graph, parameters), parameters, tiny_batch(), loss)


def huge(*path):
    """A finite number so large that results computed with it are infinite."""

    def change(parameters):
        *above, last = path
        for name in above:
            parameters = parameters[name]
        parameters[last] = jnp.full_like(parameters[last], 3e38)

    return change


BLOCK_1 = ("bert", "encoder", "layers", 1)


@pytest.mark.parametrize(
    ("path", "says"),
    [
        (("bert", "embeddings", "norm", "scale"), "the embeddings"),
        ((*BLOCK_1, "attention", "query", "kernel"), "the attention weights of block 1"),
        ((*BLOCK_1, "feed_forward", "input", "kernel"), "the output of block 1"),
        (("masked_lm_head", "dense", "kernel"), "the prediction_logits"),
        (("next_sentence_head", "kernel"), "the seq_relationship_logits"),
    ],
)
def test_the_first_thing_that_is_not_finite_is_named(path, says):
    assert hunt(huge(*path)) == says


def test_a_parameter_that_is_not_finite_comes_before_what_it_spoils():
    def change(parameters):
        kernel = parameters["bert"]["encoder"]["layers"][0]["attention"]["value"]["kernel"]
        parameters["bert"]["encoder"]["layers"][0]["attention"]["value"]["kernel"] = kernel.at[
            0, 0
        ].set(jnp.nan)

    assert hunt(change) == "the parameter bert.encoder.layers.0.attention.value.kernel"


def test_a_loss_that_is_not_finite():
    assert hunt(loss=lambda parameters: jnp.log(jnp.zeros(()))) == "the loss"


def test_of_the_gradients_the_last_on_the_way_forward_is_named():
    def loss(parameters):
        """√0 is finite, its derivative is not."""
        blocks = parameters["bert"]["encoder"]["layers"]
        zeros = (blocks[0]["feed_forward"]["input"], blocks[1]["attention"]["key"])
        return sum(jnp.sqrt(jnp.sum(0.0 * x["kernel"])) for x in zeros)

    says = "the gradient of bert.encoder.layers.1.attention.key.kernel"
    assert hunt(loss=loss) == says


def test_or_nothing_of_the_model():
    total = lambda tree: sum(jnp.sum(leaf) for leaf in jax.tree.leaves(tree))  # noqa: E731
    assert hunt(loss=total).startswith("the optimizer's update")


ENCODER_DECODER = zen.EncoderDecoderConfig(
    vocab_size=16,
    d_model=8,
    encoder_layers=1,
    decoder_layers=2,
    encoder_attention_heads=2,
    decoder_attention_heads=2,
    encoder_ffn_dim=16,
    decoder_ffn_dim=16,
    max_position_embeddings=8,
)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "says"),
    [
        (("token", "table"), "the embeddings of the encoder"),
        (("encoder", "layers", 0, "attention_norm", "scale"), "the output of block 0 of the enc"),
        (("decoder", "layers", 1, "cross_attention", "query", "kernel"), "the cross-attention w"),
        (("decoder", "layers", 1, "feed_forward_norm", "scale"), "the output of block 1 of"),
    ],
)
def test_in_an_encoder_decoder_the_side_is_named(path, says):
    model = zen.EncoderDecoderForConditionalGeneration(ENCODER_DECODER, rngs=nnx.Rngs(0))
    graph, state = nnx.split(model)
    parameters = nnx.to_pure_dict(state)
    huge(*path)(parameters)
    ids = jnp.array([[3, 4, 5]])
    inputs = {"input_ids": ids, "decoder_input_ids": ids[:, :2]}
    network = nnx.merge(graph, parameters)
    message = first_not_finite(network, parameters, inputs, lambda parameters: jnp.zeros(()))
    assert message.startswith(says)
