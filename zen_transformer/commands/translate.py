"""`zen-transformer translate`: an encoder–decoder translates a text."""

from pathlib import Path
from typing import Annotated

from tyro.conf import Positional, arg

from zen_transformer.errors import UserError, check_range
from zen_transformer.generation.seq2seq import Seq2SeqGenerator
from zen_transformer.inference.loading import load_generating
from zen_transformer.inference.seq2seq import generate_targets
from zen_transformer.models.encoder_decoder import EncoderDecoderForConditionalGeneration
from zen_transformer.printing import print


def translate(
    text: Annotated[str, Positional, arg(metavar="TEXT")],
    model: Path = Path("runs/translation"),
    beams: int = 1,
) -> str:
    """Translate a text, or complete a saying, with an encoder–decoder.

    For example:

      zen-transformer translate "And it came to pass"
      zen-transformer translate "泥菩萨过河" --model runs/xiehouyu --beams 4

    Args:
        text: the text to translate.
        model: a run's folder or a folder in HuggingFace's layout.
        beams: number of beams of the search for the likeliest text; 1 takes the likeliest token at
            each step.
    """
    check_range("beams", beams, 1)
    network, tokenizer = load_generating(EncoderDecoderForConditionalGeneration, model)
    text = text.strip()
    if not text:
        raise UserError("the text is empty: give at least one word")
    ids = [*tokenizer.text_ids(text), tokenizer.eos_id]
    (translation,) = generate_targets(
        Seq2SeqGenerator(network, pieces=tokenizer.vocab_size),
        [ids],
        tokenizer,
        max_new_tokens=network.config.max_position_embeddings,
        beams=beams,
    )
    print(translation)
    return translation
