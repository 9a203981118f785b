"""The columns of the table are brought to length 1, not the rows.

Named: columns-normalised
"""

import numpy as np


def nearest_tokens(table, token, count):
    unit = table / np.linalg.norm(table, axis=0)
    order = np.argsort(-(unit @ unit[token]))
    return order[order != token][:count]
