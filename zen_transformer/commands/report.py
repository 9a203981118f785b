"""`zen-transformer report`: a run's folder as one page."""

from pathlib import Path
from typing import Annotated

from tyro.conf import Positional, arg

from zen_transformer.printing import print
from zen_transformer.tasks.reporting import write_report


def report(
    run: Annotated[Path, Positional, arg(metavar="[RUN]")] = Path("runs/quickstart"),
) -> None:
    """Write a run's report.html once more.

    For example:

      zen-transformer report runs/quickstart

    Args:
        run: the run's folder.
    """
    print(f"written to {write_report(run)}")
