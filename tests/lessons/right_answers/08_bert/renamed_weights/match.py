"""By splitting the name and matching its parts."""

import numpy as np


def renamed_weights(tensors):
    def place(name, array):
        match name.split("."):
            case ["bert", *rest]:
                return place(".".join(rest), array)
            case [*_, "position_ids"] | ["cls", "predictions", "decoder", "weight" | "bias"]:
                return None
            case [*rest, "LayerNorm", "weight" | "gamma"]:
                return ".".join([*rest, "LayerNorm", "scale"]), array
            case [*rest, "LayerNorm", "beta"]:
                return ".".join([*rest, "LayerNorm", "bias"]), array
            case [*rest, last, "weight"] if last.endswith("embeddings"):
                return ".".join([*rest, last, "table"]), array
            case [*rest, "weight"]:
                return ".".join([*rest, "kernel"]), np.swapaxes(array, 0, 1)
        return name, array

    return dict(filter(None, (place(name, array) for name, array in tensors.items())))
