"""lstrip takes letters off instead of a prefix.

Named: prefix-stripped-as-letters
"""


def renamed_weights(tensors):
    result = {}
    for name, array in tensors.items():
        name = name.lstrip("bert.")
        if name.endswith("position_ids"):
            continue
        if name in ("cls.predictions.decoder.weight", "cls.predictions.decoder.bias"):
            continue
        if name.endswith("LayerNorm.gamma") or name.endswith("LayerNorm.weight"):
            name = name.rsplit(".", 1)[0] + ".scale"
        elif name.endswith("LayerNorm.beta"):
            name = name.rsplit(".", 1)[0] + ".bias"
        elif name.endswith("embeddings.weight"):
            name = name.rsplit(".", 1)[0] + ".table"
        elif name.endswith(".weight"):
            name = name.rsplit(".", 1)[0] + ".kernel"
            array = array.T
        result[name] = array
    return result
