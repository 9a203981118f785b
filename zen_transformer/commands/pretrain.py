"""`zen-transformer pretrain`: a model from scratch, by any task that starts from nothing."""

from typing import Any

from zen_transformer.commands.options import run_task_command


def command(arguments: list[str]) -> dict[str, Any]:
    """Train a model from scratch: a BERT, a GPT, an encoder–decoder (--task)."""
    return run_task_command("pretrain", arguments, default="bert", from_model=False)
