def decaying_parameters(names: list[str]) -> list[bool]:
    """Which of the parameters decay.

    Kernels and embedding tables do; nothing else does, such as biases, or the scale of a LayerNorm.
    The last part of a name, behind its last slash, says what it is.

    Args:
        names: such as "encoder/layers/0/attention/query/kernel", "embeddings/token/table",
            "encoder/layers/0/attention_norm/scale" or "masked_lm_head/bias".

    Returns:
        For each name, whether it decays.
    """
    raise NotImplementedError
