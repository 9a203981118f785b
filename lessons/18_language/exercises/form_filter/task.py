import numpy as np


def form_filter(
    logits: np.ndarray,
    syllables: np.ndarray,
    prompt: np.ndarray,
    written: np.ndarray,
    wanted: int,
    end: int,
) -> np.ndarray:
    """Let a line of verse go on only in ways in which it can still have its syllables.

        z_v ← −∞        where the line with v cannot come to exactly the syllables that are wanted

    A token may come if the syllables that are missing behind it are 0, or can be made up of tokens
    of the vocabulary, each as often as needed. The end may come if none is missing.

    Args:
        logits: z, [vocab].
        syllables: how many each token has, [vocab]; 0 for a comma or a point, and for the end.
        prompt: ids with which the line begins, [tokens]; they are part of it.
        written: ids that were written behind the prompt so far, [tokens].
        wanted: syllables of the whole line, 1 or more.
        end: the id of the token that ends the line.

    Returns:
        The logits, [vocab], with −∞ for each token that may not come.
    """
    raise NotImplementedError
