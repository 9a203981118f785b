import numpy as np


def embedding_backward(dy: np.ndarray, ids: np.ndarray, rows: int) -> np.ndarray:
    dtable = np.zeros((rows, dy.shape[-1]))
    np.add.at(dtable, ids, dy)
    return dtable
