"""All the mistakes of the gallery, in the order of a training: from the input to the optimiser."""

from zen_transformer.errors import UserError
from zen_transformer.gallery import attention, inputs, layers, objectives, training
from zen_transformer.gallery.study import Mistake

MISTAKES: dict[str, Mistake] = {
    mistake.name: mistake
    for room in (inputs, attention, layers, objectives, training)
    for mistake in room.MISTAKES
}


def find(name: str) -> Mistake:
    """A mistake by its name.

    Raises:
        UserError: there is none of this name.
    """
    if name not in MISTAKES:
        raise UserError(f"no mistake {name!r} in the gallery: choose {', '.join(MISTAKES)}")
    return MISTAKES[name]
