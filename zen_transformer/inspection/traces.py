"""Traces: the arrays that a BERT computes on a text, by HuggingFace's names, in float64.

    hidden_states.0          after the embeddings          attentions.0      of the first block
    hidden_states.1          after the first block         …
    pooler_output            and the logits of the head, by their names

A trace comes from one of three implementations with the weights of a folder (ours in JAX, the
textbook in NumPy, HuggingFace's), or from a file that another implementation wrote: an .npz with
some of these names and the `input_ids`.
"""

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from zen_transformer.checkpoints.files import read_folder
from zen_transformer.checkpoints.names import modern_names
from zen_transformer.errors import UserError
from zen_transformer.files import read_arrays
from zen_transformer.models import bert as models
from zen_transformer.models.bert import BertModel
from zen_transformer.models.pretrained import PretrainedModel
from zen_transformer.numpy_nn.bert_encoder import bert

Batch = dict[str, np.ndarray]
Trace = dict[str, np.ndarray]


def trace_jax(folder: Path, batch: Batch) -> Trace:
    """Trace the JAX model whose class config.json names."""
    with jax.enable_x64(True):
        model = _model_class(folder).from_pretrained(folder, dtype=jnp.float64)
        run = nnx.jit(lambda model, batch: model(**batch, **ALL_OUTPUTS))
        return dict(named_arrays(jax.device_get(run(model, batch))))


ALL_OUTPUTS = {"output_hidden_states": True, "output_attentions": True}


def _model_class(folder: Path) -> type[PretrainedModel]:
    """The class that config.json names, or `BertModel` if it names no class of this package."""
    names = read_folder(folder)[0].get("architectures") or ()
    return next((getattr(models, name) for name in names if hasattr(models, name)), BertModel)


def trace_textbook(folder: Path, batch: Batch) -> Trace:
    """Trace the encoder of the textbook in NumPy, without a head."""
    with jax.enable_x64(True), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the folder may lack a pooler
        model = BertModel.from_pretrained(folder, dtype=jnp.float64)
        parameters = jax.device_get(nnx.to_pure_dict(nnx.state(model)))
    ids, mask, segments = (batch[k] for k in ("input_ids", "attention_mask", "token_type_ids"))
    positions = np.arange(ids.shape[1])[None]
    trace = dict(named_arrays(bert(parameters, ids, mask, segments, positions, model.config)))
    if model.config.pooling == "cls" and "pooler.dense.weight" not in modern_names(
        read_folder(folder)[1]
    ):
        del trace["pooler_output"]
    return trace


def trace_huggingface(folder: Path, batch: Batch) -> Trace:
    """Trace the model of `transformers` whose class config.json names.

    Raises:
        UserError: transformers or torch is not installed.
    """
    try:
        import torch
        import transformers
    except ImportError as error:
        raise UserError(
            f"huggingface:{folder} needs {error.name}: pip install 'zen-transformer[reference]'"
        ) from error
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    name = _model_class(folder).__name__
    model = getattr(transformers, name).from_pretrained(folder, attn_implementation="eager")
    tensors = {name: torch.tensor(values, dtype=torch.long) for name, values in batch.items()}
    with torch.no_grad():
        output = model.double().eval()(**tensors, **ALL_OUTPUTS)
    return {name: np.asarray(x) for name, x in named_arrays(output)}


def trace_file(path: Path) -> Trace:
    """Read the trace that another implementation wrote.

    Raises:
        UserError: no such file, not an .npz, or one with arrays of something else than numbers.
    """
    trace = read_arrays(path)
    for name, array in trace.items():
        if not (np.issubdtype(array.dtype, np.number) or array.dtype == bool):
            raise UserError(f"{path}: {name} is an array of {array.dtype}: write down numbers")
    return trace


TRACERS: dict[str, Callable[[Path, Batch], Trace]] = {
    "ours": trace_jax,
    "textbook": trace_textbook,
    "huggingface": trace_huggingface,
}


def named_arrays(output: Any) -> Iterator[tuple[str, Any]]:
    """List the arrays of a model's output in the order in which they are computed."""
    fields = output._asdict() if hasattr(output, "_asdict") else dict(output)
    for side in ("", "encoder_", "decoder_"):
        if f"{side}hidden_states" in fields:
            yield from _of_stack(fields, side)
    for last in ("last_hidden_state", "encoder_last_hidden_state"):
        fields.pop(last, None)  # the last of the hidden states
    yield from ((name, x) for name, x in fields.items() if x is not None)


def _of_stack(fields: dict[str, Any], side: str) -> Iterator[tuple[str, Any]]:
    """List the arrays of one stack, and remove them from `fields`."""
    states, attentions = fields.pop(f"{side}hidden_states"), fields.pop(f"{side}attentions")
    cross = fields.pop("cross_attentions") if side == "decoder_" else ()
    yield f"{side}hidden_states.0", states[0]
    for number, (weights, state) in enumerate(zip(attentions, states[1:], strict=True)):
        yield f"{side}attentions.{number}", weights
        if cross:
            yield f"cross_attentions.{number}", cross[number]
        yield f"{side}hidden_states.{number + 1}", state
