"""zen-transformer: BERT from the equations up. Start with `zen-transformer quickstart`."""

import sys

from tyro.extras import SubcommandApp

from zen_transformer.errors import UserError

USER_MISTAKE = 2
INTERRUPTED = 130


def build(brief: bool) -> SubcommandApp:
    """The commands; their options are generated from the functions and their dataclasses.

    In the brief form, for the list of all commands, each is described by its first line.
    """
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
    for command in (quickstart, pretrain, finetune, evaluate, fill_mask, classify):
        first_line = (command.__doc__ or "").split("\n")[0]
        app.command(help=first_line if brief else None)(command)
    app.command(tokenizer, name="tokenizer", help="Vocabularies: `tokenizer train` learns one.")
    return app


def main() -> None:
    """Run a command. A user's mistake is one line on standard error and exit code 2."""
    try:
        brief = sys.argv[1:] in ([], ["-h"], ["--help"])
        build(brief).cli(prog="zen-transformer", description=__doc__)
    except UserError as error:
        print(f"zen-transformer: {error}", file=sys.stderr)
        sys.exit(USER_MISTAKE)
    except BrokenPipeError:  # as in `zen-transformer --help | head`
        sys.stderr.close()
        sys.exit(USER_MISTAKE)
    except KeyboardInterrupt:
        print("\nzen-transformer: stopped; what was finished is kept", file=sys.stderr)
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
