"""HuggingFace's names of the parameters, and other properties of its files, for each family.

The path of a module is translated by `modules`, the name of the parameter in it by LEAVES.
"""

from dataclasses import dataclass, field

LEAVES = {"kernel": "weight", "scale": "weight", "table": "weight", "bias": "bias"}


@dataclass(frozen=True)
class Layout:
    """The layout of HuggingFace's files for one family of models."""

    family: str
    modules: dict[str, str]
    """Regular expressions of module paths here, with HuggingFace's names."""
    prefix: str
    """Prefix of the names of the bare model's parameters in the file of a model with a head."""
    tied: str
    """A parameter here that only a model with the tied head has, or the tied table itself."""
    outside: tuple[str, ...] = ()
    """Prefixes of parameters outside the bare model."""
    spare: tuple[str, ...] = ()
    """Prefixes of parameters that a file may have although the model lacks them."""
    buffers: tuple[str, ...] = ()
    """Suffixes of the names of buffers, which are not parameters."""
    same: tuple[str, ...] = ()
    """Parameters that have the same name here and in the file."""
    zeros: tuple[str, ...] = ()
    """Names of parameters of which a file may have more than the model: those must be 0."""
    copies: dict[str, str] = field(default_factory=dict)
    """Other names (without the prefix) of tied weights, which a file may have in addition or
    instead."""
    kernels_transposed: bool = True
    """Whether kernels, which are [in, out] here, are [out, in] in the file."""
    fused: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Linear maps that the file has concatenated along the output axis."""
    leading_rows: dict[str, int] = field(default_factory=dict)
    """Number of rows of zeros that precede a table in the file."""


BERT = Layout(
    family="BERT",
    modules={
        r"embeddings\.token": "embeddings.word_embeddings",
        r"embeddings\.position": "embeddings.position_embeddings",
        r"embeddings\.segment": "embeddings.token_type_embeddings",
        r"embeddings\.norm": "embeddings.LayerNorm",
        r"encoder\.layers\.(\d+)\.attention\.(query|key|value)": (
            r"encoder.layer.\1.attention.self.\2"
        ),
        r"encoder\.layers\.(\d+)\.attention\.output": r"encoder.layer.\1.attention.output.dense",
        r"encoder\.layers\.(\d+)\.attention_norm": r"encoder.layer.\1.attention.output.LayerNorm",
        r"encoder\.layers\.(\d+)\.feed_forward\.input": r"encoder.layer.\1.intermediate.dense",
        r"encoder\.layers\.(\d+)\.feed_forward\.output": r"encoder.layer.\1.output.dense",
        r"encoder\.layers\.(\d+)\.feed_forward_norm": r"encoder.layer.\1.output.LayerNorm",
        r"pooler\.dense": "pooler.dense",
        r"masked_lm_head\.dense": "cls.predictions.transform.dense",
        r"masked_lm_head\.norm": "cls.predictions.transform.LayerNorm",
        r"masked_lm_head": "cls.predictions",
        r"next_sentence_head": "cls.seq_relationship",
        r"classifier": "classifier",
        r"qa_outputs": "qa_outputs",
    },
    prefix="bert.",
    tied="masked_lm_head.bias",
    outside=("cls.", "classifier.", "qa_outputs."),
    spare=("cls.", "classifier.", "qa_outputs.", "pooler.", "bert.pooler."),
    buffers=("position_ids",),
    copies={
        "cls.predictions.decoder.weight": "embeddings.word_embeddings.weight",
        "cls.predictions.decoder.bias": "cls.predictions.bias",
    },
)

GPT = Layout(
    family="GPT-2",
    modules={
        r"embeddings\.token": "wte",
        r"embeddings\.position": "wpe",
        r"decoder\.layers\.(\d+)\.attention_norm": r"h.\1.ln_1",
        r"decoder\.layers\.(\d+)\.attention\.(query|key|value)": r"h.\1.attn.\2",
        r"decoder\.layers\.(\d+)\.attention\.output": r"h.\1.attn.c_proj",
        r"decoder\.layers\.(\d+)\.feed_forward_norm": r"h.\1.ln_2",
        r"decoder\.layers\.(\d+)\.feed_forward\.input": r"h.\1.mlp.c_fc",
        r"decoder\.layers\.(\d+)\.feed_forward\.output": r"h.\1.mlp.c_proj",
        r"norm": "ln_f",
    },
    prefix="transformer.",
    tied="transformer.embeddings.token.table",
    outside=("lm_head.",),
    spare=("lm_head.",),
    buffers=(".attn.bias", ".attn.masked_bias"),
    copies={"lm_head.weight": "wte.weight"},
    kernels_transposed=False,
    fused={"attn.c_attn": ("attn.query", "attn.key", "attn.value")},
)

_ATTENTION = {"query": "q_proj", "key": "k_proj", "value": "v_proj", "output": "out_proj"}


def _decoder_block(side: str) -> dict[str, str]:
    """The modules of the blocks of one side of an encoder–decoder."""
    ours, theirs = rf"{side}\.layers\.(\d+)", rf"{side}.layers.\1"
    kinds = {"attention": "self_attn", "cross_attention": "encoder_attn"}
    attentions = {
        rf"{ours}\.{kind}\.{name}": f"{theirs}.{their_kind}.{their_name}"
        for kind, their_kind in kinds.items()
        for name, their_name in _ATTENTION.items()
    }
    return attentions | {
        rf"{ours}\.attention_norm": f"{theirs}.self_attn_layer_norm",
        rf"{ours}\.cross_attention_norm": f"{theirs}.encoder_attn_layer_norm",
        rf"{ours}\.feed_forward\.input": f"{theirs}.fc1",
        rf"{ours}\.feed_forward\.output": f"{theirs}.fc2",
        rf"{ours}\.feed_forward_norm": f"{theirs}.final_layer_norm",
    }


ENCODER_DECODER = Layout(
    family="Marian or BART",
    modules={
        r"token": "model.shared",
        r"(encoder|decoder)_embeddings\.position": r"model.\1.embed_positions",
        r"(encoder|decoder)_embeddings\.norm": r"model.\1.layernorm_embedding",
        **{
            ours: f"model.{theirs}"
            for side in ("encoder", "decoder")
            for ours, theirs in _decoder_block(side).items()
        },
    },
    prefix="model.",
    tied="token.table",
    outside=("lm_head.", "final_logits_bias"),
    same=("final_logits_bias",),
    zeros=("final_logits_bias",),
    copies={
        "encoder.embed_tokens.weight": "shared.weight",
        "decoder.embed_tokens.weight": "shared.weight",
        "lm_head.weight": "shared.weight",
    },
    leading_rows={"embed_positions.weight": 2},
)
