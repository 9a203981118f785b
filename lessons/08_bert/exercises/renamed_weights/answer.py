import numpy as np


def renamed_weights(tensors: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The arrays of a checkpoint under our names, and our way round.

    in the file                                   here
    ….LayerNorm.weight, in old files .gamma       ….LayerNorm.scale
    ….LayerNorm.bias, in old files .beta          ….LayerNorm.bias
    …embeddings.weight, [rows, hidden]            …embeddings.table, as it is
    any other .weight, [out, in]                  ….kernel, [in, out]
    ….bias                                        ….bias

    A "bert." before a name is dropped. Left out are what is no weight, "…position_ids", and the
    copies of tied weights, "cls.predictions.decoder.weight" and "cls.predictions.decoder.bias".

    Args:
        tensors: arrays by HuggingFace's names.

    Returns:
        arrays by our names.
    """
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
