"""The tied copy of the bias is kept.

Named: copy-of-the-bias-kept
"""


def renamed_weights(tensors):
    result = {}
    for name, array in tensors.items():
        if name.startswith("bert."):
            name = name[len("bert.") :]
        if name.endswith("position_ids"):
            continue
        if name == "cls.predictions.decoder.weight":
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
