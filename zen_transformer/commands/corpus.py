"""`zen-transformer corpus`: content, origin and licence of the built-in texts."""

from typing import Annotated

from rich.table import Table
from tyro.conf import Positional, arg

from zen_transformer.commands.console import VisibleConsole
from zen_transformer.data.cards import CARDS
from zen_transformer.errors import UserError
from zen_transformer.printing import print


def corpus(name: Annotated[str | None, Positional, arg(metavar="[NAME]")] = None) -> None:
    """Show the data card of a built-in corpus, or list them all.

    For example:

      zen-transformer corpus
      zen-transformer corpus sotu

    Args:
        name: name of a corpus or of labelled texts.
    """
    if name is None:
        table = Table(box=None, pad_edge=False, show_header=False)
        table.add_column(no_wrap=True)
        table.add_column()
        for card in CARDS.values():
            table.add_row(card.name, f"{card.title}: {card.size}")
        VisibleConsole().print_table(table)
    elif name in CARDS:
        print(CARDS[name].markdown(), end="")
    else:
        raise UserError(f"no card for {name}: choose {', '.join(CARDS)}")
