"""The type checker that `conftest.py` puts around the functions of the package."""

import numpy as np
from beartype import BeartypeConf, FrozenDict, beartype
from beartype.roar import BeartypeDecorHintPep673Exception, BeartypeDecorHintPep3119Exception

# A NumPy number, or an int in place of a float, will do.
NUMBERS = {int: int | np.integer, float: float | int | np.number}
lenient = beartype(conf=BeartypeConf(hint_overrides=FrozenDict(NUMBERS)))


def checked(function):
    """beartype, where it can. It cannot where a method returns `Self` (the hook decorates
    methods, not classes) and where a protocol says nothing about `isinstance`."""
    try:
        return lenient(function)
    except (BeartypeDecorHintPep673Exception, BeartypeDecorHintPep3119Exception):
        return function
