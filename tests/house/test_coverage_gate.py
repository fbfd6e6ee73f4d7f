"""The promise on coverage is kept over all pure modules, and over them alone."""

from typing import Any

from tests.house.coverage_gate import Coverage, pure_coverage, together, verdict


def report(**files: tuple[int, int, int, int]) -> dict[str, Any]:
    """A report of coverage.py: for each module its lines, those covered, its branches, those covered."""
    keys = ("num_statements", "covered_lines", "num_branches", "covered_branches")
    return {
        "files": {
            name.replace("__", "/") + ".py": {"summary": dict(zip(keys, numbers, strict=True))}
            for name, numbers in files.items()
        }
    }


def test_only_pure_modules_count() -> None:
    found = pure_coverage(report(services__matching__score=(10, 9, 4, 4), services__matching__agent=(50, 0, 9, 0)))
    assert found == {"services/matching/score.py": Coverage(10, 9, 4, 4)}


def test_modules_weigh_as_much_as_they_are_long() -> None:
    whole = together([Coverage(90, 90, 10, 10), Coverage(10, 0, 10, 0)])
    assert (whole.percent, whole.branch_percent) == (100 * 100 / 120, 50)


def test_the_promise_is_kept_at_the_least_that_was_wanted() -> None:
    told, kept = verdict({"schemas/asks.py": Coverage(80, 76, 20, 19)})
    assert kept
    assert told[-1] == (
        "pure modules: 95.00 % of lines and branches, 95.00 % of branches, in 1 modules; wanted 95 % of both"
    )


def test_branches_left_out_break_the_promise_however_many_lines_are_covered() -> None:
    told, kept = verdict({"schemas/asks.py": Coverage(1_000, 1_000, 20, 18)})
    assert not kept
    assert "schemas/asks.py" in told[0]
    assert told[-1].startswith("test what is missing above")


def test_a_run_that_measured_nothing_breaks_the_promise() -> None:
    told, kept = verdict({})
    assert not kept
    assert "run the tests with --cov first" in told[0]
