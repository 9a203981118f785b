import numpy as np


def mean_pooling(
    hidden_states: np.ndarray, attention_mask: np.ndarray, special_tokens_mask: np.ndarray
) -> np.ndarray:
    """The mean over the words of a text, without padding and without [CLS] and [SEP].

        c = Σ_i w_i h_i / Σ_i w_i          w_i = 1 where m_i = 1 and s_i = 0, otherwise 0

    A text without any word gives zeros.

    Args:
        hidden_states: h, [batch, length, hidden].
        attention_mask: m, [batch, length], whole numbers: 1 for real tokens, 0 for padding.
        special_tokens_mask: s, [batch, length], whole numbers: 1 for [CLS] and [SEP], 0 for words;
            at padding it may be either.

    Returns:
        [batch, hidden].
    """
    raise NotImplementedError
