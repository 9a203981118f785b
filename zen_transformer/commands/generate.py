"""`zen-transformer generate`: a GPT goes on with a text."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from tyro.conf import Positional, arg

from zen_transformer.commands.compare_ways import compare_ways
from zen_transformer.data.preferences import check_tokenizer, read_choices
from zen_transformer.errors import UserError, check_range
from zen_transformer.evaluation.ranking import Scorer, best_of
from zen_transformer.evaluation.scoring import make_scorer
from zen_transformer.generation.beams import BeamSearch
from zen_transformer.generation.constraints.form_filter import FormWriter
from zen_transformer.generation.constraints.forms import Form
from zen_transformer.generation.decoding import Generator
from zen_transformer.generation.sampling import NO_TOKEN, Sampling
from zen_transformer.inference.completions import truncate_before
from zen_transformer.inference.loading import load_gpt
from zen_transformer.inference.training_corpus import find_training_corpus
from zen_transformer.tokenizers.base import Tokenizer

SEEDS_APART = 1_000_000
"""Between two texts in a form, each of which uses a seed for each of its tries."""


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
    prompt: Positional[str] = "",
    model: Path = Path("runs/gpt"),
    samples: int | None = None,
    seed: int = 0,
    beams: int = 0,
    ending: Annotated[Ending, arg(name="")] = Ending(),
    sampling: Annotated[Sampling, arg(name="")] = Sampling(temperature=0.8, top_p=0.95),
    form: Form = Form(),
    tries: int = 32,
    rank: Literal["form", "novelty", "choices"] | None = None,
    choices: Path = Path("runs/choices.jsonl"),
    compare: bool = False,
    judge: Path | None = None,
) -> list[str]:
    """Go on with a text, as a pretrained GPT does.

    For example:

      zen-transformer generate "And the LORD said unto"
      zen-transformer generate "In the beginning" --samples 3 --temperature 1.2 --stop "\\n"
      zen-transformer generate "Blessed are the" --beams 4
      zen-transformer generate "And the sea" --form.syllables 8 6 8 6 --form.rhyme ABAB
      zen-transformer generate "Zion" --form.acrostic ZEN
      zen-transformer generate "Blessed is" --samples 16 --rank novelty --stop "\\n"
      zen-transformer generate --compare

    Args:
        prompt: the beginning.
        model: a run's folder or a folder in HuggingFace's layout.
        samples: so many texts, each with a seed of its own; 1, or 8 to rank, or 64 to compare.
        seed: of the first sample; the same seed writes the same text.
        beams: look for the likeliest text with so many beams, and draw nothing.
        form: what the text, with its prompt, has to be like; with `--rank form`, should be like.
        tries: of each line of a form; then it is said what stands in the way.
        rank: show the best first: by how nearly they keep the form, how little of them is copied
            from what was learnt from, or what is learnt from a person's choices.
        choices: the file that `zen-transformer choose` keeps those in.
        compare: write with several temperatures and top-p instead, to held-out beginnings, and draw
            quality over diversity.
        judge: the GPT whose perplexity says how good that is; triples of tokens, if not given.
    """
    count = samples if samples is not None else 64 if compare else 8 if rank else 1
    check_range("samples", count, 1)
    check_range("beams", beams, 0)
    kept_to = form.line_count and rank != "form"
    if kept_to and (beams or ending.stop):
        raise UserError("a form ends by itself and is drawn: leave --beams and --stop out")
    if compare:
        compare_ways(model, count, ending.max_new_tokens, seed, judge)
        return []
    network, tokenizer = load_gpt(model)
    ids, writer = tokenizer.text_ids(prompt), Generator(network, [tokenizer.eos_id])
    if kept_to:
        poet = FormWriter(
            model=network,
            tokenizer=tokenizer,
            form=form,
            sampling=sampling,
            max_new_tokens=min(ending.max_new_tokens, network.config.n_positions // 3),
            tries=tries,
        )
        texts = [poet.write(prompt, seed + number * SEEDS_APART) for number in range(count)]
    elif beams:
        likeliest = tokenizer.decode(_likeliest(writer, ids, beams, ending))
        texts = [prompt + truncate_before(likeliest, ending.stop)]
    elif count == 1 and rank is None:
        return [_stream(writer, tokenizer, prompt, ids, sampling, ending, seed)]
    else:
        rows = writer.generate(
            [ids] * count,
            sampling,
            max_new_tokens=ending.max_new_tokens,
            seeds=range(seed, seed + count),
        )
        texts = [prompt + truncate_before(tokenizer.decode(row), ending.stop) for row in rows]
    if rank is None:
        print("\n".join(texts))
        return texts
    known = read_choices(choices) if rank == "choices" else []
    check_tokenizer(known, tokenizer.fingerprint, choices)
    return _ranked(
        texts,
        make_scorer(
            rank, form, network, tokenizer, lambda: find_training_corpus(model).load().train, known
        ),
    )


def _ranked(texts: list[str], score: Scorer) -> list[str]:
    """The best first, each with its score."""
    scores = score(texts)
    order = best_of(texts, lambda _: scores)
    for place in order:
        print(f"{scores[place]:6.3f}  {texts[place]}")
    return [texts[place] for place in order]


def _likeliest(writer: Generator, ids: list[int], beams: int, ending: Ending) -> list[int]:
    settings = BeamSearch(
        num_beams=beams,
        max_new_tokens=ending.max_new_tokens,
        eos_token_ids=writer.end_ids,
        pad_token_id=writer.end_ids[0],
    )
    return writer.beams([ids], settings).token_ids[0, 0].tolist()


def _stream(
    writer: Generator,
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
    tokens = writer.stream([ids], sampling, max_new_tokens=ending.max_new_tokens, seeds=[seed])
    for number, (token,) in enumerate(tokens):
        sys.stdout.write(prompt if number == 0 else "")  # not before it is known that it fits
        written += [int(token)] if token != NO_TOKEN else []
        whole = tokenizer.decode(written)
        text = truncate_before(whole, ending.stop)
        safe = text.rstrip("\ufffd")
        if ending.stop and text == whole:
            safe = safe[: max(len(shown), len(safe) - len(ending.stop) + 1)]
        sys.stdout.write(safe[len(shown) :])
        sys.stdout.flush()
        shown = safe
        if text != whole:
            break
    final = truncate_before(tokenizer.decode(written), ending.stop)
    print(final[len(shown) :])
    return prompt + final
