"""Implementations, as the reference suite sees them.

An adapter is a module with two dicts, both by the names of `reference/pieces.py`:

    FORWARD     a function of the piece's arguments, NumPy arrays in float64, that gives its
                result or a tuple of results
    BACKWARD    a function of the gradient with respect to the (first) result and then the same
                arguments, that gives the gradient with respect to each floating-point argument,
                in their order, nested dicts for nested dicts

What is missing in them is skipped. `pytest tests/reference --implementation PATH` runs the
suite on another one; so does the environment variable ZEN_IMPLEMENTATION.
"""
