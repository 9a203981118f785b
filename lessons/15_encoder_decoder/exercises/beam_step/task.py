import numpy as np


def beam_step(
    scores: np.ndarray, log_probs: np.ndarray, length: int, end_id: int, alpha: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """One step of beam search for several texts at once.

    A beam is an unfinished text with score s, the sum of its tokens' log-probabilities. It goes on
    with every token, and the score becomes s + ln p. If the token is END, the text is finished, and
    what it is worth is

        (s + ln p(END)) / |y|^α        |y|: its tokens, END included

    Of all that do not end, the best of each text are its beams of the next step, as many as before.

    Args:
        scores: s, [texts, beams]; −∞ for a beam that is not there yet. At least one is.
        log_probs: ln p of the next token after each beam, [texts, beams, vocab].
        length: how many tokens each beam has so far.
        end_id: the id of END.
        alpha: α, the length penalty.

    Returns:
        finished: what each beam is worth if it ends now, [texts, beams];
        scores, origin, tokens: of the next step's beams, [texts, beams] each, the best first: its
        score, the number of the beam that it goes on from, and its new token. There are no ties.
    """
    raise NotImplementedError
