"""The console that tables and colours are printed on."""

import sys
from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.segment import Segment

from zen_transformer.printing import visible


class VisibleConsole(Console):
    """A console of Rich whose texts have neither markup nor control characters that are obeyed.

    Args:
        width: of the tables where the output is no terminal.
        options: of Rich's `Console`.
    """

    def __init__(self, width: int | None = None, **options: Any):
        width = None if sys.stdout.isatty() else width
        super().__init__(width=width, highlight=False, markup=False, **options)

    def render(self, *arguments: Any, **options: Any) -> Iterable[Segment]:
        """Yield the segments of what is printed."""
        for text, style, control in super().render(*arguments, **options):
            yield Segment(text if control else visible(text), style, control)
