"""What the schema refuses, in sentences: which field, what is wrong with it, never what it held."""

from collections.abc import Iterator
from typing import Final

from pydantic import BaseModel, ValidationError

from schemas.model import Code
from services.intake.refusals import path_of

TOLD_MAX: Final = 3
QUOTING: Final = frozenset({"union_tag_invalid"})  # pydantic's own words for these repeat the input


def sentences(error: ValidationError, *, within: tuple[str, ...] = (), skip: int = 0) -> str:
    """The first problems in one line: `$.data.member is missing; $.data.quantity: input should be …`.

    Args:
        within: the steps from the event to what was validated.
        skip: leading steps of pydantic's own location that are no field, such as a discriminator's tag.
    """
    problems = error.errors(include_input=False, include_url=False, include_context=False)
    told = [
        _sentence(problem["type"], path_of(*within, *problem["loc"][skip:]), problem["msg"])
        for problem in problems[:TOLD_MAX]
    ]
    more = len(problems) - len(told)
    return "; ".join([*told, f"and {more} more"] if more else told)


def unknown_words(event: BaseModel) -> list[str]:
    """The paths of all words from a closed list that this version does not have; they read as `unknown`."""
    if '"unknown"' not in event.model_dump_json():  # quick, and true of nearly all
        return []
    return [path_of("data", *steps) for steps in _unknown(event.model_dump())]


def _unknown(value: object) -> Iterator[tuple[object, ...]]:
    if isinstance(value, Code):
        if value.name == "unknown":
            yield ()
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from ((key, *steps) for steps in _unknown(inner))
    elif isinstance(value, tuple):
        for index, inner in enumerate(value):
            yield from ((index, *steps) for steps in _unknown(inner))


def _sentence(kind: str, path: str, message: str) -> str:
    if kind == "missing":
        return f"{path} is missing"
    if kind == "extra_forbidden":
        return f"{path} is no field of this event"
    if kind in QUOTING:
        return f"{path} does not fit the published schema"
    message = message.removeprefix("Value error, ")
    return f"{path}: {message[:1].lower()}{message[1:]}"
