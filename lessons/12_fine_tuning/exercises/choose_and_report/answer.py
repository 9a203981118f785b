import numpy as np


def choose_and_report(validation: np.ndarray, test: np.ndarray) -> tuple[int, float, float]:
    chosen = int(np.argmax(np.mean(validation, axis=1)))
    reported = test[chosen]
    deviation = np.std(reported, ddof=1) if len(reported) > 1 else 0.0
    return chosen, np.mean(reported), deviation
