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
    raise NotImplementedError
