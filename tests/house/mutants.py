"""Small lies told to a source, one at a time: each should make a test fail.

What a lifecycle or a list of rules says stands in tables of data, which the usual tools leave alone; here an entry of
a table is dropped, renamed or swapped like any other part. Annotations, decorators, imports and docstrings are not
touched, since no behaviour hangs on them.
"""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

Edited = TypeVar("Edited", bound=ast.AST)

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
}
OPPOSITES = {"any": "all", "all": "any", "min": "max", "max": "min"}


@dataclass(frozen=True)
class Mutant:
    """A source with one lie in it, where it was told, and how to tell it to a reader."""

    line: int
    words: str
    source: str


@dataclass(frozen=True)
class Lie:
    """What stands in the place of a part of the source; `words` and `line` where the part is too large to quote."""

    node: ast.expr | ast.stmt
    words: str = ""
    line: int | None = None


def mutants(source: str) -> list[Mutant]:
    """Every lie this page knows to tell about a source, in reading order."""
    found = [
        Mutant(
            lie.line or node.lineno,
            lie.words or f"`{ast.unparse(lie.node)}` for `{ast.unparse(node)}`",
            _replaced(source, node, lie.node),
        )
        for node in _alive(ast.parse(source))
        for lie in _lies(node)
    ]
    return sorted(found, key=lambda mutant: mutant.line)


def _alive(node: ast.AST) -> Iterator[ast.expr | ast.stmt]:
    """The nodes behaviour hangs on."""
    if isinstance(node, (ast.expr, ast.stmt)):
        yield node
    for field, value in ast.iter_fields(node):
        if field in {"annotation", "returns", "decorator_list", "bases"}:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_text(child):
                yield from _alive(child)


def _is_text(node: ast.AST) -> bool:
    """Docstrings and imports."""
    return isinstance(node, (ast.Import, ast.ImportFrom)) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    )


def _lies(node: ast.expr | ast.stmt) -> Iterator[Lie]:
    match node:
        case ast.Compare(ops=[first, *_]):
            for other in COMPARISONS[type(first)]:
                yield Lie(_with(node, ops=[other(), *node.ops[1:]]))
        case ast.BoolOp():
            yield Lie(_with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And()))
            yield from map(Lie, node.values)
        case ast.UnaryOp(op=ast.Not()):
            yield Lie(node.operand)
        case ast.BinOp() if type(node.op) in ARITHMETIC:
            yield Lie(_with(node, op=ARITHMETIC[type(node.op)]()))
        case ast.IfExp():
            yield Lie(node.body)
            yield Lie(node.orelse)
        case ast.If(test=test) if not isinstance(test, (ast.Compare, ast.UnaryOp)):
            yield Lie(_with(node, test=_not(test)), f"`if not {ast.unparse(test)}` for `if {ast.unparse(test)}`")
        case ast.Lambda(body=body) if isinstance(body, (ast.Name, ast.Attribute, ast.Call)):
            yield Lie(_with(node, body=_not(body)))
        case ast.Return(value=ast.expr() as value) if not (isinstance(value, ast.Constant) and value.value is None):
            yield Lie(_with(node, value=ast.Constant(None)))
        case ast.Call(func=ast.Name(id=name)) if name in OPPOSITES:
            yield Lie(_with(node, func=ast.Name(OPPOSITES[name])))
        case ast.Constant(value=value):
            yield from (Lie(ast.Constant(other)) for other in _other(value))
        case ast.Dict():
            yield from _poorer_tables(node)
        case ast.Tuple(elts=parts, ctx=ast.Load()) | ast.List(elts=parts, ctx=ast.Load()):
            yield from _poorer_rows(node, parts)


def _other(value: object) -> tuple[bool | int | str, ...]:
    if isinstance(value, bool):
        return (not value,)
    if isinstance(value, int):
        return (value + 1,)
    if isinstance(value, str):
        return (f"{value}_",)
    return ()


def _poorer_tables(node: ast.Dict) -> Iterator[Lie]:
    for index, value in enumerate(node.values):
        key = node.keys[index]
        yield Lie(
            _with(
                node,
                keys=node.keys[:index] + node.keys[index + 1 :],
                values=node.values[:index] + node.values[index + 1 :],
            ),
            f"the table without `{ast.unparse(key or value)}`",
            value.lineno,
        )


def _poorer_rows(node: ast.Tuple | ast.List, parts: list[ast.expr]) -> Iterator[Lie]:
    """Without each part; and, where the parts are made by calls, as the rows of a table are, in another order."""
    for index, part in enumerate(parts):
        lie = _with(node, elts=parts[:index] + parts[index + 1 :])
        yield Lie(lie, f"the row without `{ast.unparse(part)}`", part.lineno)
    if all(isinstance(part, ast.Call) for part in parts):
        for index, (one, two) in enumerate(pairwise(parts)):
            lie = _with(node, elts=[*parts[:index], two, one, *parts[index + 2 :]])
            yield Lie(lie, f"`{ast.unparse(two)}` before `{ast.unparse(one)}`", one.lineno)


def _not(node: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.Not(), node)


def _with(node: Edited, **fields: object) -> Edited:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _replaced(source: str, node: ast.expr | ast.stmt, lie: ast.expr | ast.stmt) -> str:
    """The source with `lie` in the place of `node`; all else stays as it was written, so lines keep their numbers.

    Column offsets of `ast` count bytes, so bytes it is.
    """
    lines = [line.encode() for line in source.splitlines(keepends=True)]
    starts = [sum(map(len, lines[:index])) for index in range(len(lines) + 1)]
    text = ast.unparse(lie)
    text = f"({text})" if isinstance(lie, ast.expr) else text.replace("\n", "\n" + " " * node.col_offset)
    start = starts[node.lineno - 1] + node.col_offset
    end = starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
    whole = source.encode()
    return (whole[:start] + text.encode() + whole[end:]).decode()
