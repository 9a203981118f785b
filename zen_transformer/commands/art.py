"""`zen-transformer art`: pictures of a text, from what a GPT computes while it reads it."""

from pathlib import Path
from typing import Annotated, Literal

from tyro.conf import Positional, arg

from zen_transformer.commands.generation import heed_folder
from zen_transformer.commands.standard_input import given_text
from zen_transformer.errors import check_range
from zen_transformer.generation.art.pictures import save_pictures
from zen_transformer.generation.art.reading import read
from zen_transformer.inference.gpt import GenerationConfig, generate_texts
from zen_transformer.inference.loading import load_gpt
from zen_transformer.printing import print

Picture = Literal["rosette", "stroke", "ink"]


def art(
    text: Annotated[str | None, Positional, arg(metavar="[TEXT]")] = None,
    model: Path = Path("runs/gpt"),
    output: Path = Path("runs/art"),
    pictures: tuple[Picture, ...] = ("rosette", "stroke", "ink"),
    write: int = 0,
    seed: int = 0,
) -> list[Path]:
    """Draw a text: its attention as a rosette, its states as handwriting, its surprise as ink.

    For example:

      zen-transformer art "In the beginning God created the heaven and the earth."
      zen-transformer art "And the sea" --write 40 --seed 3 --pictures rosette

    Args:
        text: the text that the model reads; all of standard input in place of -, or if none is
            given.
        model: a run's folder, one in HuggingFace's layout, or the id of a model in its cache.
        output: the folder for the SVG and PNG files.
        pictures: which ones.
        write: maximum number of tokens by which the model first continues the text, in the way
            that its folder says, if it says one.
        seed: of the continuation; the same seed gives the same picture.
    """
    check_range("write", write, 0)
    check_range("seed", seed, 0)
    text = given_text(text)
    network, tokenizer = load_gpt(model)
    if write:
        config = heed_folder(model, None, GenerationConfig, max_new_tokens=write, seed=seed)
        (text,) = generate_texts(network, tokenizer, text, config, count=1)
        print(text)
    paths = save_pictures(read(network, tokenizer, text), output, tuple(dict.fromkeys(pictures)))
    print(f"drawn in {output}: {', '.join(path.name for path in paths)}")
    return paths
