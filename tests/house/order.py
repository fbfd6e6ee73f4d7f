"""The same order and the same numbers on every machine: stable sorts, whole numbers only."""

import ast

from tests.house.sources import dotted, parsed

STABLE = 'say kind="stable", so that equals keep the order of their ids'
WHOLE = "cores decide in whole numbers: use //, math.isqrt, parts per million"

UNSTABLE_CUTS = {"argpartition", "partition"}
EXACT_MATH = {"ceil", "comb", "factorial", "floor", "gcd", "isqrt", "lcm", "perm", "prod", "trunc"}
"""What of `math` keeps whole numbers whole."""


def unstable_sorts(path: str, text: str) -> list[str]:
    """Sorts of numpy that may swap equals. Python's own sorts are stable."""
    found = []
    for node in ast.walk(parsed(text)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        called, on = node.func.attr, dotted(node.func.value)
        sorts = called == "argsort" or (called == "sort" and on in {"np", "numpy"})
        stable = any(
            keyword.arg == "kind" and isinstance(keyword.value, ast.Constant) and keyword.value.value == "stable"
            for keyword in node.keywords
        )
        if sorts and not stable:
            found.append(f"{path}:{node.lineno} calls {called}() as numpy likes it; {STABLE}")
        if called in UNSTABLE_CUTS and (on in {"np", "numpy"} or called == "argpartition"):
            found.append(f"{path}:{node.lineno} calls {called}(), which has no stable kind; sort, then cut")
    return found


def inexact_numbers(path: str, text: str) -> list[str]:
    """Floats where decisions fall: literals, true division, float() and the inexact part of `math`."""
    found = []
    for node in (node for node in ast.walk(parsed(text)) if isinstance(node, (ast.expr, ast.stmt))):
        what = ""
        if isinstance(node, ast.Constant) and isinstance(node.value, (float, complex)):
            what = f"holds {node.value}"
        elif isinstance(node, (ast.BinOp, ast.AugAssign)) and isinstance(node.op, ast.Div):
            what = "divides with /"
        elif isinstance(node, ast.Call) and dotted(node.func) == "float":
            what = "calls float()"
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            inexact = (node.value.id == "math" and node.attr not in EXACT_MATH) or (
                node.value.id in {"np", "numpy"} and node.attr.startswith(("float", "double", "half", "single"))
            )
            what = f"uses {dotted(node)}" if inexact else ""
        if what:
            found.append(f"{path}:{node.lineno} {what}; {WHOLE}")
    return found
