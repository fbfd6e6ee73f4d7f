"""The same order on every machine: nobody walks over a set."""

import ast
from collections.abc import Iterable, Iterator

from tests.house.sources import Source, dotted, parsed

WALK = "the order of a set differs from process to process: walk sorted(...), or keep a dict or a tuple"
ORDER_BLIND = {"all", "any", "frozenset", "len", "max", "min", "set", "sorted", "sum"}
"""Calls to which the order of what they are given makes no difference."""

ORDERED_READERS = {"deque", "dict", "enumerate", "filter", "iter", "list", "map", "next", "reversed", "tuple", "zip"}
SET_NAMES = {"set", "frozenset", "Set", "AbstractSet", "MutableSet"}
SET_RESULTS = {"union", "intersection", "difference", "symmetric_difference"}

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def declared_sets(sources: Iterable[Source]) -> frozenset[str]:
    """Names of fields declared as sets and of functions said to return one, over many modules.

    `asks.py` says `languages: frozenset[str]`, `score.py` walks `ask.languages`: only this list brings them together.
    Names are not told apart by class, so one spelling should mean one thing.
    """
    found = set()
    for source in sources:
        for node in ast.walk(parsed(source.text)):
            if isinstance(node, ast.ClassDef):
                found |= {name for line in node.body for name in _declared(line)}
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and _says_set(node.returns):
                found.add(node.name)
    return frozenset(found)


def set_walks(path: str, text: str, declared: frozenset[str] = frozenset()) -> list[str]:
    """Places where the order of a set could become the order of something else.

    Args:
        declared: what `declared_sets` found in all modules that this one may meet.
    """
    return [
        f"{path}:{walked.lineno} walks over a set, `{ast.unparse(walked)}`; {WALK}"
        for scope, names in _scopes(parsed(text), frozenset(), declared)
        for node in _own(scope)
        for walked in _walked(node)
        if _is_set(walked, names, declared)
    ]


def _scopes(
    scope: ast.AST, outer: frozenset[str], declared: frozenset[str]
) -> Iterator[tuple[ast.AST, frozenset[str]]]:
    """Every function and the module itself, with the local names that hold sets in it."""
    names = outer
    if isinstance(scope, FUNCTIONS):
        arguments = scope.args
        everyone = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        names = (names - {one.arg for one in everyone}) | {one.arg for one in everyone if _says_set(one.annotation)}
    for node in _own(scope):
        names |= frozenset(_declared(node))
        if isinstance(node, ast.Assign) and _is_set(node.value, names, declared):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    yield scope, names
    for inner in _inner(scope):
        yield from _scopes(inner, names, declared)


def _own(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a scope in reading order, without those of the functions inside it."""
    for child in ast.iter_child_nodes(scope):
        yield child
        if not isinstance(child, FUNCTIONS):
            yield from _own(child)


def _inner(scope: ast.AST) -> Iterator[ast.AST]:
    return (node for node in _own(scope) if isinstance(node, FUNCTIONS))


def _declared(node: ast.AST) -> list[str]:
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and _says_set(node.annotation):
        return [node.target.id]
    return []


def _says_set(annotation: ast.expr | None) -> bool:
    """Whether an annotation is a set, perhaps an optional, annotated or quoted one; not a list that holds sets."""
    match annotation:
        case ast.Constant(value=str(quoted)):
            return _says_set(ast.parse(quoted, mode="eval").body)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _says_set(left) or _says_set(right)
        case ast.Subscript(value=outside, slice=inside):
            first = inside.elts[0] if isinstance(inside, ast.Tuple) else inside
            wraps = dotted(outside).split(".")[-1] in {"Annotated", "Optional", "Final", "ClassVar"}
            return _says_set(first) if wraps else _says_set(outside)
        case None:
            return False
        case _:
            return dotted(annotation).split(".")[-1] in SET_NAMES


def _walked(node: ast.AST) -> list[ast.expr]:
    """The expressions whose order this node passes on."""
    match node:
        case ast.For(iter=walked) | ast.Starred(value=walked) | ast.YieldFrom(value=walked):
            return [walked]
        case ast.ListComp(generators=parts) | ast.DictComp(generators=parts):
            return [part.iter for part in parts]
        case ast.Call(func=function, args=arguments):
            named = dotted(function).split(".")[-1] or (function.attr if isinstance(function, ast.Attribute) else "")
            passed = arguments if named in {*ORDERED_READERS, "join", "fromkeys", "extend"} else []
            lazy = [each for each in arguments if isinstance(each, ast.GeneratorExp)]
            told = [] if named in ORDER_BLIND else [part.iter for each in lazy for part in each.generators]
            popped = [function.value] if isinstance(function, ast.Attribute) and function.attr == "pop" else []
            return [*passed, *told, *popped]
    return []


def _is_set(node: ast.expr, names: frozenset[str], declared: frozenset[str]) -> bool:
    match node:
        case ast.Set() | ast.SetComp():
            return True
        case ast.Name(id=name):
            return name in names
        case ast.Attribute(attr=name):
            return name in declared
        case ast.Call(func=ast.Name(id=name)):
            return name in {"set", "frozenset"} or name in declared
        case ast.Call(func=ast.Attribute(value=value, attr=name)):
            return name in declared or (name in SET_RESULTS | {"copy"} and _is_set(value, names, declared))
        case ast.BinOp(left=left, op=ast.BitOr() | ast.BitAnd() | ast.Sub() | ast.BitXor(), right=right):
            return any(_is_set(side, names, declared) or _is_keys(side) for side in (left, right))
        case ast.IfExp(body=body, orelse=other):
            return _is_set(body, names, declared) or _is_set(other, names, declared)
        case ast.NamedExpr(value=value):
            return _is_set(value, names, declared)
    return False


def _is_keys(node: ast.expr) -> bool:
    """`a.keys() - b` is a set, though `a.keys()` keeps its order."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in {"keys", "items"}
