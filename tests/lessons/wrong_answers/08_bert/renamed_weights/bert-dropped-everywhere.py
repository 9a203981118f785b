"""'bert.' is dropped anywhere in a name, in 'roberta' or 'distilbert.' too.

Named: prefix-dropped-inside-of-names
"""


def renamed_weights(tensors):
    result = {}
    for name, array in tensors.items():
        name = name.replace("bert.", "")
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
