""" "bert." is dropped anywhere in a name and not only at its front."""


def renamed_weights(tensors):
    out = {}
    for name, value in tensors.items():
        if "position_ids" in name or "cls.predictions.decoder" in name:
            continue
        name = name.replace("bert.", "")
        if name.endswith((".LayerNorm.weight", ".gamma")):
            name = name.rsplit(".", 1)[0] + ".scale"
        elif name.endswith(".beta"):
            name = name.rsplit(".", 1)[0] + ".bias"
        elif name.endswith("embeddings.weight"):
            name = name.rsplit(".", 1)[0] + ".table"
        elif name.endswith(".weight"):
            name, value = name.rsplit(".", 1)[0] + ".kernel", value.T
        out[name] = value
    return out
