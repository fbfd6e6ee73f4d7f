"""What the README tells people to type is run by a test."""

from pathlib import Path

import pytest

from tests.house.readme import commands, example, missing_runners, unmarked, unrun
from tests.house.readme_commands import RUN_BY
from tests.house.sources import ROOT

README = ROOT / "README.md"


def test_every_command_the_readme_shows_is_run() -> None:
    text = README.read_text(encoding="utf-8")
    found = unmarked("README.md", text) + unrun("README.md", text, RUN_BY)
    assert not found, "\n".join(found)


def test_what_is_said_to_run_a_command_exists() -> None:
    found = missing_runners(ROOT, RUN_BY)
    assert not found, "\n".join(found)


PAGE = """
```console
$ make demo
helped 812 of 840
$ commonweal load hour.csv \\
    --json
$ ls
$ commonweal status
```
"""


def test_commands_are_read_with_their_lines_and_continuations() -> None:
    assert commands(PAGE) == [(3, "make demo"), (5, "commonweal load hour.csv --json"), (8, "commonweal status")]


def test_a_command_that_no_test_runs_is_named() -> None:
    run_by = {"make demo": ".ci/run", "commonweal status": ".ci/run", "make bench": ".ci/run"}
    assert unrun("README.md", PAGE, run_by) == [
        "README.md:5 shows `commonweal load hour.csv --json`, which no test runs; add it to "
        "tests/house/readme_commands.py",
        "README.md no longer shows `make bench`; take it out of tests/house/readme_commands.py",
    ]


@pytest.mark.parametrize("block", ["```sh\nmake test\n```", "```\n$ commonweal up\n```", "```bash\ncommonweal up\n```"])
def test_a_command_outside_a_console_block_is_named(block: str) -> None:
    (found,) = unmarked("README.md", f"\n{block}\n")
    assert found.startswith("README.md:2 shows a command outside a `console` block; mark it ```console")


def test_a_file_is_shown_where_the_page_says_what_it_holds() -> None:
    page = '```json\n{"not": "it"}\n```\n`events.jsonl` holds:\n\n```json\n{"id": "c1"}\n```\n'

    assert example(page, "events.jsonl") == '{"id": "c1"}\n'
    with pytest.raises(LookupError, match=r"nothing shows what asks\.jsonl holds"):
        example(page, "asks.jsonl")


def test_other_blocks_are_left_alone() -> None:
    assert unmarked("README.md", '```python\nmake = 1\n```\n```json\n{"commonweal": 1}\n```\n') == []


def test_a_runner_that_is_not_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("def test_up() -> None: ...\n")
    (tmp_path / "run").write_text("make test\n")
    run_by = {"a": "test_gone.py::test_a", "b": "test_it.py::test_b", "make check": "run", "make test": "run"}
    assert missing_runners(tmp_path, {**run_by, "commonweal up": "test_it.py::test_up"}) == [
        "`a` is run by test_gone.py, which is not there",
        "`b` is run by test_b, which is not in test_it.py",
        "`make check` is run by run, which does not call it",
    ]
