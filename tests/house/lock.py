"""What the lock and its reasons must say."""

import re

PIN = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>[^\s;\\]+)(?:\s*;\s*(?P<marker>[^\\]+?))?\s*\\?$")


def pins(lock: str) -> list[tuple[str, str, str]]:
    """Name, version and marker of everything a lock installs, in its order."""
    found = (PIN.match(line) for line in lock.splitlines())
    return [(match["name"], match["version"], match["marker"] or "") for match in found if match]


def unlocked(path: str, text: str) -> list[str]:
    """Lines that pip could resolve anew tomorrow: no exact version, or no hash to hold the file to."""
    lines = [*text.splitlines(), ""]
    found = []
    for number, line in enumerate(lines, start=1):
        if not line or line.startswith((" ", "#")):
            continue
        if PIN.match(line) is None:
            found.append(f"{path}:{number} pins no exact version, `{line}`; run `make lock`")
        elif not lines[number].strip().startswith("--hash="):
            found.append(f"{path}:{number} has no hash, `{line}`; run `make lock`")
    return found


def names(requirements: list[str]) -> list[str]:
    """Distribution names of requirements as pyproject.toml writes them: `coverage[toml]>=7.9` is coverage."""
    return [re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0].lower() for requirement in requirements]


def unreasoned(path: str, text: str, wanted: list[str]) -> list[str]:
    """Dependencies without a line of reasons, and reasons for what is no dependency.

    The page has one line each: a list item or table row that begins with the name in backquotes.
    """
    told = re.findall(r"^(?:[-*] |\| )`([a-z0-9._-]+)`", text, flags=re.MULTILINE)
    missing = [f"{path} has no line for `{name}`; say why it, and what else was considered" for name in wanted]
    return [line for line, name in zip(missing, wanted, strict=True) if name not in told] + [
        f"{path} has a line for `{name}`, which is not in pyproject.toml; delete it"
        for name in told
        if name not in wanted
    ]


def unexplained_ignores(path: str, text: str) -> list[str]:
    """Lint rules switched off in pyproject.toml without a reason beside them."""
    return [
        f"{path}:{number} switches {line.strip().strip(',')} off; say why in a few words behind it"
        for number, line in enumerate(text.splitlines(), start=1)
        if re.match(r'^    "[A-Z]+\d*",', line) and "#" not in line
    ]
