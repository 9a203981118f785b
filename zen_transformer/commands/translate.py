"""`zen-transformer translate`: an encoder–decoder translates a text."""

from pathlib import Path
from typing import Annotated

from tyro.conf import AvoidSubcommands, Positional, arg

from zen_transformer.commands.generation import call_with_folder, heed_folder
from zen_transformer.errors import UserError
from zen_transformer.inference.decoding import DecodingConfig
from zen_transformer.inference.loading import load_generating
from zen_transformer.inference.seq2seq import generate_target
from zen_transformer.models.encoder_decoder import EncoderDecoderForConditionalGeneration
from zen_transformer.printing import print


def command(arguments: list[str]) -> str:
    """Translate a text, or complete a saying, with an encoder–decoder."""
    return call_with_folder("translate", translate, arguments, DecodingConfig)


def translate(
    text: Annotated[str, Positional, arg(metavar="TEXT")],
    model: Path = Path("runs/translation"),
    generation: Annotated[DecodingConfig | None, arg(name=""), AvoidSubcommands] = None,
) -> str:
    """Translate a text, or complete a saying, with an encoder–decoder.

    The defaults below are those of the model's folder, where its generation_config.json or
    config.json says something about generating, and otherwise ours.

    For example:

      zen-transformer translate "And it came to pass"
      zen-transformer translate "泥菩萨过河" --model runs/xiehouyu --beams 4

    Args:
        text: the text to translate.
        model: a run's folder, one in HuggingFace's layout, or the id of a model in its cache.
        generation: how the text is generated; what the model's folder says, if not given.
    """
    generation = heed_folder(model, generation, DecodingConfig)
    network, tokenizer = load_generating(EncoderDecoderForConditionalGeneration, model)
    text = text.strip()
    if not text:
        raise UserError("the text is empty: give at least one word")
    translation = generate_target(network, tokenizer, text, generation)
    print(translation)
    return translation
