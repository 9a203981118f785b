"""`zen-transformer translate`: an encoder–decoder translates a text."""

from pathlib import Path
from typing import Annotated

from tyro.conf import AvoidSubcommands, Positional, arg

from zen_transformer.commands.generation import call_with_folder, heed_folder
from zen_transformer.commands.standard_input import given_texts
from zen_transformer.errors import UserError
from zen_transformer.inference.decoding import DecodingConfig
from zen_transformer.inference.loading import load_generating
from zen_transformer.inference.seq2seq import generate_target, target_generator
from zen_transformer.models.encoder_decoder import EncoderDecoderForConditionalGeneration
from zen_transformer.printing import print


def command(arguments: list[str]) -> list[str]:
    """Translate a text, or complete a saying, with an encoder–decoder."""
    return call_with_folder("translate", translate, arguments, DecodingConfig)


def translate(
    text: Annotated[tuple[str, ...], Positional, arg(metavar="[TEXT ...]")] = (),
    model: Path = Path("runs/translation"),
    generation: Annotated[DecodingConfig | None, arg(name=""), AvoidSubcommands] = None,
) -> list[str]:
    """Translate a text, or complete a saying, with an encoder–decoder.

    The defaults below are those of the model's folder, where its generation_config.json or
    config.json says something about generating, and otherwise ours.

    For example:

      zen-transformer translate "And it came to pass"
      zen-transformer translate "泥菩萨过河" --model runs/xiehouyu --beams 4
      zen-transformer translate < verses.txt > translated.txt

    Args:
        text: one or more texts to translate; the lines of standard input in place of -, or if none
            are given.
        model: a run's folder, one in HuggingFace's layout, or the id of a model in its cache.
        generation: how the text is generated; what the model's folder says, if not given.
    """
    generation = heed_folder(model, generation, DecodingConfig)
    network, tokenizer = load_generating(EncoderDecoderForConditionalGeneration, model)
    generator, translations = target_generator(network, tokenizer, generation), []
    for given in given_texts(text):
        try:
            if not given.text.strip():
                raise UserError("the text is empty: give at least one word")
            target = generate_target(generator, tokenizer, given.text.strip(), generation)
        except UserError as error:
            raise given.error(error) from error
        print(target, flush=True)
        translations.append(target)
    if not translations:
        raise UserError("no text: give one in quotes, or lines on standard input")
    return translations
