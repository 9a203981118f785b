"""One function for another, everywhere, and back again."""

import sys
from types import ModuleType

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from zen_transformer.gallery.swap import references_to, resolve, swapped
from zen_transformer.layers import activations, embeddings, feed_forward, heads, normalization

LAYER_NORM = "layers.normalization:layer_norm"


def nothing(x, scale, bias, epsilon):
    return jnp.zeros_like(x)


@pytest.mark.slow
def test_it_stands_wherever_the_function_stood():
    right = normalization.layer_norm
    with swapped(LAYER_NORM, nothing):
        assert normalization.layer_norm is embeddings.layer_norm is nothing
        assert resolve(LAYER_NORM) is nothing
        assert not references_to(right)
    assert normalization.layer_norm is embeddings.layer_norm is right
    assert not references_to(nothing)


@pytest.mark.slow
def test_tables_of_functions_have_it_as_well():
    right = activations.gelu
    with swapped("layers.activations:gelu", jnp.tanh):
        assert activations.ACTIVATIONS["gelu"] is jnp.tanh
        assert feed_forward.ACTIVATIONS is heads.ACTIVATIONS is activations.ACTIVATIONS
    assert activations.ACTIVATIONS["gelu"] is activations.gelu is right


def test_an_error_inside_leaves_nothing_behind():
    right = normalization.layer_norm
    with pytest.raises(ZeroDivisionError), swapped(LAYER_NORM, nothing):
        _ = 1 / 0
    assert normalization.layer_norm is embeddings.layer_norm is right


def test_a_module_imported_meanwhile_gets_the_right_one_afterwards(monkeypatch):
    late = ModuleType("zen_transformer.layers.late")
    with swapped(LAYER_NORM, nothing):
        late.layer_norm = normalization.layer_norm
        monkeypatch.setitem(sys.modules, late.__name__, late)
    assert late.layer_norm is normalization.layer_norm is not nothing


def test_what_was_compiled_is_compiled_anew():
    x = jnp.array([1.0, 3.0])
    compiled = jax.jit(lambda x: normalization.layer_norm(x, jnp.ones(2), jnp.zeros(2), 1e-12))
    before = compiled(x)
    with swapped(LAYER_NORM, nothing):
        np.testing.assert_array_equal(compiled(x), [0.0, 0.0])
    np.testing.assert_array_equal(compiled(x), before)


def test_the_gallery_keeps_the_right_ones():
    from zen_transformer.gallery import attention

    right = attention.padding_mask
    with swapped("layers.masks:padding_mask", nothing):
        assert attention.padding_mask is right
