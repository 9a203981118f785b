import jax
import jax.numpy as jnp
import numpy as np

from zen_transformer.models.compilation import forward_options


def test_the_options_change_nothing_but_rounding():
    x = jnp.asarray(np.random.default_rng(0).normal(size=(64, 64)), jnp.float32)
    product = jax.jit(jnp.matmul, compiler_options=forward_options())(x, x)
    np.testing.assert_allclose(product, jax.jit(jnp.matmul)(x, x), atol=1e-4)


def test_other_machines_have_none(monkeypatch):
    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
    forward_options.cache_clear()
    assert forward_options() == {}
    forward_options.cache_clear()


def test_an_option_that_is_not_known_is_left_out(monkeypatch):
    monkeypatch.setattr(
        "zen_transformer.models.compilation.EIGEN_ONLY", {"xla_cpu_no_such_option": ""}
    )
    forward_options.cache_clear()
    assert forward_options() == {}
    forward_options.cache_clear()
