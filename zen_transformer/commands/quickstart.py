"""`zen-transformer quickstart`: from raw text to answers."""

import dataclasses
from pathlib import Path
from typing import Any

from zen_transformer.commands.classify import print_classification
from zen_transformer.commands.fill_mask import print_guesses
from zen_transformer.commands.options import flat, given_options, parse, starting_settings
from zen_transformer.errors import UserError
from zen_transformer.printing import print
from zen_transformer.runs.execution import ExecutionConfig
from zen_transformer.tasks.quickstart.pipeline import run_quickstart
from zen_transformer.tasks.quickstart.settings import QuickstartSettings
from zen_transformer.tasks.registry import preset_settings
from zen_transformer.tasks.running import RunTarget

DESCRIPTION = """The whole way: text, vocabulary, pretraining, fine-tuning, answers, a report.

With the preset quickstart 38 TFLOP of pretraining and 18 of fine-tuning; it says before how
long that takes on this machine.

For example:

  zen-transformer quickstart
  zen-transformer quickstart --preset small --resume
  zen-transformer quickstart --name short --minutes 5
  zen-transformer quickstart --name longer --pretraining.steps 30000
  zen-transformer quickstart --name mine --corpus my_texts/ --data my_labels.csv"""


@dataclasses.dataclass(frozen=True, kw_only=True)
class NamedTarget:
    """Where the run is written."""

    name: str | None = None
    """Name of the run; its folder is runs/NAME. If not given, the preset's."""
    runs: Path = Path("runs")
    """Folder of all the runs."""
    resume: bool = False
    """Go on with the run in the folder, if there is one; what is finished is not run again."""
    overwrite: bool = False
    """Replace the run in the folder."""

    def __post_init__(self):
        name = Path(self.name or "run").name
        if name == ".." or self.name not in (None, name):
            raise UserError(
                f"name is {self.name!r}: it must be that of one folder; --runs says in which "
                "folder it lies"
            )


def command(arguments: list[str]) -> dict[str, Any]:
    """Go the whole way: text, vocabulary, pretraining, fine-tuning, answers, a report."""
    given = given_options(arguments)
    name = given.name or Path(given.preset or _default_preset(given.corpus)).stem
    folder = Path(given.runs) / name if given.resume else None
    settings = starting_settings(QuickstartSettings, given, "quickstart", folder)
    options = parse(
        "zen-transformer quickstart",
        DESCRIPTION,
        arguments,
        {
            "settings": (flat(QuickstartSettings), settings),
            "target": (flat(NamedTarget), NamedTarget()),
            "execution": (flat(ExecutionConfig), ExecutionConfig()),
        },
    )
    target = options.target
    output = target.runs / (target.name or Path(options.settings.preset).stem)
    return quickstart(
        options.settings,
        RunTarget(output=output, resume=target.resume, overwrite=target.overwrite),
        options.execution,
    )


def _default_preset(corpus: list[str]) -> str:
    return "chinese" if corpus == ["chinese"] else "quickstart"


def quickstart(
    settings: QuickstartSettings | None = None,
    target: RunTarget = RunTarget(),
    execution: ExecutionConfig = ExecutionConfig(),
) -> dict[str, Any]:
    """Run the whole way and print the answers; the summary. The settings are those of the preset
    quickstart, if none are given."""
    chosen = settings or preset_settings("quickstart", QuickstartSettings)
    return run_quickstart(chosen, target, execution, show=print_answers)


def print_answers(answers: dict[str, Any]) -> None:
    """What the finished model says."""
    for entry in answers["fill_mask"]:
        print_guesses(entry["text"], [[tuple(g.values()) for g in row] for row in entry["after"]])
    known = [entry["guessed"] for entry in answers["fill_mask"] if "word" in entry]
    if known:
        print(f"  the word that was written is among the five in {sum(known)} of {len(known)}")
    print()
    for entry in answers["classify"]:
        print_classification(entry["text"], entry["label"], entry["probability"])
    for entry in answers.get("tag", []):
        print("\n ", "  ".join(f"{one['word']} {one['tag']}" for one in entry["words"]))
