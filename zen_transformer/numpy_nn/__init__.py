"""The textbook: the same equations as in `layers/`, in NumPy, each with its gradient by hand.

A leaf equation has the name, the arguments and their order that it has in `layers/`, so both
can be called with the same arrays. Beside `f` stands `f_backward`: it takes the gradient of the
loss with respect to the output, then the arguments of `f`, and gives the gradient with respect
to each array among them, in their order. Ids, labels and masks have none.

    y = f(x, W)        dy = ∂L/∂y, shaped as y         dx, dW = f_backward(dy, x, W)

What is composed (a block, a model) is a function of the nested dict of weights that
`nnx.to_pure_dict` gives of the JAX model: one set of weights goes into both.

A backward computes again what it needs of its forward. That costs time, and leaves nothing
between the two that a reader would have to keep in mind. Only NumPy is imported; numbers are
float64 unless arrays of another type are handed in.
"""
