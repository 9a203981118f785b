"""`zen-transformer gibbs`: BERT writes a text by drawing its words anew, again and again."""

import sys
from collections.abc import Iterable
from itertools import repeat
from pathlib import Path
from typing import Annotated

from tyro.conf import Positional, arg

from zen_transformer.commands.standard_input import given_text
from zen_transformer.errors import UserError, check_range
from zen_transformer.files import make_folder
from zen_transformer.generation.art.canvas import save_picture
from zen_transformer.generation.art.pictures import Shot, film
from zen_transformer.generation.gibbs import GibbsConfig, GibbsSampler, by_sweep
from zen_transformer.inference.bert import encode_question
from zen_transformer.inference.loading import load
from zen_transformer.models.bert import BertForMaskedLM
from zen_transformer.printing import print, visible
from zen_transformer.tokenizers.wordpiece_training import PREFIX

MASK = "[MASK]"
BOLD_UNDERLINED, PLAIN = "\x1b[1;4m", "\x1b[0m"


def gibbs(
    text: Annotated[str | None, Positional, arg(metavar="[TEXT]")] = None,
    model: Path = Path("runs/quickstart"),
    length: int | None = None,
    sampling: Annotated[GibbsConfig, arg(name="")] = GibbsConfig(),
    output: Path | None = None,
) -> str:
    """Let BERT write: each [MASK] is drawn anew in every sweep, given all other words.

    For example:

      zen-transformer gibbs "the film was [MASK] [MASK] and [MASK] ."
      zen-transformer gibbs --length 8 --sweeps 20 --temperature 0.8 --output runs/film

    After each sweep the text is printed, with what has changed marked, and before it its
    pseudo-log-likelihood: how likely BERT finds the words that it draws, each given all others.

    Args:
        text: a text whose [MASK]s are drawn; all other words stay. It is standard input in place of
            -, or if neither a text nor a length is given.
        model: a run's folder, one in HuggingFace's layout, or the id of a model in its cache.
        length: in place of a text, the number of pieces of a text of [MASK]s.
        output: a folder for a picture of all sweeps, as SVG and PNG.
    """
    text = given_text(text) if length is None else text
    if bool(text) == (length is not None):
        raise UserError('give either a text with [MASK]s in quotes, or "--length 8"')
    network, tokenizer = load(BertForMaskedLM, model, "model")
    if output is not None:
        make_folder(output)  # before anybody has waited for what goes into it
    if length is not None:
        check_range("length", length, 1, network.config.max_position_embeddings - 2)
        text = " ".join([MASK] * length)
    assert text
    ids = encode_question(network.config, tokenizer, text, masked=True).ids
    sampler = GibbsSampler(
        network, tokenizer, sampling.distribution, whole_words=sampling.whole_words
    )
    places = [place for place, i in enumerate(ids) if i == tokenizer.mask_id]
    frames = sampler.frames(
        ids, places, sweeps=sampling.sweeps, seeds=[sampling.seed], order=sampling.order
    )
    shots = []
    for number, sweep in enumerate(by_sweep(frames, len(places)), start=1):
        pieces = [tokenizer.vocabulary[i] for i in sweep.token_ids[0, 1:-1].tolist()]
        changed, surprise = sweep.changed[0, 1:-1], sweep.surprise[0, 1:-1]
        shots.append(Shot(pieces, surprise, changed))
        (likelihood,) = sampler.pseudo_log_likelihood(sweep.token_ids, places)
        shown = marked([*map(visible, pieces)], changed.tolist(), sys.stdout.isatty())
        # Not by `print`: what marks the changes is meant for the terminal.
        sys.stdout.write(f"{number:4} {likelihood:8.1f}  {shown}\n")
        sys.stdout.flush()
    if output is not None:
        paths = save_picture(film(shots), output, "film")
        print(f"drawn in {output}: {', '.join(path.name for path in paths)}")
    return marked(pieces)


def marked(pieces: list[str], changed: Iterable[bool] = repeat(False), terminal=False) -> str:
    """The text, with the changed pieces bold and underlined on a terminal, else in brackets."""
    begin, end = (BOLD_UNDERLINED, PLAIN) if terminal else ("[", "]")
    words = ""
    for piece, new in zip(pieces, changed, strict=False):
        gap = "" if piece.startswith(PREFIX) or not words else " "
        word = piece.removeprefix(PREFIX)
        words += gap + (f"{begin}{word}{end}" if new else word)
    return words
