"""Mistakes a person can make, said in one line that names the value, the limit and the way out."""


class UserError(ValueError):
    """What the user gave cannot work. The command line prints the message and exits with 2."""
