"""What the README tells people to type.

Commands stand in fenced blocks marked `console`, behind `$ `; what they print stands below them. Lines ending in a
backslash go on in the next.
"""

import ast
import re
from pathlib import Path

OURS = ("commonweal", "make")
SHELL_NAMES = {"", "bash", "sh", "shell", "text", "zsh"}
FENCE = re.compile(r"^```(?P<kind>\w*)[^\n]*\n(?P<inside>.*?)^```", flags=re.MULTILINE | re.DOTALL)


def commands(text: str) -> list[tuple[int, str]]:
    """Our own commands in `console` blocks, with their lines."""
    found = []
    for fence in FENCE.finditer(text):
        if fence["kind"] != "console":
            continue
        first = text.count("\n", 0, fence.start("inside")) + 1
        joined = re.sub(r"\\\n\s*", lambda match: " " + "\0" * match[0].count("\n"), fence["inside"])
        line = first
        for row in joined.split("\n"):
            words = row.replace("\0", "").split()
            if words[:1] == ["$"] and words[1:] and words[1] in OURS:
                found.append((line, " ".join(words[1:])))
            line += 1 + row.count("\0")
    return found


def example(text: str, name: str) -> str:
    """What a file that the page names holds: the `json` block that follows the first "`NAME` holds".

    Raises:
        LookupError: the page shows no such file.
    """
    _, named, rest = text.partition(f"`{name}` holds")
    found = (
        next((fence["inside"] for fence in FENCE.finditer(rest) if fence["kind"] == "json"), None) if named else None
    )
    if found is None:
        raise LookupError(f"nothing shows what {name} holds; say `{name}` holds …, and show it in a `json` block")
    return found


def unmarked(path: str, text: str) -> list[str]:
    """Blocks that show our commands under another name, where no test would find them."""
    found = []
    for fence in FENCE.finditer(text):
        shows = re.search(rf"^(?:\$ )?(?:{'|'.join(OURS)})\b", fence["inside"], flags=re.MULTILINE)
        if fence["kind"] in SHELL_NAMES and shows:
            line = text.count("\n", 0, fence.start()) + 1
            found.append(
                f"{path}:{line} shows a command outside a `console` block; mark it ```console, begin it with $"
            )
    return found


def unrun(path: str, text: str, run_by: dict[str, str]) -> list[str]:
    """Commands that no test runs, and tests listed for commands that are no longer shown."""
    shown = commands(text)
    found = [
        f"{path}:{line} shows `{command}`, which no test runs; add it to tests/house/readme_commands.py"
        for line, command in shown
        if command not in run_by
    ]
    gone = [command for command in run_by if command not in {command for _, command in shown}]
    return found + [
        f"{path} no longer shows `{command}`; take it out of tests/house/readme_commands.py" for command in gone
    ]


def missing_runners(root: Path, run_by: dict[str, str]) -> list[str]:
    """Tests and scripts that are said to run a command and do not exist, or do not name it."""
    found = []
    for command, runner in run_by.items():
        path, _, name = runner.partition("::")
        text = (root / path).read_text(encoding="utf-8") if (root / path).is_file() else None
        if text is None:
            found.append(f"`{command}` is run by {path}, which is not there")
        elif name and name not in _tests(text):
            found.append(f"`{command}` is run by {name}, which is not in {path}")
        elif not name and not re.search(rf"^{re.escape(command)}$", text, flags=re.MULTILINE):
            found.append(f"`{command}` is run by {path}, which does not call it")
    return found


def _tests(text: str) -> set[str]:
    return {
        node.name for node in ast.walk(ast.parse(text)) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }
