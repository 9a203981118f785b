import numpy as np


def pack_rows(sizes: np.ndarray, length: int) -> tuple[np.ndarray, np.ndarray, list[list[int]]]:
    """First fit."""
    sequence_ids, position_ids, starts, used = [], [], [], []
    for size in map(int, sizes):
        row = next((r for r, full in enumerate(used) if full + size <= length), len(used))
        if row == len(used):
            sequence_ids.append(np.zeros(length, int))
            position_ids.append(np.zeros(length, int))
            starts.append([])
            used.append(0)
        start = used[row]
        starts[row].append(start)
        sequence_ids[row][start : start + size] = len(starts[row])
        position_ids[row][start : start + size] = np.arange(size)
        used[row] += size
    return np.array(sequence_ids), np.array(position_ids), starts
