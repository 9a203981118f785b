import jax
import jax.numpy as jnp
import pytest

from zen_transformer.errors import UserError
from zen_transformer.training.profile import Profile, parse_steps


@pytest.mark.parametrize(
    ("text", "steps"), [(None, []), ("3:5", [3, 4, 5]), ("7:7", [7]), ("0:1", [0, 1])]
)
def test_the_steps_asked_for(text, steps):
    assert list(parse_steps(text)) == steps


@pytest.mark.parametrize("text", ["", "3", "5:3", "a:b", "-1:3", "1:2:3"])
def test_no_steps(text):
    with pytest.raises(UserError, match=r"give the first and the last step, as in 100:109"):
        parse_steps(text)


def test_a_trace_of_these_steps_only(tmp_path):
    profile = Profile(tmp_path / "profile", parse_steps("1:2"))
    there = []
    for step in range(4):
        with profile.step(step):
            jax.jit(lambda x: x @ x)(jnp.ones((8, 8)))
        there.append(any((tmp_path / "profile").rglob("*.xplane.pb")))
    assert there == [False, False, True, True]


def test_who_starts_behind_the_first_step_traces_the_rest(tmp_path):
    profile = Profile(tmp_path / "profile", parse_steps("1:3"))
    for step in range(2, 5):
        with profile.step(step):
            pass
    assert any((tmp_path / "profile").rglob("*.xplane.pb"))


def test_a_run_that_ends_before_the_last_step_leaves_a_trace_of_what_there_was(tmp_path):
    with Profile(tmp_path / "profile", parse_steps("1:9")) as profile, profile.step(1):
        pass
    assert any((tmp_path / "profile").rglob("*.xplane.pb"))


def test_nothing_is_traced_unasked(tmp_path):
    with Profile(tmp_path / "profile", parse_steps(None)) as profile, profile.step(0):
        pass
    assert not list(tmp_path.iterdir())
