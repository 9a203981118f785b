"""`zen-transformer generate`: continue a text with a GPT."""

from pathlib import Path
from typing import Annotated, Literal

from tyro.conf import AvoidSubcommands, Positional, arg

from zen_transformer.commands.generation import call_with_folder, heed_folder
from zen_transformer.commands.standard_input import DASH, given_text
from zen_transformer.data.pipes import STANDARD_INPUT
from zen_transformer.data.preferences import check_tokenizer, read_preferences
from zen_transformer.errors import UserError
from zen_transformer.evaluation.ranking import rank_texts
from zen_transformer.evaluation.scoring import make_scorer
from zen_transformer.generation.constraints.forms import Form
from zen_transformer.inference.gpt import (
    GenerationConfig,
    generate_in_form,
    generate_texts,
    stream_text,
)
from zen_transformer.inference.loading import load_gpt
from zen_transformer.inference.training_corpus import find_training_corpus
from zen_transformer.printing import print


def command(arguments: list[str]) -> list[str]:
    """Continue a text with a pretrained GPT."""
    return call_with_folder("generate", generate, arguments, GenerationConfig)


def generate(
    prompt: Annotated[str | None, Positional, arg(metavar="[PROMPT]")] = None,
    model: Path = Path("runs/gpt"),
    generation: Annotated[GenerationConfig | None, arg(name=""), AvoidSubcommands] = None,
    form: Form = Form(),
    rank: Literal["form", "novelty", "choices"] | None = None,
    choices: Path = Path("runs/choices.jsonl"),
) -> list[str]:
    """Continue a text with a pretrained GPT.

    The defaults below are those of the model's folder, where its generation_config.json or
    config.json says something about generating, and otherwise ours.

    For example:

      zen-transformer generate "And the LORD said unto"
      zen-transformer generate "In the beginning" --samples 3 --temperature 1.2 --stop "\\n"
      zen-transformer generate "Blessed are the" --beams 4
      zen-transformer generate "And the sea" --form.syllables 8 6 8 6 --form.rhyme ABAB
      zen-transformer generate "Zion" --form.acrostic ZEN
      zen-transformer generate "Blessed is" --samples 16 --rank novelty --stop "\\n"

    Args:
        prompt: the beginning of the text; all of standard input in place of -, or if none is given.
        model: a run's folder, one in HuggingFace's layout, or the id of a model in its cache.
        generation: how the text is generated; what the model's folder says, if not given.
        form: constraints that the text, with its prompt, keeps; with `--rank form` it is only
            ranked by them.
        rank: show the best first: by how nearly they keep the form, by how little of them is copied
            from the training documents, or by a reward model trained on choices.
        choices: the file of choices that `zen-transformer choose` writes, - for standard input.
    """
    if rank == "choices" and choices == STANDARD_INPUT and prompt in (None, DASH):
        raise UserError("the choices are on standard input: give the prompt in words")
    prompt, generation = given_text(prompt), heed_folder(model, generation, GenerationConfig)
    several = min(8, generation.beams or 8)
    count = generation.samples or (several if rank else 1)
    in_form = form.line_count is not None and rank != "form"
    if in_form and (generation.beams or generation.stop):
        raise UserError(
            "a form ends by itself and is drawn: set --beams to 0, and leave --stop out"
        )
    preferences = read_preferences(choices) if rank == "choices" else []
    network, tokenizer = load_gpt(model)
    check_tokenizer(preferences, tokenizer.fingerprint, choices)
    if in_form:
        texts = generate_in_form(network, tokenizer, prompt, form, generation, count)
    elif count == 1 and rank is None and not generation.beams:
        pieces = []
        for piece in stream_text(network, tokenizer, prompt, generation):
            print(piece, end="", flush=True)
            pieces.append(piece)
        print()
        return ["".join(pieces)]
    else:
        texts = generate_texts(network, tokenizer, prompt, generation, count)
    if rank is None:
        print("\n".join(texts))
        return texts
    scorer = make_scorer(
        rank,
        form,
        network,
        tokenizer,
        lambda: find_training_corpus(model).load().train,
        preferences,
    )
    ranked = rank_texts(texts, scorer)
    for score, text in ranked:
        print(f"{score:6.3f}  {text}")
    return [text for _, text in ranked]
