"""The sum is not normalised.

Named: embeddings-not-normalised
"""


def token_embeddings(
    input_ids,
    token_type_ids,
    start,
    token_table,
    position_table,
    segment_table,
    scale,
    bias,
    epsilon,
):
    length = input_ids.shape[1]
    return (
        token_table[input_ids]
        + position_table[start : start + length]
        + segment_table[token_type_ids]
    )
