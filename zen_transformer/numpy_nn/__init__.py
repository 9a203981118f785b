"""The textbook: the equations once more in NumPy, each with its gradient derived by hand.

The files have the names of their twins in `layers/`, `models/`, `objectives/` and `training/`. A
leaf equation has the name, the arguments and the order of arguments of its JAX twin, so both can be
called with the same arrays. Each function `f` is followed by `f_backward`, which takes the gradient
of the loss with respect to the output and then the arguments of `f`, and returns the gradient with
respect to each floating-point array among them, in their order.

    y = f(x, W)        dy = ∂L/∂y, shaped as y         dx, dW = f_backward(dy, x, W)

Composed functions (a block, a model) take their weights as the nested dict that
`nnx.to_pure_dict` returns for the JAX model: both can be run with the same weights.

A backward function recomputes what it needs of its forward pass. That costs time, but there is no
state between the two to keep in mind. Only NumPy is imported; numbers are float64 unless arrays of
another type are passed.
"""
