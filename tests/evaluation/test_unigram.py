import math

import numpy as np
import pytest

from zen_transformer.evaluation.unigram import unigram_baseline


def test_unigram_baseline_by_hand():
    train, test = np.array([0.5, 0.25, 0.125, 0.125]), np.array([0.5, 0.25, 0.25, 0.0])
    loss, accuracy = unigram_baseline(train, test)
    assert loss == pytest.approx((2 * math.log(2) + math.log(4) + math.log(8)) / 4)
    assert accuracy == 0.5
