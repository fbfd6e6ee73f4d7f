"""The docstrings of fields, read from the source of a model, so that a published schema says what the code says."""

import ast
import inspect
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from textwrap import dedent
from typing import Any

from pydantic import BaseModel
from pydantic.dataclasses import is_pydantic_dataclass


def attribute_docs(model: type[Any]) -> dict[str, str]:
    """Field → the docstring that stands under it, in the model or in what it inherits from; one line each."""
    docs: dict[str, str] = {}
    for cls in reversed(model.__mro__):
        if (issubclass(cls, BaseModel) and cls is not BaseModel) or is_pydantic_dataclass(cls):
            docs |= _own_docs(cls)
    return docs


def unwrapped(text: str) -> str:
    """A docstring with its paragraphs on one line each: the line breaks of the source mean nothing."""
    paragraphs = inspect.cleandoc(text).split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


@cache
def _own_docs(cls: type[Any]) -> dict[str, str]:
    try:
        source = inspect.getsource(cls)
    except OSError:  # made by a program, as tests do: nobody wrote docstrings into it
        return {}
    body = ast.parse(dedent(source)).body[0]
    assert isinstance(body, ast.ClassDef), "the source of a class is a class"
    return dict(_documented(body.body))


def _documented(statements: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    for field, below in pairwise(statements):
        match field, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                yield name, unwrapped(text)
            case _:
                continue
