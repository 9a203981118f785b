"""Where nothing was asked the number 0 is returned instead of an array.

Named: zero-without-its-shape
"""


def accumulated_gradient(gradients, weights):
    total = 0
    for name, gradient in gradients.items():
        weight = weights[name].sum()
        if weight > 0:
            total = total + gradient.sum(axis=0) / weight
    return total
