"""Generated cities in which everything happens that may: fifty of them with every test run, a thousand in the long one."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from schemas.asks import AskWithdrawn
from schemas.decisions import DecisionBlock
from schemas.facts import AskMarked
from services.board import BoardWriter
from services.cli import simulate
from services.cli.refusing import Commands
from services.intake import Intake
from services.matching import Engine
from services.matching.decide import acknowledgements, events
from services.matching.grid import GridIndex
from services.simulation.seeds import run_seed

APP = typer.Typer(cls=Commands)
simulate.register(APP)
FOUND_WITHIN = range(1, 13)
"""Seeds in which every bug planted here must show."""


def run(*arguments: object) -> Result:
    return CliRunner().invoke(APP, [str(argument) for argument in arguments])


@pytest.mark.slow
@pytest.mark.parametrize("first", range(1, 51, 5))
def test_whatever_happens_in_fifty_cities_everything_holds(first: int) -> None:
    assert_all_hold(range(first, first + 5))


@pytest.mark.long
@pytest.mark.parametrize("first", range(1, 1_001, 25))
def test_whatever_happens_in_a_thousand_cities_everything_holds(first: int) -> None:
    assert_all_hold(range(first, first + 25))


def assert_all_hold(seeds: Sequence[int]) -> None:
    """One command for all of them: what does not hold is printed with what repeats it."""
    done = run("--seeds", f"{seeds[0]}..{seeds[-1]}")
    assert done.exit_code == 0, done.output
    assert f"{len(seeds)} seeds lived through, 0 in which something does not hold" in done.stdout


@pytest.mark.slow
def test_a_seed_is_one_city_however_often_and_in_whichever_process_it_is_lived_through() -> None:
    alone = [run_seed(seed) for seed in (11, 12)]
    side_by_side = json.loads(run("--seeds", "11..12", "--jobs", 2, "--json").stdout)

    assert [one["state_hash"] for one in side_by_side["outcomes"]] == [one.state_hash for one in alone]
    assert [one["crashes"] for one in side_by_side["outcomes"]] == [one.crashes for one in alone]
    assert alone[0].state_hash != alone[1].state_hash


@dataclass(frozen=True)
class Bug:
    """Something broken on purpose, and words of the sentence that must find it."""

    owner: Any
    name: str
    broken: Callable[[Any], Any]
    """What was there → what stands there instead."""
    found_by: str


def forgets_an_answer(decide: Any) -> Any:
    return {**decide, AskWithdrawn: lambda *_: []}


def looks_at_one_fewer(look: Any) -> Any:
    return lambda *args, **kwargs: look(*args, **kwargs)[1:]


def loses_what_it_was_folding(fold: Any) -> Any:
    """Recovery leaves out the last fact of a long block."""

    def folded(engine: Engine, block: DecisionBlock, written: bytes) -> None:
        fold(engine, block.model_copy(update={"facts": block.facts[:4]}), written)

    return folded


def forgets_where_it_was(end: Any) -> Any:
    """Intake takes the last record it took once more, whenever it starts anew."""

    def restored(intake: Intake, partition: int, next_offset: int) -> Any:
        found = end(intake, partition, next_offset)
        return type(found)(found.next_offset, {topic: last - 1 for topic, last in found.taken.items()}, found.stamp_ms)

    return restored


def hears_answers_that_came_too_late(answers: Any) -> Any:
    """Both engines do, so neither gives the other away; the auditor reads by itself when a proposal expires."""
    return ()


def leaves_marks_out(apply_all: Any) -> Any:
    """The board, as it goes on, does not show what coordinators mark."""

    def without_marks(block: DecisionBlock) -> DecisionBlock:
        return block.model_copy(update={"facts": tuple(one for one in block.facts if not isinstance(one, AskMarked))})

    def applied(writer: BoardWriter, partition: int, blocks: Sequence[DecisionBlock]) -> Any:
        return apply_all(writer, partition, map(without_marks, blocks))

    return applied


BUGS = {
    "an event is not answered": Bug(events, "DECIDE", forgets_an_answer, "was answered 0 times"),
    "the grid overlooks who waited": Bug(GridIndex, "waiting_for", looks_at_one_fewer, "by the naive engine"),
    "recovery folds too little": Bug(Engine, "fold", loses_what_it_was_folding, "a bug stopped it"),
    "intake takes an event twice": Bug(Intake, "_restored", forgets_where_it_was, "and journalled 2 times"),
    "answers count that came too late": Bug(
        acknowledgements, "BEFORE_ACCEPTANCE", hears_answers_that_came_too_late, "rule in_time is broken"
    ),
    "the board leaves facts out": Bug(BoardWriter, "apply_all", leaves_marks_out, "the board is not what"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", BUGS)
def test_a_bug_is_found_and_the_command_that_repeats_it_is_printed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bug = BUGS[name]
    monkeypatch.setattr(bug.owner, bug.name, bug.broken(getattr(bug.owner, bug.name)))

    for seed in FOUND_WITHIN:
        done = run("--seeds", f"{seed}..{seed}")
        if done.exit_code == 0:
            continue
        assert done.exit_code == 1
        assert bug.found_by in done.stdout
        assert f"again: commonweal simulate --seeds {seed}..{seed}" in done.stdout
        return
    pytest.fail(f"no seed up to {FOUND_WITHIN[-1]} found it")


@pytest.mark.parametrize("seeds", ["7..3", "a..b", "1..", ""])
def test_seeds_that_are_no_range_are_refused(seeds: str) -> None:
    done = run("--seeds", seeds)

    assert done.exit_code == 2
    assert "give two numbers such as 1..50" in done.stderr
