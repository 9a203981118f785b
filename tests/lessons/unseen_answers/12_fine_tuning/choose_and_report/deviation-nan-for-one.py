"""The deviation of a single seed is nan."""

import warnings

import numpy as np


def choose_and_report(validation, test):
    setting = int(validation.mean(axis=1).argmax())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return setting, float(test[setting].mean()), float(np.std(test[setting], ddof=1))
