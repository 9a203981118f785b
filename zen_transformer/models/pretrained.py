"""Reading and writing models as folders in HuggingFace's layout."""

import dataclasses
import warnings
from pathlib import Path
from typing import Any, ClassVar, Self

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from zen_transformer.checkpoints.files import CONFIG, read_folder, write_folder
from zen_transformer.checkpoints.layouts import Layout
from zen_transformer.checkpoints.names import from_huggingface, to_huggingface
from zen_transformer.errors import UserError
from zen_transformer.hub import resolve_model
from zen_transformer.models.resizing import padded_size, resized


def check_dtype(dtype: Any) -> Any:
    """Return the dtype.

    Raises:
        UserError: float64 while JAX computes in float32, to which it would silently convert.
    """
    if jnp.dtype(dtype) == jnp.float64 and not jax.config.read("jax_enable_x64"):
        raise UserError(
            "float64 was asked for, but JAX computes in float32: "
            "set JAX_ENABLE_X64=1 or jax.config.update('jax_enable_x64', True) first"
        )
    return dtype


def flat_parameters(model: nnx.Module) -> dict[str, nnx.Variable]:
    """Return the parameters by dotted path, such as `bert.encoder.layers.0.attention.key.bias`."""
    return {".".join(map(str, path)): leaf for path, leaf in nnx.to_flat_state(nnx.state(model))}


def check_depth(config: Any, tensors: int, path: Path) -> None:
    """Check, before the model is built, that a file may have the blocks that its config asks for:
    each would have a tensor at least.

    Raises:
        UserError: names the field.
    """
    for name in ("n_layer", "num_hidden_layers", "encoder_layers", "decoder_layers"):
        if (depth := getattr(config, name, 0)) > tensors:
            raise UserError(
                f"{path / CONFIG}: {name} is {depth}, and the weights are {tensors} tensors in "
                "all: do the two files belong together?"
            )


def check_numbers(name: str, values: np.ndarray) -> None:
    """Check that parameters are floating-point numbers, and finite.

    Raises:
        UserError: names the tensor.
    """
    if not jnp.issubdtype(values.dtype, jnp.floating):
        raise UserError(
            f"{name} has numbers of type {values.dtype}, weights are floating-point numbers: copy "
            "the file or write it once more"
        )
    if not np.all(np.isfinite(values)):
        raise UserError(
            f"{name} has values that are infinite or not a number, from which no answer follows: "
            "copy the file once more, or take weights of before the training went wrong"
        )


class MissingParameters(UserError):
    """A checkpoint lacks a part of the model, such as its classifier."""


class PretrainedModel(nnx.Module):
    """A model that can be read and written. Subclasses are built with `(config, rngs=, dtype=)`."""

    config_class: ClassVar[Any]
    layout: ClassVar[Layout]
    config: Any

    def __init__(self, config: Any, *, rngs: nnx.Rngs, dtype: Any = jnp.float32):
        raise TypeError("build one of the models, such as BertModel")

    @classmethod
    def from_pretrained(
        cls,
        path: str | Path,
        *,
        dtype: Any = jnp.float32,
        rngs: nnx.Rngs | None = None,
        require_all: bool = False,
        **overrides: Any,
    ) -> Self:
        """Read a model from a folder with `config.json` and weights in one file or in shards.

        Args:
            path: the folder, written by `save_pretrained` of this package or of HuggingFace; or a
                model's id on the HuggingFace hub, such as "bert-base-uncased".
            dtype: of the parameters and of the computation.
            rngs: randomness of parameters that the file lacks, such as a new classifier; a
                warning names them.
            require_all: raise an error if the file lacks a parameter.
            **overrides: fields of the config to change, such as `num_labels=3`.

        Raises:
            UserError: no such folder, a damaged file or one of another model, parameters of
                another shape or with values that are no numbers, or unknown parameters.
        """
        path = resolve_model(path)
        fields, tensors = read_folder(path)
        try:
            config = cls.config_class.from_dict(fields | overrides)
        except UserError as error:
            raise UserError(f"{path / CONFIG}: {error}") from error
        config, tensors = cls.with_tensors(config, tensors, path)
        check_depth(config, len(tensors), path)
        # Only the shapes at first; values are drawn only if the file lacks some.
        model = nnx.eval_shape(lambda: cls(config, rngs=nnx.Rngs(0), dtype=dtype))
        parameters = flat_parameters(model)
        loaded = from_huggingface(tensors, set(parameters), path, cls.layout)
        for name, value in loaded.items():
            full_name = f"{path}: {to_huggingface(name, cls.layout)}"
            if value.shape != parameters[name].shape:
                raise UserError(
                    f"{full_name} has shape {value.shape}, "
                    f"the config asks for {parameters[name].shape}"
                )
            check_numbers(full_name, value)
        missing = [to_huggingface(name, cls.layout) for name in parameters if name not in loaded]
        if missing and require_all:
            raise MissingParameters(
                f"{path} is no {cls.__name__}: it does not have {', '.join(missing)}"
            )
        if missing:
            warnings.warn(
                f"{path} does not have {', '.join(missing)}: newly initialised, so train "
                "before use",
                stacklevel=2,
            )
            model = cls(config, rngs=rngs or nnx.Rngs(0), dtype=dtype)
            parameters = flat_parameters(model)
        for name, value in loaded.items():
            parameters[name].set_value(jnp.asarray(value, dtype))
        return model

    def resize_token_embeddings(
        self, new_num_tokens: int | None = None, pad_to_multiple_of: int | None = None
    ) -> None:
        """Give the model another number of tokens, as in HuggingFace (`resizing.py`): the tables
        and biases that have an entry for each token lose their last entries, or get new ones.

        Args:
            new_num_tokens: such as `tokenizer.vocab_size`; if not given, as many as there are.
            pad_to_multiple_of: of which the number of tokens is made a multiple. The surplus ids
                have no piece, and are never generated.

        Raises:
            UserError: no such number, or one too small for an id of the config, such as [PAD]'s.
        """
        tokens = self.config.vocab_size if new_num_tokens is None else new_num_tokens
        config = dataclasses.replace(
            self.config, vocab_size=padded_size(tokens, pad_to_multiple_of)
        )
        shapes = flat_parameters(nnx.eval_shape(lambda: type(self)(config, rngs=nnx.Rngs(0))))
        for name, leaf in flat_parameters(self).items():
            if leaf.shape != shapes[name].shape:
                leaf.set_value(resized(leaf[...], shapes[name].shape))
        for _, module in nnx.iter_modules(self):
            if isinstance(module, PretrainedModel):
                module.config = config

    @classmethod
    def with_tensors(
        cls, config: Any, tensors: dict[str, np.ndarray], path: Path
    ) -> tuple[Any, dict[str, np.ndarray]]:
        """Fit the config to the tensors of a file, and leave out those that are computed here.

        Args:
            config: from config.json.
            tensors: by HuggingFace's names.
            path: the folder, for error messages.
        """
        return config, tensors

    def save_pretrained(self, path: str | Path) -> None:
        """Write `config.json` and `model.safetensors`, which HuggingFace can read."""
        fields = self.config.to_dict() | {"architectures": [type(self).__name__]}
        arrays = {name: jax.device_get(leaf[...]) for name, leaf in flat_parameters(self).items()}
        write_folder(Path(path), fields, arrays, self.layout)
