"""`zen-transformer finetune`: a pretrained model, by any task that starts from one."""

from typing import Any

from zen_transformer.commands.options import run_task_command


def command(arguments: list[str]) -> dict[str, Any]:
    """Fine-tune a pretrained model, and say what the pretraining was worth (--task)."""
    return run_task_command("finetune", arguments, default="classification", from_model=True)
