"""`zen-transformer corpus`: content, origin and licence of the built-in texts."""

from typing import Annotated

from tyro.conf import Positional, arg

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
        for card in CARDS.values():
            print(f"{card.name:16} {card.title}: {card.size}")
    elif name in CARDS:
        print(CARDS[name].markdown(), end="")
    else:
        raise UserError(f"no card for {name}: choose {', '.join(CARDS)}")
