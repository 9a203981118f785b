"""Everything with 'decoder' in its name is left out.

Named: everything-of-a-decoder-lost
"""


def renamed_weights(tensors):
    result = {}
    for name, array in tensors.items():
        if name.startswith("bert."):
            name = name[len("bert.") :]
        if name.endswith("position_ids"):
            continue
        if "decoder" in name:
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
