"""Writes config-fields.md: what becomes of each field of the config.json of others.

    python docs/config_fields.py

A test compares the page with what this file makes.
"""

import dataclasses
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from zen_transformer.models import (
    bert_config,
    config_fields,
    encoder_decoder_config,
    generation_fields,
    gpt_config,
)
from zen_transformer.models.bert_config import BertConfig
from zen_transformer.models.encoder_decoder_config import EncoderDecoderConfig
from zen_transformer.models.gpt_config import GPTConfig

FILE = Path(__file__).with_name("config-fields.md")
HEAD = """# Config files of others

A model that was saved by HuggingFace's transformers, or by others in its layout, has a
`config.json`. Each of its fields is one of these:

- **honoured**: it decides what is computed, as it does there;
- **no effect**: it is read and changes nothing, neither there nor here, or only what is done
  besides computing;
- **only this value**: it would change what is computed, and here there is one value. Any other is
  refused, in one line with the file, the field and the reason.

A field that stands in none of the lists is refused by its name, since nobody knows what it would
change: if it changes nothing, take it out of the file. `tests/models/test_config_fields.py` gives
every field of HuggingFace's four classes another value and compares the outputs. `python
docs/config_fields.py` writes this page.

Where a file of Marian or BART says nothing, their own defaults count. What they do not have as a
field, `layer_norm_eps`, `positions` and `normalize_embedding`, is what it is there, whatever a
file says; a model that has it otherwise is saved with the `model_type` `zen-encoder-decoder`,
which HuggingFace does not open. Activations go by all of HuggingFace's names for them:
{activations}.

## Generating

`generate`, `translate` and `art --write` heed what a folder says about generating, as transformers
does: where there is a `generation_config.json`, it alone counts; else the fields of `config.json`,
where older files have them. They say in one line which fields count, and an option goes before the
file. A file that says a part of how the next token is chosen (`do_sample`, `num_beams`,
`temperature`, `top_k`, `top_p`, `min_p`) has HuggingFace's defaults for the other parts; what a
file leaves open otherwise, such as the number of tokens, is the default of the command. Of
`num_return_sequences` `translate` shows the best one. Beams are not drawn: `do_sample` beside
`num_beams` is refused.

The folder does not count where it would spoil what is done: `choose` and `prefer` need different
texts for one prompt, `compare-sampling` compares its own settings, and so their options alone say
how they draw.

**Honoured**: {honoured}.

| only this value | which |
|---|---|
{neutral}

**No effect**: {without_effect}.
"""


class Family(NamedTuple):
    """What reads the config.json of a family of models."""

    title: str
    config: type[Any]
    module: Any
    lacking: frozenset[str] = frozenset()
    """Fields of the dataclass that are no fields of HuggingFace's."""
    more: tuple[str, ...] = ()
    """Fields that are honoured and have another name in the dataclass."""


FAMILIES = (
    Family("BERT", BertConfig, bert_config, frozenset({"label_names", "pooling"}), ("id2label",)),
    Family("GPT-2", GPTConfig, gpt_config),
    Family(
        "Marian and BART",
        EncoderDecoderConfig,
        encoder_decoder_config,
        frozenset({"layer_norm_eps", "positions", "normalize_embedding", "logits_bias"}),
    ),
)


def page() -> str:
    """The whole page."""
    names = (*config_fields.ACTIVATION_ALIASES, *config_fields.Activation.__args__)
    neutral = "\n".join(
        f"| `{name}` | `{json.dumps(value)}` |" for name, value in generation_fields.NEUTRAL.items()
    )
    head = HEAD.format(
        activations=_listed(sorted(names)),
        honoured=_listed(sorted({*generation_fields.HONOURED, generation_fields.FORMER})),
        neutral=neutral,
        without_effect=_listed(sorted(generation_fields.WITHOUT_EFFECT)),
    )
    parts = [head]
    parts += [section(family) for family in FAMILIES]
    return "\n".join(parts)


def section(family: Family) -> str:
    """The fields of one family."""
    only = {field.name: field for field in family.module.SUPPORTED}
    honoured = [
        field.name
        for field in dataclasses.fields(family.config)
        if field.name not in family.lacking
    ] + [*family.more]
    ignored = {*config_fields.IGNORED, *family.module.IGNORED} - {*only} - {*honoured}
    rows = "\n".join(
        f"| `{name}` | `{json.dumps(field.value)}` | {field.reason} |"
        for name, field in sorted(only.items())
    )
    return f"""## {family.title}

**Honoured**: {_listed(honoured)}.

| only this value | which | why |
|---|---|---|
{rows}

**No effect**: {_listed(sorted(ignored))}.
"""


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    FILE.write_text(page(), "utf-8")
