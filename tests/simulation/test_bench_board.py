"""The board's bench, run small: its figures come from rows that were really written. How fast is not tested."""

import pytest

from services.runtime.postgres import LocalPostgres
from tests.unit.cli.commands import run


@pytest.mark.slow
def test_the_figures_are_of_rows_in_postgresql_and_in_sqlite(postgres: LocalPostgres) -> None:
    assert postgres.is_up, "or there is nothing to measure here"
    said = run("bench", "board", "--open", "200", "--events", "300", "--json")

    found = said.document
    assert said.exit_code == 0
    assert found["left_out"] is None
    assert min(found["rows_per_s"], found["facts_per_s"], found["sqlite_rows_per_s"]) > 0
    assert found["rows"] > found["facts"] > 1_000
    assert (found["open_asks"], found["events"], found["partitions"]) == (200, 300, 1)


@pytest.mark.slow
def test_it_is_told_in_three_lines(postgres: LocalPostgres) -> None:
    assert postgres.is_up
    said = run("bench", "board", "--open", "100", "--events", "100")

    assert [line.partition(":")[0] for line in said.out.splitlines()[:2]] == ["PostgreSQL", "SQLite"]
    assert "blocks in a transaction" in said.out
