"""A token that was written twice is punished twice.

Named: penalty-for-every-time
"""


def repetition_penalty(logits, token_ids, valid, penalty):
    result = logits.copy()
    for v in token_ids[valid]:
        result[v] = result[v] / penalty if result[v] > 0 else result[v] * penalty
    return result
