"""Whether the command line knows a command."""

from collections.abc import Sequence
from typing import Any

from typer.main import get_command

from services.cli.main import app


def exists(words: Sequence[str]) -> bool:
    """Whether these words are a whole command, with its arguments and options or without, or a group of commands."""
    command: Any = get_command(app)
    for word in words:
        if not hasattr(command, "commands"):
            return True
        if word not in command.commands:
            return False
        command = command.commands[word]
    return True
