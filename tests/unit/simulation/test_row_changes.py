import orjson

from services.intake import RawEvent, Rejected, Why
from services.simulation.row_changes import RowChanges, changed

MINUTE_MS = 60_000


def row(kind: str, name: str, at_ms: int = 0, **said: int) -> RawEvent:
    return RawEvent("load", orjson.dumps({"id": name, "data": {kind: name, **said}}), f"row {name}", at_ms=at_ms)


def names(rows: list[RawEvent]) -> list[str]:
    return [orjson.loads(one.raw)["id"] for one in rows]


def test_every_third_ask_is_kept_the_first_one_first_and_every_offer() -> None:
    rows = [row("ask", "a0"), row("ask", "a1"), row("offer", "o0"), row("ask", "a2"), row("ask", "a3")]

    assert names(list(changed(rows, RowChanges(thin_asks=3)))) == ["a0", "o0", "a3"]


def test_patience_counts_from_when_each_came_and_replaces_every_end() -> None:
    rows = [row("ask", "a0", 1_000, list_until_ms=5, needed_by_ms=7), row("offer", "o0", 2_000, list_until_ms=5)]
    patient = changed(rows, RowChanges(ask_patience_ms=6 * MINUTE_MS, offer_patience_ms=4 * MINUTE_MS))

    ask, offer = (orjson.loads(one.raw)["data"] for one in patient)
    assert ask == {"ask": "a0", "list_until_ms": 1_000 + 6 * MINUTE_MS}
    assert offer == {"offer": "o0", "list_until_ms": 2_000 + 4 * MINUTE_MS}


def test_without_changes_rows_stay_as_they_are_byte_for_byte() -> None:
    rows = [row("ask", "a0", list_until_ms=5), row("offer", "o0")]

    assert list(changed(rows, RowChanges())) == rows


def test_rows_that_cannot_be_read_or_open_nothing_stay_and_are_not_counted() -> None:
    unread = RawEvent("load", b"ask,?", "row ?", refused=Rejected(Why.bad_row, "line 2: no number"))
    answer = RawEvent("load", b'{"id": "x", "data": {"match": "m"}}', "row x", at_ms=0)
    rows = [unread, answer, row("ask", "a0"), unread, row("ask", "a1"), row("ask", "a2")]

    kept = list(changed(rows, RowChanges(thin_asks=2, ask_patience_ms=9)))

    assert kept[:2] == [unread, answer]
    assert [one.refused is not None for one in kept] == [True, False, False, True, False]
