"""`zen-transformer presets`: what the presets train, and how much there is to compute."""

from rich.table import Table
from rich.text import Text

from zen_transformer.commands.console import VisibleConsole
from zen_transformer.errors import check_range
from zen_transformer.presets.reader import preset_names, read_preset
from zen_transformer.printing import print
from zen_transformer.tasks.registry import load_preset, preset_task, task_class

UNITS = (("years", 365.25 * 86400), ("days", 86400), ("hours", 3600), ("minutes", 60))


def presets(rate: float = 50.0) -> None:
    """List the presets: what each trains, how much there is to compute, and how long that takes.

    Counted are the matrix products of the pretraining, padding included; fine-tuning comes on top,
    in quickstart 18 TFLOP. `quickstart` and `pretrain` take a preset by --preset, or a .toml file
    of your own.

    For example:

      zen-transformer presets
      zen-transformer presets --rate 25000

    Args:
        rate: GFLOP that the machine computes in a second of training: 50 is what two CPU cores do,
            25,000 is an accelerator; `quickstart` measures it before it begins.
    """
    check_range("rate", rate, 1e-3)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("preset", "task"):
        table.add_column(column, no_wrap=True)
    for column in ("TFLOP", f"at {rate:,.4g} GFLOP/s"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("what it trains", overflow="fold")
    for name in sorted(preset_names(), key=work_of):
        files, flops = read_preset(name), work_of(name)
        about = next((file.about for file in files if file.about), "")
        cells = name, preset_task(files), tflop(flops), duration(flops / rate / 1e9), about
        table.add_row(*map(Text, cells))
    VisibleConsole().print_table(table)
    print("--preset NAME takes one; --preset FILE.toml one of your own")


def work_of(name: str) -> float:
    """FLOPs of the pretraining of a preset."""
    task = task_class(preset_task(read_preset(name)))
    return task.flops(load_preset(name)) or 0.0


def tflop(flops: float) -> str:
    """FLOPs in TFLOP, with three digits."""
    number = flops / 1e12
    return f"{number:.1f}" if number < 100 else f"{float(f'{number:.3g}'):,.0f}"


def duration(seconds: float) -> str:
    """Seconds in the largest unit of which there are two or more, roughly."""
    name, size = next((unit for unit in UNITS if seconds >= 2 * unit[1]), UNITS[-1])
    number = float(f"{max(1, seconds / size):.2g}")
    return f"{number:,.0f} {name if round(number) != 1 else name.removesuffix('s')}"
