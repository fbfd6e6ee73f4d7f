"""`commonweal database`: the tables of the Kafka shell, made and checked from the command line."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.cli.main import app

RUN = CliRunner()


def test_check_says_what_to_do_and_upgrade_does_it(tmp_path: Path) -> None:
    address = ["--database", f"sqlite:///{tmp_path / 'commonweal.db'}"]

    missing = RUN.invoke(app, ["database", "check", *address])
    made = RUN.invoke(app, ["database", "upgrade", *address])
    again = RUN.invoke(app, ["database", "upgrade", *address])
    checked = RUN.invoke(app, ["database", "check", *address])

    assert (missing.exit_code, made.exit_code, again.exit_code, checked.exit_code) == (1, 0, 0, 0)
    assert "there are no tables yet; run `commonweal database upgrade`" in missing.output
    assert "brought from nothing to revision" in made.output
    assert "are this version's already" in again.output
    assert "are this version's, at revision" in checked.output


def test_the_address_may_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMMONWEAL_DATABASE_URL", f"sqlite:///{tmp_path / 'commonweal.db'}")

    assert RUN.invoke(app, ["database", "upgrade", "--json"]).exit_code == 0
    assert (tmp_path / "commonweal.db").exists()


def test_without_an_address_it_is_the_sqlite_of_the_workers_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMMONWEAL_DATA_DIR", str(tmp_path / "named"))

    assert RUN.invoke(app, ["database", "upgrade"]).exit_code == 0
    assert RUN.invoke(app, ["database", "upgrade", "--data", str(tmp_path / "typed")]).exit_code == 0
    assert sorted(path.parent.name for path in tmp_path.rglob("board.sqlite")) == ["named", "typed"]


@pytest.mark.parametrize("command", ["upgrade", "check"])
def test_an_address_that_is_none_is_refused_in_a_sentence(command: str) -> None:
    refused = RUN.invoke(app, ["database", command, "--database", "oracle://someone:hidden@somewhere"])

    assert refused.exit_code == 2
    assert "oracle is not supported, PostgreSQL and SQLite are" in refused.output
    assert "hidden" not in refused.output
