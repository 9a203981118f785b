"""`zen-transformer`: a Transformer from the equations up."""

import sys

from tyro.extras import SubcommandApp

from zen_transformer.errors import UserError

USER_MISTAKE = 2
INTERRUPTED = 130


def build() -> SubcommandApp:
    """The commands; options are generated from the functions and their dataclasses."""
    from zen_transformer.commands.classify import classify
    from zen_transformer.commands.evaluate import evaluate
    from zen_transformer.commands.fill_mask import fill_mask
    from zen_transformer.commands.finetune import finetune
    from zen_transformer.commands.pretrain import pretrain
    from zen_transformer.commands.quickstart import quickstart
    from zen_transformer.commands.tokenizer import train_tokenizer

    tokenizer = SubcommandApp()
    tokenizer.command(name="train")(train_tokenizer)
    app = SubcommandApp()
    app.command(quickstart)
    app.command(tokenizer, name="tokenizer")
    for command in (pretrain, finetune, evaluate, fill_mask, classify):
        app.command(command)
    return app


def main() -> None:
    """Run a command. A user's mistake is one line on standard error and exit code 2."""
    try:
        build().cli(prog="zen-transformer", description=__doc__)
    except UserError as error:
        print(f"zen-transformer: {error}", file=sys.stderr)
        sys.exit(USER_MISTAKE)
    except KeyboardInterrupt:
        print("\nzen-transformer: stopped; what was finished is kept", file=sys.stderr)
        sys.exit(INTERRUPTED)
