"""`zen-transformer prefer`: a GPT learns from choices, and what it writes is scored."""

from typing import Any

from zen_transformer.commands.options import run_task_command


def command(arguments: list[str]) -> dict[str, Any]:
    """Teach a GPT what `choose` kept, by direct preference optimization."""
    given = ["--task", "preference", *arguments]
    if not any(one == "--model" or one.startswith("--model=") for one in arguments):
        given += ["--model", "runs/gpt"]
    return run_task_command("prefer", given, default="preference", from_model=True)
