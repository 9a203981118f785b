import numpy as np


def pack_rows(sizes: np.ndarray, length: int) -> tuple[np.ndarray, np.ndarray, list[list[int]]]:
    """Lay sequences into rows: each goes into the first row that has room.

    A new row is opened where none has. A sequence is laid behind what is already in its row.

        sizes 5, 4, 2 and length 8
        sequence_ids   1 1 1 1 1 2 2 0      position_ids   0 1 2 3 4 0 1 0      starts   0, 5
                       1 1 1 1 0 0 0 0                     0 1 2 3 0 0 0 0               0

    Args:
        sizes: the number of tokens of each sequence, at most `length`, [sequences].
        length: of a row.

    Returns:
        sequence_ids: [rows, length], 1, 2, … in each row; 0 where there is no sequence.
        position_ids: [rows, length], counted from each sequence's first token; 0 where there is
            no sequence.
        starts: of each row, a list of the places of its sequences' first tokens.
    """
    raise NotImplementedError
