import numpy as np


def choose_and_report(validation: np.ndarray, test: np.ndarray) -> tuple[int, float, float]:
    """Choose a setting by the validation texts, and report it on the test texts.

    The setting with the highest mean validation accuracy over the seeds is chosen, the first of
    those with the same. Reported are the mean of its test accuracies and their deviation,

        s = √( Σ_k (x_k − x̄)² / (n − 1) )          n: the seeds; s = 0 for a single one

    Args:
        validation: [settings, seeds], accuracies.
        test: [settings, seeds], accuracies of the same runs.

    Returns:
        the number of the setting, the mean and the deviation.
    """
    raise NotImplementedError
