"""What is said of a learning curve: metrics, a table on the console, a section of the report."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from zen_transformer.metric import Baseline, Metric
from zen_transformer.printing import print
from zen_transformer.report.record import RunRecord
from zen_transformer.report.section import Picture, Section, Table
from zen_transformer.tasks.curve_points import Point, deviation
from zen_transformer.tasks.task import Task


class CurveReport(Task):
    """A task whose models are compared with each other, as far as its results are told.

    Which variants a run had is read from its points: it may lack some.
    """

    variants: ClassVar[Mapping[str, str]]
    """All variants that may be trained and what they are called. Of the first one the best model is
    kept."""
    gains: ClassVar[Mapping[str, tuple[str, str]]]
    """What the first variant gains: the title, and the variant that it gains over, by the gain's
    name. The headline is set beside these variants."""
    baselines: ClassVar[Mapping[str, str]] = {}
    """What is not trained by steps, and what it is called."""
    score: ClassVar[str] = "accuracy"
    """The metric that is compared."""
    score_title: ClassVar[str] = "accuracy on the test texts"
    headline: ClassVar[str] = "test texts put into the right class"
    picture: ClassVar[str] = "label_curve"
    """The file of the curve among the run's plots."""
    prefix: ClassVar[str] = ""
    """Of its metrics' names and titles, where a run has several learning curves."""

    @classmethod
    def titles(cls, points: Sequence[Point]) -> dict[str, str]:
        """The variants that there are, the gains, baselines, and what they are called."""
        gains = {name: title for name, (title, _) in cls.gains.items()}
        titles = {**cls.variants, **gains, **cls.baselines}
        return {name: titles[name] for name in titles if all(name in point for point in points)}

    @classmethod
    def points(cls, run: RunRecord) -> list[Point]:
        """The points of a run's learning curve; none, if it has none yet."""
        return run.summary.get("curves", {}).get(cls.stage, {}).get("points", [])

    @classmethod
    def former_metrics(cls, run: RunRecord) -> list[Metric]:
        points = cls.points(run)
        return cls.curve_metrics(points) if points else []

    @classmethod
    def curve_metrics(cls, points: Sequence[Point]) -> list[Metric]:
        """The metrics of a learning curve: the headline, and one for each point and variant."""
        return [cls._headline(points)] + [
            Metric(
                name=_joined("_", cls.prefix, name),
                title=_joined(": ", cls.prefix, title),
                value=point[name]["mean"],
                better="" if name in cls.baselines else "higher",
                signed=name in cls.gains,
                subset=f"{point['examples']:,} examples",
                deviation=deviation(point[name]),
                on_labels=True,
            )
            for point in points
            for name, title in cls.titles(points).items()
        ]

    @classmethod
    def _headline(cls, points: Sequence[Point]) -> Metric:
        """The score of the first variant on all examples, beside what it has to beat."""
        last, titles = points[-1], cls.titles(points)
        beside = [*(other for _, other in cls.gains.values()), *list(cls.baselines)[:1]]
        return Metric(
            name=_joined("_", cls.prefix, f"test_{cls.score}"),
            title=cls.headline,
            value=last[next(iter(cls.variants))]["mean"],
            better="higher",
            baselines=tuple(
                Baseline("", f"by {titles[name]}", last[name]["mean"])
                for name in beside
                if name in titles
            ),
            unit="%",
            on_labels=True,
            headline=True,
        )

    def print_curve(self, points: Sequence[Point]) -> None:
        """Print the means as a table."""
        titles = self.titles(points)
        widths = [max(len(title), len("0.000 ± 0.000")) + 3 for title in titles.values()]
        print(f"{self.score_title}, mean ± deviation over the seeds:")
        heads = (title.ljust(w) for title, w in zip(titles.values(), widths, strict=True))
        print("  examples   " + "".join(heads).rstrip())
        for point in points:
            cells = (
                self._mean(point, name).ljust(width)
                for name, width in zip(titles, widths, strict=True)
            )
            print(f"  {point['examples']:8,}   " + "".join(cells).rstrip())

    @classmethod
    def curve_section(cls, title: str, text: str, run: RunRecord) -> Section:
        """The section of the curve: picture, means, every seed, and learning rates."""
        points = cls.points(run)
        if not points:
            return Section(title, missing=title)
        caption = "scores over the number of labelled examples"
        picture = [Picture(cls.picture, caption)] if len(points) > 1 else []
        tables = [cls._means(points), cls._every_seed(points), *cls._learning_rates(points)]
        said = [text, cls._seeds_in_words(points), cls._computed_in_words(run)]
        return Section(title, [" ".join(filter(None, said)), *picture, *tables])

    @classmethod
    def _seeds_in_words(cls, points: Sequence[Point]) -> str:
        first = next(iter(cls.variants))
        seeds, of_all = (len(point[first]["seeds"]) for point in (points[0], points[-1]))
        if seeds == of_all == 1:
            return "Every score is of one seed."
        there = f"± is the deviation over {max(seeds, of_all)} seeds"
        if seeds == of_all:
            return f"{there}."
        if 1 in (seeds, of_all):
            return f"{there}; {'on all' if of_all == 1 else 'on fewer'} examples there is one."
        return f"± is the deviation over {seeds} seeds, or over {of_all} on all examples."

    @classmethod
    def _computed_in_words(cls, run: RunRecord) -> str:
        counted = run.summary.get("curves", {}).get(cls.stage, {})
        if not counted.get("tflop"):
            return ""
        chosen = counted.get("tuning_tflop", 0.0)
        more = f", and the choice of learning rates {chosen:,.2f} more" if chosen else ""
        return (
            f"The matrix products of all these trainings took {counted['tflop']:,.2f} · 10¹² "
            f"floating-point operations{more}."
        )

    @classmethod
    def _means(cls, points: Sequence[Point]) -> Table:
        titles = cls.titles(points)
        rows = [
            [f"{point['examples']:,}", *(cls._mean(point, name) for name in titles)]
            for point in points
        ]
        return Table(["examples", *titles.values()], rows, frozenset(range(len(titles) + 1)))

    @classmethod
    def _every_seed(cls, points: Sequence[Point]) -> Table:
        titles = cls.titles(points)
        seeds = max(len(point[name]["seeds"]) for point in points for name in titles)
        rows = []
        for point in points:
            for name, title in titles.items():
                values = [
                    f"{value:{'+' if name in cls.gains else ''}.3f}"
                    for value in point[name]["seeds"]
                ]
                values += [""] * (seeds - len(values))
                rows.append([f"{point['examples']:,}", title, *values])
        heads = ["examples", "", *(f"run {number + 1}" for number in range(seeds))]
        return Table(heads, rows, frozenset({0, *range(2, seeds + 2)}), folded="every seed")

    @classmethod
    def _learning_rates(cls, points: Sequence[Point]) -> list[Table]:
        """A table of the learning rates, where they are known and not all the same."""
        names = [name for name in cls.variants if "learning_rate" in points[0].get(name, {})]
        rates = [[point[name]["learning_rate"] for name in names] for point in points]
        if len({rate for row in rates for rate in row}) < 2:
            return []
        rows = [
            [f"{point['examples']:,}", *(f"{rate:g}" for rate in row)]
            for point, row in zip(points, rates, strict=True)
        ]
        heads = ["examples", *(cls.variants[name] for name in names)]
        return [Table(heads, rows, frozenset(range(len(heads))), folded="learning rates")]

    @classmethod
    def _mean(cls, point: Point, name: str) -> str:
        sign = "+" if name in cls.gains else ""
        mean, spread = f"{point[name]['mean']:{sign}.3f}", deviation(point[name])
        return mean if spread is None else f"{mean} ± {spread:.3f}"


def _joined(separator: str, *parts: str) -> str:
    return separator.join(filter(None, parts))


def own_settings(task: type[Task], config: dict[str, Any]) -> dict[str, Any]:
    """The settings of a task in a run's `config.json`, where they may be a group of those of the
    whole way."""
    group = task.settings_class.group
    return {**config, **config[group]} if group in config else config
