"""`zen-transformer tokenizer show`: shows how a tokenizer cuts a text into pieces."""

from json import dumps
from pathlib import Path
from typing import Annotated

from rich.table import Table
from rich.text import Text
from tyro.conf import Positional, arg

from zen_transformer.commands.console import VisibleConsole
from zen_transformer.commands.standard_input import given_texts
from zen_transformer.errors import UserError
from zen_transformer.inference.folders import model_folder
from zen_transformer.printing import print
from zen_transformer.tokenizers.encoding import Encoding
from zen_transformer.tokenizers.loading import load_tokenizer

COLOURS = ("black on bright_cyan", "black on bright_yellow")
UNKNOWN = "white on red"


def show_tokenizer(
    text: Annotated[tuple[str, ...], Positional, arg(metavar="[TEXT ...]")] = (),
    model: Path = Path("runs/quickstart"),
    ids: tuple[int, ...] = (),
    json: bool = False,
) -> None:
    """Show a text's pieces, their ids, and where in the text they stand.

    For example:

      zen-transformer tokenizer show "Unbelievably good!"
      zen-transformer tokenizer show "好电影" --model runs/chinese
      zen-transformer tokenizer show "In the beginning" --model runs/gpt
      zen-transformer tokenizer show --ids 2 1997 3

    Args:
        text: one or more texts; the lines of standard input in place of -, or if neither texts nor
            ids are given.
        model: folder of a run, or with a tokenizer in HuggingFace's layout.
        ids: ids to decode instead.
        json: print a JSON object a line: text, tokens, ids and, for a text, offsets.
    """
    tokenizer = load_tokenizer(_tokenizer_folder(model))
    if ids:
        decoded = tokenizer.decode(ids, skip_special_tokens=False)
        tokens = [tokenizer.vocabulary[i] for i in ids]
        fields = {"text": decoded, "tokens": tokens, "ids": ids}
        print(dumps(fields, ensure_ascii=False) if json else decoded)
        if not text:
            return
    console, shown = VisibleConsole(soft_wrap=True), False
    for _, line in given_texts(text):
        encoding, shown = tokenizer.encode(line), True
        if json:
            fields = {"tokens": encoding.tokens, "ids": encoding.ids, "offsets": encoding.offsets}
            print(dumps({"text": line, **fields}, ensure_ascii=False))
        else:
            console.print(_coloured(line, encoding))
            console.print_table(_table(line, encoding))
    if not shown:
        raise UserError('no text: give one in quotes, such as "Unbelievably good!", or --ids')


def _tokenizer_folder(path: Path) -> Path:
    """Find the folder of the tokenizer, which a run has before its model is trained."""
    if (path / "model" / "tokenizer.json").is_file():
        return path / "model"
    return model_folder(path, "model")


def _coloured(text: str, encoding: Encoding) -> Text:
    """Colour the pieces of a text alternately."""
    coloured, number = Text(text), 0
    for token, (start, end) in zip(encoding.tokens, encoding.offsets, strict=True):
        if end > start:
            coloured.stylize(UNKNOWN if token == "[UNK]" else COLOURS[number % 2], start, end)
            number += 1
    return coloured


def _table(text: str, encoding: Encoding) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("piece")
    table.add_column("id", justify="right")
    table.add_column("from", justify="right")
    table.add_column("to", justify="right")
    table.add_column("letters")
    rows = zip(encoding.tokens, encoding.ids, encoding.offsets, strict=True)
    for token, token_id, (start, end) in rows:
        special = end == start
        place = ("", "") if special else (str(start), str(end))
        style = "red" if token == "[UNK]" else "dim" if special else ""
        letters = Text("" if special else text[start:end])
        table.add_row(Text(token, style), str(token_id), *place, letters)
    return table
