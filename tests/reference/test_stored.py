"""The implementation against the stored file, and the file against PyTorch. Without PyTorch the
first still runs."""

import numpy as np
import pytest
from reference.pieces import PIECES
from reference.stored import FILE, SIZES, arrays, from_file, from_torch
from reference.test_pieces import check_gradients, check_results

CASES = list(from_file())


@pytest.mark.parametrize("case", CASES, ids=[f"{c.piece.name}-{c.number}" for c in CASES])
def test_as_stored(implementation, case):
    if case.piece.name not in implementation.FORWARD:
        pytest.skip(f"this implementation has no {case.piece.name}")
    check_results(implementation, case.piece, case.arguments, case.results)
    check_gradients(implementation, case.piece, case.arguments, case.flow, case.gradients)


def test_every_piece_is_stored_and_the_file_is_small():
    assert len(CASES) == len(PIECES) * len(SIZES)
    assert FILE.stat().st_size < 1_000_000


def test_the_file_is_what_its_script_writes(torch):
    stored, computed = arrays(from_file()), arrays(from_torch())
    assert stored.keys() == computed.keys()
    for name, array in computed.items():
        if array.dtype.kind == "f":
            np.testing.assert_allclose(stored[name], array, rtol=1e-10, atol=1e-12, err_msg=name)
        else:
            np.testing.assert_array_equal(stored[name], array, err_msg=name)
