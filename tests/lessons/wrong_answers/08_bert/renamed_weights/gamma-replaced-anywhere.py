"""'gamma' and 'weight' are replaced anywhere in a name."""


def renamed_weights(tensors):
    result = {}
    for name, array in tensors.items():
        name = name.removeprefix("bert.")
        if "position_ids" in name or name.startswith("cls.predictions.decoder."):
            continue
        name = name.replace("gamma", "weight").replace("beta", "bias")
        if "LayerNorm" in name:
            name = name.replace("weight", "scale")
        elif "embeddings.weight" in name:
            name = name.replace("weight", "table")
        elif "weight" in name:
            name, array = name.replace("weight", "kernel"), array.T
        result[name] = array
    return result
