"""The implementation against the stored pieces, and the stored files against PyTorch and
HuggingFace. Without these the first still runs, and `test_models.py` reads the stored models."""

import numpy as np
import pytest
from reference import stored, stored_models
from reference.models import NAMES, SLICE, Arrays
from reference.pieces import PIECES
from reference.test_pieces import check_gradients, check_results

from zen_transformer import BertConfig

CASES = list(stored.from_file())


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=[f"{c.piece.name}-{c.number}" for c in CASES])
def test_as_stored(implementation, case):
    if case.piece.name not in implementation.FORWARD:
        pytest.skip(f"this implementation has no {case.piece.name}")
    check_results(implementation, case.piece, case.arguments, case.results)
    check_gradients(implementation, case.piece, case.arguments, case.flow, case.gradients)


def test_everything_is_stored_and_the_files_are_small():
    assert len(CASES) == len(PIECES) * len(stored.SIZES)
    models = list(stored_models.from_file())
    assert len(models) == len(NAMES) * stored_models.SEEDS
    assert stored_models.SEEDS <= SLICE
    berts = [case.config for case in models if isinstance(case.config, BertConfig)]
    assert {config.hidden_act for config in berts} == {"gelu", "gelu_new", "relu"}
    assert stored.FILE.stat().st_size + stored_models.FILE.stat().st_size < 1_600_000


def check_same(actual: Arrays, computed: Arrays, limit: float) -> None:
    assert actual.keys() == computed.keys()
    for name, array in computed.items():
        assert actual[name].shape == array.shape, name
        if array.dtype.kind == "f":
            np.testing.assert_allclose(
                actual[name], array, rtol=limit, atol=limit / 100, err_msg=name
            )
        else:
            np.testing.assert_array_equal(actual[name], array, err_msg=name)


def test_the_file_of_pieces_is_what_its_script_writes(torch):
    check_same(stored.arrays(stored.from_file()), stored.arrays(stored.from_torch()), 1e-10)


@pytest.mark.slow
def test_the_file_of_models_is_what_its_script_writes(transformers):
    pairs = zip(stored_models.from_file(), stored_models.from_huggingface(), strict=True)
    for stored_case, computed in pairs:
        assert stored_case[:3] == computed[:3]
        for part in stored_models.PARTS:
            check_same(getattr(stored_case, part), getattr(computed, part), 1e-9)
