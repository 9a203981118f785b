import numpy as np


def packed_attention_mask(query_ids: np.ndarray, key_ids: np.ndarray) -> np.ndarray:
    """Who may look at whom where the tokens of one packed row look at those of another.

    Row b of the queries and row b of the keys belong together, such as questions and the passages
    in which their answers are: sequence 1 of the one looks at sequence 1 of the other, and so on.

        M_ij = (q_i = k_j) and (k_j > 0)

    Args:
        query_ids: q, [batch, queries], 1, 2, … for the sequences of a row, 0 for padding.
        key_ids: k, [batch, keys], likewise. A row may lack a sequence that the other one has.

    Returns:
        Booleans, [batch, 1, queries, keys]; the axis of size one is for the heads. True means that
        the key may be looked at.
    """
    raise NotImplementedError
