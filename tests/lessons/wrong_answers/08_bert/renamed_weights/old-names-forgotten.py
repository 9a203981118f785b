"""gamma and beta of old files stay as they are.

Named: old-norm-names-kept
"""


def renamed_weights(tensors):
    result = {}
    for name, array in tensors.items():
        if name.startswith("bert."):
            name = name[len("bert.") :]
        if name.endswith("position_ids"):
            continue
        if name in ("cls.predictions.decoder.weight", "cls.predictions.decoder.bias"):
            continue
        if name.endswith("LayerNorm.weight"):
            name = name.rsplit(".", 1)[0] + ".scale"
        elif name.endswith("embeddings.weight"):
            name = name.rsplit(".", 1)[0] + ".table"
        elif name.endswith(".weight"):
            name = name.rsplit(".", 1)[0] + ".kernel"
            array = array.T
        result[name] = array
    return result
