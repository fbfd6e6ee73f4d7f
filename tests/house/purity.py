"""What a pure module may import and call, and what to do instead."""

import ast
from collections.abc import Callable

from tests.house.pure_modules import is_pure
from tests.house.sources import dotted, imports, parsed

CLOCK = "a core is told the time: take now_ms"
CHANCE = "a core draws nothing: compute ids from content, take a seed"
DISK = "a core opens nothing: take the text or the bytes"
NETWORK = "a core talks to nobody: return what is to be sent"
ENVIRONMENT = "a core reads no environment: take a frozen settings value"
LOGGING = "a core writes no log: return a fact or raise"
METRICS = "a core counts nothing for operators: count in the shell, from what the core returned"
STREAMS = "a core knows no stream library: take the record, return the decisions"
THREADS = "a core does one thing after the other: leave threads and loops to the shell"

REMEDIES = {
    **dict.fromkeys(("time", "datetime", "calendar", "zoneinfo", "sched", "dateutil", "pytz"), CLOCK),
    **dict.fromkeys(("random", "secrets", "numpy.random"), CHANCE),
    **dict.fromkeys(("pathlib", "io", "os.path", "shutil", "tempfile", "glob", "sqlite3", "importlib", "pickle"), DISK),
    **dict.fromkeys(("socket", "ssl", "http", "urllib", "httpx", "requests", "aiohttp", "smtplib", "select"), NETWORK),
    **dict.fromkeys(("os", "sys", "platform", "locale", "argparse", "signal", "subprocess"), ENVIRONMENT),
    **dict.fromkeys(("logging", "structlog", "warnings", "rich", "typer"), LOGGING),
    **dict.fromkeys(("prometheus_client", "opentelemetry", "statsd"), METRICS),
    **dict.fromkeys(("kafka", "aiokafka", "faust", "confluent_kafka"), STREAMS),
    **dict.fromkeys(("threading", "asyncio", "multiprocessing", "concurrent", "queue", "contextvars"), THREADS),
}

KNOWN_PURE = frozenset(
    "__future__ abc array base64 binascii bisect collections copy csv dataclasses decimal enum fractions functools "
    "graphlib hashlib heapq hmac html itertools json math numbers operator re statistics string struct textwrap tomllib types typing "
    "typing_extensions unicodedata uuid zlib annotated_types numpy orjson ortools pydantic pydantic_core".split()
)
"""Modules a core may lean on. Another one is added here only by someone who has read that it touches nothing."""

REFUSED_CALLS = {
    "open": DISK,
    "print": LOGGING,
    "input": "a core asks nobody: take it as an argument",
    "breakpoint": LOGGING,
    "eval": "a core runs no text: write the function",
    "exec": "a core runs no text: write the function",
    "__import__": "a core imports at the top, where this test can see it",
    "id": "an address differs from run to run: compare by the entity's own id",
    "hash": "hash() differs from process to process: use hashlib over a canonical form",
}

EXCUSED_CALLS = {("services/matching/seen.py", "hash")}
"""A table of its own, laid out as a dictionary is: the hash says where to look first, and what is found is compared."""

REFUSED_NAMES = {
    "uuid.uuid1": CHANCE,
    "uuid.uuid4": CHANCE,
    "numpy.random": CHANCE,
    "numpy.load": DISK,
    "numpy.save": DISK,
    "numpy.savez": DISK,
    "numpy.fromfile": DISK,
    "numpy.loadtxt": DISK,
    "numpy.genfromtxt": DISK,
}


def impure_imports(path: str, text: str) -> list[str]:
    """Imports of a clock, chance, the network, the disk and their like, or of what nobody has looked at."""
    found: dict[tuple[int, str], str] = {}
    for line, name in imports(path, text):
        root = name.split(".")[0]
        if root in {"schemas", "services"}:
            continue  # see `impure_neighbours`
        remedy = REFUSED_NAMES.get(name) or REMEDIES.get(name) or REMEDIES.get(root)
        if remedy is None and root not in KNOWN_PURE:
            remedy = "nobody has said that it touches nothing: see KNOWN_PURE in tests/house/purity.py"
        if remedy is not None:
            shown = name if name in REFUSED_NAMES or name in REMEDIES else root
            found[line, root] = f"{path}:{line} imports {shown}; {remedy}"
    return list(found.values())


def impure_calls(path: str, text: str) -> list[str]:
    """Calls and attributes that reach the world without an import of their own."""
    aliases = {"np": "numpy"} | {
        alias.asname: alias.name
        for node in ast.walk(parsed(text))
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.asname
    }
    found = []
    for node in ast.walk(parsed(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in REFUSED_CALLS:
            if (path, node.func.id) not in EXCUSED_CALLS:
                found.append(f"{path}:{node.lineno} calls {node.func.id}(); {REFUSED_CALLS[node.func.id]}")
        elif isinstance(node, ast.Attribute):
            first, _, rest = dotted(node).partition(".")
            name = f"{aliases.get(first, first)}.{rest}"
            if name in REFUSED_NAMES:
                found.append(f"{path}:{node.lineno} uses {name}; {REFUSED_NAMES[name]}")
    return found


def impure_neighbours(known: frozenset[str]) -> Callable[[str, str], list[str]]:
    """The check that a pure module leans on pure modules of ours only, so that purity holds all the way down.

    Args:
        known: the paths of all our sources; tells a module from a name inside one.
    """

    def check(path: str, text: str) -> list[str]:
        found = []
        for line, name in imports(path, text):
            where = name.replace(".", "/")
            for candidate in (f"{where}.py", f"{where}/__init__.py"):
                is_root = candidate == "services/__init__.py"  # a docstring, which every service stands below
                if candidate in known and not is_root and not is_pure(candidate):
                    found.append(
                        f"{path}:{line} imports {name}, which is not pure; move what is needed into a pure module, "
                        "or list it in tests/house/pure_modules.py and let it be judged"
                    )
        return found

    return check
