import numpy as np


def renamed_weights(tensors: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    renamed = {}
    for name, array in tensors.items():
        name = name.removeprefix("bert.")
        name = name.replace(".gamma", ".weight").replace(".beta", ".bias")
        if name.endswith("position_ids") or name.startswith("cls.predictions.decoder."):
            continue
        module, _, leaf = name.rpartition(".")
        if leaf == "weight" and module.endswith("embeddings"):
            leaf = "table"
        elif leaf == "weight" and module.endswith("LayerNorm"):
            leaf = "scale"
        elif leaf == "weight":
            leaf, array = "kernel", array.T
        renamed[f"{module}.{leaf}"] = array
    return renamed
