import jax
import jax.numpy as jnp
import numpy as np
import pytest

import zen_transformer as zen
from zen_transformer.errors import UserError
from zen_transformer.layers.attention import scaled_dot_product_attention
from zen_transformer.layers.masks import packed_mask, padding_mask

HAS_GPU = any(device.platform == "gpu" for device in jax.devices())


def arrays(dtype, batch=2, heads=3, length=5, head_dim=8):
    rng = np.random.default_rng(0)
    return [jnp.asarray(rng.normal(size=(batch, heads, length, head_dim)), dtype) for _ in "qkv"]


MASKS = {
    "padding": padding_mask(jnp.asarray([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]])),
    "packed": packed_mask(jnp.asarray([[1, 1, 2, 2, 2], [1, 1, 1, 1, 1]])),
}


@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)
def test_it_is_the_equation_forward_and_backward(mask):
    given = arrays(jnp.float64)

    def weighed(implementation, *qkv):
        attended, _ = scaled_dot_product_attention(*qkv, mask, implementation=implementation)
        return jnp.sum(jnp.sin(attended))

    gradient = jax.jit(jax.value_and_grad(weighed, argnums=(1, 2, 3)), static_argnums=0)
    pairs = [gradient(how, *given) for how in ("explicit", "xla")]
    # JAX's softmax is in float32, whatever it is given.
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, atol=1e-6), *pairs)


@pytest.mark.skipif(not HAS_GPU, reason="cuDNN needs a GPU")
@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)
def test_cudnn_is_the_equation_as_far_as_16_bits_go(mask):
    given = arrays(jnp.bfloat16)
    expected, _ = scaled_dot_product_attention(*(x.astype(jnp.float32) for x in given), mask)
    attended, _ = scaled_dot_product_attention(*given, mask, implementation="cudnn")
    np.testing.assert_allclose(attended.astype(jnp.float32), expected, atol=2e-2)


def test_what_it_cannot_drop_is_an_error():
    keep = jnp.ones((2, 3, 5, 5), bool)
    with pytest.raises(UserError, match=r"by xla has no dropout of its weights, whose rate is 0.1"):
        scaled_dot_product_attention(
            *arrays(jnp.float32), MASKS["padding"], keep, 0.1, implementation="xla"
        )


def test_a_whole_model_runs_with_it():
    from flax import nnx
    from tiny import tiny_batch, tiny_config

    model = zen.BertModel(tiny_config(), rngs=nnx.Rngs(0))
    batch = tiny_batch()
    expected = model(**batch).last_hidden_state
    for block in model.encoder.layers:
        block.attention.implementation = "xla"
    output = model(**batch, output_attentions=True)
    np.testing.assert_allclose(output.last_hidden_state, expected, atol=1e-5)
    assert output.attentions == (None, None)
