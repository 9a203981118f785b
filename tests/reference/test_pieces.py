"""Every piece of the implementation against PyTorch, against stored numbers, and its gradients
against finite differences, in float64."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.pieces import PIECES, Piece, Sizes, as_tuple, error, flow_into, leaves_of

TIGHT, NUMERIC = 1e-10, 1e-6
small = st.integers(1, 4)
SIZES = st.builds(
    Sizes,
    batch=small,
    length=small,
    keys=small,
    heads=st.integers(1, 3),
    head_dim=small,
    intermediate=small,
    vocab=st.integers(2, 5),
)


@pytest.fixture(scope="session", params=PIECES.values(), ids=PIECES)
def piece(request, implementation) -> Piece:
    if request.param.name not in implementation.FORWARD:
        pytest.skip(f"this implementation has no {request.param.name}")
    return request.param


def forward(implementation: Any, piece: Piece, arguments: list[Any]) -> tuple[np.ndarray, ...]:
    return as_tuple(implementation.FORWARD[piece.name](*arguments))


def gradients(implementation: Any, piece: Piece, flow: Any, arguments: list[Any]) -> list[Any]:
    if piece.name not in implementation.BACKWARD:
        pytest.skip(f"this implementation has no gradient of {piece.name}")
    results = as_tuple(implementation.BACKWARD[piece.name](flow, *arguments))
    return [gradient for gradient in results if gradient is not None]


def check_results(implementation, piece, arguments, expected):
    actual = forward(implementation, piece, arguments)
    for ours, theirs in zip(actual, expected, strict=True):
        assert error(ours, theirs) <= TIGHT


def check_gradients(implementation, piece, arguments, flow, expected):
    actual = gradients(implementation, piece, flow, arguments)
    for ours, theirs in zip(actual, expected, strict=True):
        for one, other in zip(leaves_of_like(ours, theirs), leaves_of(theirs), strict=True):
            assert error(one, other) <= TIGHT


@pytest.mark.slow
@given(st.integers(0, 2**20), SIZES)
@settings(max_examples=6)
def test_random_shapes_as_in_torch(torch, implementation, piece, seed, sizes):
    arguments = [*piece.draw(seed, sizes).values()]
    results, flow, expected = piece.expected(arguments)
    check_results(implementation, piece, arguments, results)
    check_gradients(implementation, piece, arguments, flow, expected)


@pytest.mark.slow
def test_gradients_as_finite_differences(implementation, piece):
    """(f(x + h) − f(x − h)) / 2h, entry by entry."""
    if not piece.smooth:
        pytest.skip(f"{piece.name} has kinks")
    arguments = [*piece.draw(3, Sizes(batch=2, heads=1, head_dim=3)).values()]
    flow = flow_into(forward(implementation, piece, arguments)[0].shape)
    actual = gradients(implementation, piece, flow, arguments)
    for place, gradient in zip(piece.differentiable(arguments), actual, strict=True):
        leaves = leaves_of(arguments[place])
        for leaf, ours in zip(leaves, leaves_of_like(gradient, arguments[place]), strict=True):
            places = list(np.ndindex(leaf.shape))[:: max(1, leaf.size // 8)]
            numeric = [slope(implementation, piece, arguments, flow, leaf, i) for i in places]
            scale = max(np.abs(ours).max(), 1e-3)
            assert np.abs(np.array([ours[i] for i in places]) - numeric).max() <= NUMERIC * scale


def leaves_of_like(tree: Any, like: Any) -> list[np.ndarray]:
    """List the arrays of nested dicts, in the order of those of another."""
    if not isinstance(like, dict):
        return [tree]
    return [leaf for name in like for leaf in leaves_of_like(tree[name], like[name])]


def slope(implementation, piece, arguments, flow, leaf, place, step: float = 1e-5) -> float:
    kept, values = leaf[place], []
    for shift in (step, -step):
        leaf[place] = kept + shift
        values.append(np.sum(flow * forward(implementation, piece, arguments)[0]))
    leaf[place] = kept
    return (values[0] - values[1]) / (2 * step)


def test_the_arguments_are_left_as_they_were(implementation, piece):
    arguments, again = ([*piece.draw(5, Sizes()).values()] for _ in range(2))
    flow = flow_into(forward(implementation, piece, arguments)[0].shape)
    gradients(implementation, piece, flow, arguments)
    for one, other in zip(arguments, again, strict=True):
        for leaf, copy in zip(leaves_of(one), leaves_of(other), strict=True):
            np.testing.assert_array_equal(leaf, copy)


def test_the_implementation_names_only_known_pieces(implementation):
    assert set(implementation.FORWARD) | set(implementation.BACKWARD) <= set(PIECES)


# Conventions: where a gradient is zero, undefined, or a number could overflow


def call(implementation: Any, name: str, *arguments: Any) -> Any:
    if name not in implementation.FORWARD:
        pytest.skip(f"this implementation has no {name}")
    return as_tuple(implementation.FORWARD[name](*arguments))[0]


def back(implementation: Any, name: str, flow: Any, *arguments: Any) -> list[Any]:
    if name not in implementation.BACKWARD:
        pytest.skip(f"this implementation has no gradient of {name}")
    return list(as_tuple(implementation.BACKWARD[name](flow, *arguments)))


@pytest.mark.parametrize("size", [1e4, -1e4])
@pytest.mark.parametrize("name", ["softmax", "log_sum_exp"])
def test_huge_logits_stay_finite(implementation, name, size):
    logits = np.array([[size, 0.0, -size], [size, size, size]])
    actual = np.asarray(call(implementation, name, logits))
    assert np.isfinite(actual).all()
    if name == "softmax":
        np.testing.assert_allclose(actual.sum(-1), 1.0, rtol=1e-12)
    else:
        np.testing.assert_allclose(actual, [1e4, size + np.log(3.0)], rtol=1e-12)


def test_the_loss_of_a_sure_mistake_is_the_difference_of_the_logits(implementation):
    loss = call(
        implementation, "cross_entropy", np.array([[1e4, -1e4]]), np.array([1]), np.array([1.0])
    )
    np.testing.assert_allclose(loss, 2e4)


def test_rows_of_weight_zero_do_not_count(implementation):
    logits, labels = np.array([[1.0, 2.0], [3.0, 5.0]]), np.array([0, 1])
    weights = np.array([1.0, 0.0])
    (gradient,) = back(implementation, "cross_entropy", np.array(1.0), logits, labels, weights)
    assert np.asarray(gradient)[1].tolist() == [0.0, 0.0]
    assert np.asarray(gradient)[0].sum() == pytest.approx(0.0, abs=1e-15)


def test_repeated_ids_add_up(implementation):
    flow = np.array([[1.0], [10.0], [100.0]])
    (gradient,) = back(implementation, "embedding", flow, np.zeros((3, 1)), np.array([2, 0, 2]))
    assert np.asarray(gradient).tolist() == [[10.0], [0.0], [101.0]]


def test_the_row_of_the_padding_has_a_gradient_like_any_other(implementation):
    """HuggingFace's `padding_idx` leaves it out; the equation does not."""
    (gradient,) = back(implementation, "embedding", np.ones((1, 1)), np.ones((2, 1)), np.array([0]))
    assert np.asarray(gradient).tolist() == [[1.0], [0.0]]


