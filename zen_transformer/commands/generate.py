"""`zen-transformer generate`: a GPT goes on with a text."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from tyro.conf import Positional, arg

from zen_transformer.commands.loading import load_gpt
from zen_transformer.errors import check_range
from zen_transformer.generation.beams import BeamSearch
from zen_transformer.generation.decoding import Writer
from zen_transformer.generation.logits import NO_TOKEN, Sampling
from zen_transformer.text.tokenizer import Tokenizer


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How long the texts become."""

    max_new_tokens: int = 60
    """At most so many tokens are written."""
    stop: str | None = None
    """End a text where this comes; "\\n" ends it with the line."""

    def __post_init__(self):
        check_range("max_new_tokens", self.max_new_tokens, 1)


def generate(
    prompt: Positional[str],
    model: Path = Path("runs/gpt"),
    samples: int = 1,
    seed: int = 0,
    beams: int = 0,
    ending: Annotated[Ending, arg(name="")] = Ending(),
    sampling: Annotated[Sampling, arg(name="")] = Sampling(temperature=0.8, top_p=0.95),
) -> list[str]:
    """Go on with a text, as a pretrained GPT does.

    For example:

      zen-transformer generate "And the LORD said unto"
      zen-transformer generate "In the beginning" --samples 3 --temperature 1.2 --stop "\\n"
      zen-transformer generate "Blessed are the" --beams 4

    Args:
        prompt: the beginning.
        model: a run's folder or a folder in HuggingFace's layout.
        samples: so many texts, each with a seed of its own.
        seed: of the first sample; the same seed writes the same text.
        beams: look for the likeliest text with so many beams, and draw nothing.
    """
    check_range("samples", samples, 1)
    check_range("beams", beams, 0)
    network, tokenizer = load_gpt(model)
    ids = tokenizer.text_ids(prompt)
    writer = Writer(network, [tokenizer.eos_id])
    if beams:
        settings = BeamSearch(
            num_beams=beams,
            max_new_tokens=ending.max_new_tokens,
            eos_token_ids=(tokenizer.eos_id,),
            pad_token_id=tokenizer.eos_id,
        )
        found = writer.beams([ids], settings).token_ids[0, 0].tolist()
        return [_print(prompt, _cut(tokenizer.decode(found), ending.stop))]
    if samples == 1:
        return [_stream(writer, tokenizer, prompt, ids, sampling, ending, seed)]
    seeds = range(seed, seed + samples)
    texts = writer.generate(
        [ids] * samples, sampling, max_new_tokens=ending.max_new_tokens, seeds=seeds
    )
    return [_print(prompt, _cut(tokenizer.decode(text), ending.stop)) for text in texts]


def _stream(
    writer: Writer,
    tokenizer: Tokenizer,
    prompt: str,
    ids: list[int],
    sampling: Sampling,
    ending: Ending,
    seed: int,
) -> str:
    """Print the text while it is written. What may still change is held back: a character of which
    not all bytes are there yet, and what may be the beginning of `stop`."""
    written: list[int] = []
    shown = ""
    sys.stdout.write(prompt)
    tokens = writer.stream([ids], sampling, max_new_tokens=ending.max_new_tokens, seeds=[seed])
    for (token,) in tokens:
        written += [int(token)] if token != NO_TOKEN else []
        whole = tokenizer.decode(written)
        text = _cut(whole, ending.stop)
        safe = text.rstrip("\ufffd")
        if ending.stop and text == whole:
            safe = safe[: max(len(shown), len(safe) - len(ending.stop) + 1)]
        sys.stdout.write(safe[len(shown) :])
        sys.stdout.flush()
        shown = safe
        if text != whole:
            break
    final = _cut(tokenizer.decode(written), ending.stop)
    print(final[len(shown) :])
    return prompt + final


def _cut(text: str, stop: str | None) -> str:
    """Up to where `stop` begins."""
    return text.partition(stop.replace("\\n", "\n"))[0] if stop else text


def _print(prompt: str, text: str) -> str:
    print(prompt + text)
    return prompt + text
