"""The project's own sources as the house tests read them: a path from the root of the checkout, and a text."""

import ast
import functools
import shutil
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MADE = {".git", ".venv", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis", "htmlcov", "commonweal.egg-info"}


@dataclass(frozen=True)
class Source:
    """One file: `path` is relative to the root, with forward slashes."""

    path: str
    text: str


Check = Callable[[str, str], list[str]]


def read(*folders: str, root: Path = ROOT) -> list[Source]:
    """All Python sources below these folders of the checkout, in the order of their paths."""
    found = sorted(path for folder in folders for path in (root / folder).rglob("*.py"))
    return [Source(path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")) for path in found]


def committed(root: Path = ROOT) -> list[Source]:
    """All text files that are, or would be, in the repository. What git ignores is left out, and so are binaries."""
    found = []
    for path in _listed(root):
        try:
            found.append(Source(path, (root / path).read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue  # a picture has no host names
    return found


def _listed(root: Path) -> list[str]:
    """What git would commit; without git or its folder (an unpacked archive), everything but what tools have made."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    if shutil.which("git") and (root / ".git").exists():
        listed = subprocess.run(command, cwd=root, check=True, capture_output=True).stdout.decode()
        paths = [path for path in set(listed.split("\0")) if path]
    else:
        everything = (path.relative_to(root) for path in root.rglob("*"))
        paths = [path.as_posix() for path in everything if MADE.isdisjoint(path.parts) and path.suffix != ".pyc"]
    return sorted(path for path in paths if (root / path).is_file())


def breaches(check: Check, sources: Iterable[Source]) -> str:
    """What a check finds, one line each; empty when all is well. Meant for `assert not`."""
    return "".join(f"\n{line}" for source in sources for line in check(source.path, source.text))


@functools.cache
def parsed(text: str) -> ast.Module:
    """The syntax tree of a source; every check walks the same one and none may change it."""
    return ast.parse(text)


def dotted(node: ast.expr) -> str:
    """`np.random.default_rng` for the expression that says so; empty for what is no plain name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""


def module_name(path: str) -> str:
    """`services.matching.score` for `services/matching/score.py`, and the package for its `__init__.py`."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imports(path: str, text: str) -> list[tuple[int, str]]:
    """Every module this source imports, with its line; for `from a import b` both `a` and `a.b`, as `b` may be either.

    Relative imports are spelled out, so that nothing hides behind a dot.
    """
    package = module_name(path).split(".")
    if not path.endswith("__init__.py"):
        package = package[:-1]
    found = []
    for node in ast.walk(parsed(text)):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            before = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*before, *([node.module] if node.module else [])])
            found.append((node.lineno, base))
            found += [(node.lineno, f"{base}.{alias.name}") for alias in node.names]
    return found
