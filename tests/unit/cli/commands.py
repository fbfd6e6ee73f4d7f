"""The command line as its user meets it, for tests: real files, the machine's own clock, no network."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from schemas.acknowledgements import Acknowledged
from schemas.codes import Verb
from schemas.events import AnyEvent
from schemas.operations import CommunityDefined, PolicySet
from services.cli.main import app
from services.runtime.log import wall_clock
from tests.unit.embedded.riverside import AT_ONCE, HERE, ask, offer


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    exit_code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """What it said under `--json`."""
        return json.loads(self.out)


def run(*arguments: str | Path, text: str | None = None) -> Said:
    """Run a command; an error that nobody expected is raised."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], input=text, catch_exceptions=False)
    return Said(result.exit_code, result.stdout, result.stderr)


def lines(*events: tuple[str, AnyEvent]) -> str:
    """JSON Lines of events with their ids."""
    documents = ({"id": name, "data": event.model_dump(mode="json", exclude_none=True)} for name, event in events)
    return "".join(json.dumps(document) + "\n" for document in documents)


def founding() -> str:
    """A community and its policy."""
    return lines(("c", CommunityDefined(community=HERE, cell_m=10)), ("p", PolicySet(community=HERE, policy=AT_ONCE)))


def pairs(numbers: Sequence[int]) -> str:
    """An ask and an offer of each number, opened now."""
    now_ms = wall_clock()
    asks = [(f"a{number}", ask(number, now_ms)) for number in numbers]
    offers = [(f"o{number}", offer(number, now_ms)) for number in numbers]
    return lines(*asks, *offers)


def accepting(match: str, member: str) -> str:
    """An acknowledgement."""
    said = Acknowledged(community=HERE, match=match, member=member, verb=Verb.accept)
    return lines((f"accept.{match}", said))