def test_the_maximum_shares_its_gradient_at_a_tie(implementation):
    """As JAX and `torch.amax` do; `torch.max(dim)` would choose one. Padding has no share."""
    states = np.array([[[2.0], [1.0], [2.0], [2.0]]])
    mask = np.array([[1, 1, 1, 0]])
    (gradient,) = back(implementation, "max_pooling", np.ones((1, 1)), states, mask)
    assert np.asarray(gradient)[0, :, 0].tolist() == [0.5, 0.0, 0.5, 0.0]


def test_the_kink_of_relu_has_slope_zero(implementation):
    (gradient,) = back(implementation, "relu", np.ones(3), np.array([-1.0, 0.0, 1.0]))
    assert np.asarray(gradient).tolist() == [0.0, 0.0, 1.0]


@pytest.mark.parametrize("name", ["mean_pooling", "max_pooling"])
def test_a_sequence_without_tokens_pools_to_zeros(implementation, name):
    states, mask = np.ones((1, 2, 3)), np.zeros((1, 2), np.int64)
    assert not np.asarray(call(implementation, name, states, mask)).any()
    (gradient,) = back(implementation, name, np.ones((1, 3)), states, mask)
    assert not np.asarray(gradient).any()


def test_where_every_key_is_hidden_the_weights_are_uniform_and_nothing_is_learnt(implementation):
    query, key = np.ones((1, 1, 1, 2)), np.arange(6.0).reshape(1, 1, 3, 2)
    mask = np.zeros((1, 1, 1, 3), bool)
    weights = np.asarray(call(implementation, "attention_weights", query, key, mask))
    np.testing.assert_allclose(weights, 1 / 3, rtol=1e-12)
    actual = back(
        implementation, "attention_weights", np.array([[[[1.0, 2.0, 3.0]]]]), query, key, mask
    )
    for gradient in actual:
        assert not np.asarray(gradient).any()


def test_a_hidden_key_has_weight_zero_and_gets_nothing(implementation):
    query, key = np.ones((1, 1, 1, 2)), np.array([[[[1.0, 2.0], [1e4, 1e4]]]])
    mask = np.array([[[[True, False]]]])
    assert np.asarray(call(implementation, "attention_weights", query, key, mask)).tolist() == [
        [[[1.0, 0.0]]]
    ]
    _, dkey = back(implementation, "attention_weights", np.ones((1, 1, 1, 2)), query, key, mask)
    assert not np.asarray(dkey)[0, 0, 1].any()


def test_the_bias_of_the_keys_has_no_gradient(implementation):
    """It adds the same number to all scores of a query, which the softmax cancels."""
    piece = PIECES["multi_head_attention"]
    arguments = [*piece.draw(0, Sizes(length=4)).values()]
    flow = flow_into(np.shape(arguments[1]))
    parameters, _ = back(implementation, piece.name, flow, *arguments)[:2]
    assert np.abs(np.asarray(parameters["key"]["bias"])).max() < 1e-14
    assert np.abs(np.asarray(parameters["query"]["bias"])).max() > 1e-3
