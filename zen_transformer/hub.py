"""Download models of the HuggingFace hub by their id, such as `bert-base-uncased`.

`huggingface_hub` downloads the files once and caches them, so they can be used without a network
afterwards. It is an optional dependency, imported only when an id is given.
"""

import re
from pathlib import Path

from zen_transformer.errors import UserError

TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "vocab.txt",
    "vocab.json",
    "merges.txt",
    "added_tokens.json",
)
MODEL_FILES = (
    "config.json",
    "model.safetensors",
    "model-*.safetensors",
    "model.safetensors.index.json",
)
PICKLED_FILES = ("pytorch_model.bin", "pytorch_model-*.bin", "pytorch_model.bin.index.json")
"""Downloaded only if a model has no safetensors; many have both."""

ID = re.compile(r"\w[\w.-]*(/\w[\w.-]*)?", re.ASCII)


def is_model_id(path: str | Path) -> bool:
    """Whether a string can only be a model's id: a name, or an owner and a name.

    No path is sent to the hub: neither a `Path`, nor a string that begins with `.` or `/` or has
    two separators, nor one in a folder that exists.
    """
    if not isinstance(path, str) or not ID.fullmatch(path):
        return False
    return not Path(path).exists() and ("/" not in path or not Path(path).parent.exists())


def resolve_model(path: str | Path) -> Path:
    """Return the folder of a model: the path itself, or the download of an id."""
    if not is_model_id(path):
        return Path(path)
    folder = fetch(str(path), MODEL_FILES)
    return folder if any(folder.glob("*.safetensors")) else fetch(str(path), PICKLED_FILES)


def resolve_tokenizer(path: str | Path) -> Path:
    """Return the folder of a tokenizer: the path itself, or the download of an id."""
    return fetch(str(path), TOKENIZER_FILES) if is_model_id(path) else Path(path)


def cached_folder(path: Path) -> Path:
    """Return the folder of a model: the path itself or, where nothing lies there and it can be a
    model's id, that model's folder in the cache of HuggingFace, if it is there. Nothing is
    downloaded."""
    if not is_model_id(str(path)):
        return path
    try:
        from huggingface_hub import snapshot_download
    except ImportError:
        return path
    try:
        return Path(snapshot_download(str(path), local_files_only=True))
    except Exception:  # it is not in the cache, or the cache cannot be read
        return path


def fetching_hint(path: Path) -> str:
    """Say that a path was looked for as a model's id, and what fetches it; "" for what can be none,
    and for what lies where runs usually do."""
    if not is_model_id(str(path)) or path.parts[0] == "runs":
        return ""
    return (
        f", and no model of this id in HuggingFace's cache, which `hf download {path.as_posix()}` "
        "fetches"
    )


def fetch(model_id: str, files: tuple[str, ...]) -> Path:
    """Download those files of a model that match the patterns, and return their folder.

    Raises:
        UserError: `huggingface_hub` is not installed, there is no network, or no such model.
    """
    try:
        from huggingface_hub import snapshot_download
    except ImportError as error:
        raise UserError(
            f"{model_id} is no folder here. To fetch a model of this name from the HuggingFace "
            "hub: pip install huggingface_hub"
        ) from error
    try:
        return Path(snapshot_download(model_id, allow_patterns=list(files)))
    except Exception as error:  # network, disk and hub have different error types
        raise UserError(
            f"{model_id} is no folder here, and the HuggingFace hub did not give it: "
            f"{_first_line(error)}. Look at its spelling and at the network; or fetch it elsewhere "
            f"by `hf download {model_id} --local-dir FOLDER` and name that folder here"
        ) from error


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0].rstrip('. ')}" if lines else type(error).__name__
