"""A token that was written twice is punished twice."""


def repetition_penalty(logits, token_ids, valid, penalty):
    out = logits.astype(float).copy()
    for t in token_ids[valid.astype(bool)]:
        out[t] = out[t] / penalty if out[t] > 0 else out[t] * penalty
    return out
