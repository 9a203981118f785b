from contextlib import contextmanager

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from zen_transformer.training.loop import NotFiniteError, average, evaluate, run_steps
from zen_transformer.training.step import TrainState

KEY = jax.random.key(0)


def counting_step(state, batch, key):
    """Adds the batch's number to the parameter."""
    number = batch["number"]
    moved = state.parameters + number
    one = jnp.array(1.0)
    metrics = {"number": number.astype(jnp.float32), "loss": one, "gradient_norm": one}
    return TrainState(state.step + 1, moved, ()), metrics


def make_batch(step: int) -> dict[str, np.ndarray]:
    return {"number": np.array(step, np.int32), "attention_mask": np.ones((2, 3), np.int32)}


def beginning() -> TrainState:
    return TrainState(jnp.array(0, jnp.int32), jnp.array(0, jnp.int32), ())


def run(steps: int, report_every: int, start: int = 0):
    """(done, parameter, mean of the numbers) at every report."""
    state = TrainState(jnp.array(start, jnp.int32), jnp.array(0, jnp.int32), ())
    reports = run_steps(counting_step, state, make_batch, steps, KEY, report_every)
    return [
        (report.done, int(report.state.parameters), report.metrics["number"]) for report in reports
    ]


def test_reports_come_now_and_then_and_at_the_end_with_means_since_the_last():
    assert run(steps=7, report_every=3) == [(3, 0 + 1 + 2, 1.0), (6, 15, 4.0), (7, 21, 6.0)]


def test_goes_on_from_the_steps_that_are_done():
    assert run(steps=7, report_every=3, start=5) == [(6, 5, 5.0), (7, 11, 6.0)]


def test_with_all_steps_done_nothing_happens():
    assert run(steps=7, report_every=3, start=7) == []


@pytest.mark.parametrize("name", ["loss", "gradient_norm"])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_stops_with_the_number_of_its_step(name, bad):
    """Bad from step 4 on: the report of steps 0 to 2 comes, that of steps 3 to 5 does not."""

    def step(state, batch, key):
        state, metrics = counting_step(state, batch, key)
        return state, metrics | {name: jnp.where(batch["number"] >= 4, bad, 1.0)}

    state = beginning()
    reports = run_steps(step, state, make_batch, 9, KEY, 3)
    assert next(reports).done == 3
    with pytest.raises(NotFiniteError, match="in step 4") as error:
        next(reports)
    assert error.value.step == 4


def test_speed_counts_real_tokens():
    state = beginning()
    (report,) = run_steps(counting_step, state, make_batch, 4, KEY, 4)
    assert report.metrics["tokens_per_second"] > 0


def test_stopped_between_two_reports_it_goes_on_as_if_it_had_not_been():
    stopped = list(
        run_steps(
            counting_step, beginning(), make_batch, 7, KEY, 3, should_stop=lambda step: step == 4
        )
    )
    assert [report.done for report in stopped] == [3, 5]
    assert [row["number"] for row in stopped[-1].unreported] == [3, 4]
    rest = run_steps(
        counting_step,
        stopped[-1].state,
        make_batch,
        7,
        KEY,
        3,
        unreported=stopped[-1].unreported,
    )
    resumed = [(report.done, report.metrics["number"]) for report in rest]
    assert resumed == [(6, 4.0), (7, 6.0)]


def test_stopped_at_a_report_nothing_is_left_to_report():
    *_, last = run_steps(
        counting_step, beginning(), make_batch, 7, KEY, 3, should_stop=lambda step: step == 2
    )
    assert (last.done, last.unreported) == (3, [])


def test_every_step_is_watched():
    seen = []

    @contextmanager
    def watch(step):
        seen.append(step)
        yield

    list(run_steps(counting_step, beginning(), make_batch, 4, KEY, 4, step_context=watch))
    assert seen == [0, 1, 2, 3]


def test_averages():
    assert average([{"a": 1.0, "b": 0.0}, {"a": 3.0, "b": 1.0}]) == {"a": 2.0, "b": 0.5}


def sums(parameters, batch, key):
    return {"loss": (jnp.sum(batch["values"]), jnp.array(float(len(batch["values"]))))}


def test_uneven_batches_are_weighed_by_their_size():
    """(10 + 1 + 1 + 1 + 1 + 1)/6; the mean of the batches' means would be 5.5."""
    batches = [{"values": np.array([10.0])}, {"values": np.ones(5)}]
    assert evaluate(sums, None, batches, KEY) == {"loss": pytest.approx(2.5)}


def test_every_batch_of_an_evaluation_has_a_key_of_its_own():
    seen = []

    def evaluation(parameters, batch, key):
        seen.append(tuple(jax.random.key_data(key).tolist()))
        return {"loss": (jnp.array(1.0), jnp.array(1.0))}

    evaluate(evaluation, None, [{}, {}, {}], KEY)
    assert len(set(seen)) == 3
