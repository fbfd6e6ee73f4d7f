"""Names that say what a thing is, and modules and functions that fit on a screen or two."""

import ast

from tests.house.sources import parsed

MODULE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70
"""Without the docstring. Most functions here stay under 30; this is where looking hard becomes a must."""

REFUSED_MODULES = {"utils", "util", "helpers", "helper", "common", "misc", "tools"}
REFUSED_ENDINGS = ("Manager", "Helper", "Handler", "Util", "Utils", "Base")


def vague_names(path: str, text: str) -> list[str]:
    """Modules, folders and classes whose name could mean anything."""
    found = [
        f"{path}:1 lives in `{part}`; name the thing that is in it"
        for part in path.removesuffix(".py").split("/")
        if part.strip("_") in REFUSED_MODULES
    ]
    found += [
        f"{path}:{node.lineno} names a class {node.name}; say what it owns or does (Snapshots, DeadLetters, expire)"
        for node in ast.walk(parsed(text))
        if isinstance(node, ast.ClassDef) and node.name.endswith(REFUSED_ENDINGS)
    ]
    return found


def oversized(path: str, text: str) -> list[str]:
    """Modules and functions nobody can hold in their head."""
    found = []
    lines = len(text.splitlines())
    if lines > MODULE_LINES_MAX:
        found.append(f"{path}:1 has {lines} lines, {MODULE_LINES_MAX} is the limit; split it where its nouns part")
    for node in ast.walk(parsed(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            lines = _lines(node)
            if lines > FUNCTION_LINES_MAX:
                found.append(
                    f"{path}:{node.lineno} {node.name} has {lines} lines, {FUNCTION_LINES_MAX} is the limit; "
                    "give its steps names of their own"
                )
    return found


def _lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """From `def` to the last line; a docstring is not counted, since it costs the reader nothing."""
    last = function.end_lineno or function.lineno
    first = function.body[0]
    told = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    docstring = (first.end_lineno or first.lineno) - first.lineno + 1 if told else 0
    return last - function.lineno + 1 - docstring
