from typing import Any

import pytest

from schemas.codes import Vetting
from schemas.facts import Refused
from schemas.model import Place
from services.simulation.report import counts_of, is_comparable, report_on
from services.simulation.table_rows import RowSaid, TableRows
from tests.unit.board.decided import MINUTE_MS, RIVERSIDE, START_MS, Decided
from tests.unit.simulation.test_chronicle import chronicled

HERE, THERE = Place(x_m=0, y_m=0), Place(x_m=300, y_m=400)
ON_SITE: dict[str, Any] = {"remote": False, "deadline_ms": START_MS + 10 * MINUTE_MS}


def served() -> Decided:
    """One of two asks is accepted after a second, half a kilometre away."""
    asked = Decided().ask("A1", place=HERE, **ON_SITE).ask("A2", place=HERE, **ON_SITE)
    return asked.offer("O1", place=THERE, **ON_SITE).proposed().block().moved("M1", "accept")


def test_a_report_holds_the_load_against_hindsight_and_simple_policies() -> None:
    report = report_on(chronicled(served()), TableRows())

    assert {name: report[name] for name in ("asks", "offers", "proposals", "pairs", "optimum", "share")} == {
        "asks": 2,
        "offers": 1,
        "proposals": 1,
        "pairs": 1,
        "optimum": 1,
        "share": 1.0,
    }
    assert report["mean_distance_m"] == 500.0
    assert report["mean_wait_s"] == report["p95_wait_s"] == 1.0
    assert report["mean_wait_all_s"] == 300.5
    assert list(report["baselines"]) == ["nearest_at_once", "nearest_10s_rounds", "longest_waiting_first"]
    assert report["baselines"]["nearest_at_once"]["pairs"] == 1


def test_ways_are_measured_between_true_places_not_between_cells() -> None:
    rows = TableRows(
        asks={"A1": RowSaid(0, 0, 0.0, 0.0, 0.0)},
        offers={"O1": RowSaid(0, 0, 0.0, 450.5, 0.0)},
    )

    assert report_on(chronicled(served()), rows)["mean_distance_m"] == 450.5


def test_nothing_at_all_is_reported_as_nothing() -> None:
    report = report_on(chronicled(Decided()), TableRows())

    assert (report["pairs"], report["optimum"], report["share"], report["mean_wait_all_s"]) == (0, 0, None, None)


@pytest.mark.parametrize(
    "wish",
    [
        {"languages": ("uk",)},
        {"skills": ("driving",)},
        {"accessibility": ("step-free",)},
        {"quantity": 2},
        {"vetting": Vetting.basic},
        {"need": "oe:102"},
        {"reach_m": 100},
        {"place": None, "remote": True},
        {"earliest_ms": START_MS + MINUTE_MS},
    ],
)
def test_policies_that_know_place_and_time_only_are_not_asked_about_more(wish: dict[str, Any]) -> None:
    said = {"place": HERE, **ON_SITE, **wish}
    told = chronicled(Decided().ask("A1", place=HERE, **ON_SITE).ask("A2", **said).offer(place=THERE, **ON_SITE))

    assert not is_comparable(told)
    report = report_on(told, TableRows())
    assert (report["optimum"], report["share"], report["baselines"]) == (None, None, {})


@pytest.mark.parametrize("wish", [{"capacity": 2}, {"remote": True}, {"from_ms": START_MS + MINUTE_MS}])
def test_nor_about_offers_that_hold_more_than_place_and_time(wish: dict[str, Any]) -> None:
    told = chronicled(Decided().offer(**{"place": THERE, **ON_SITE, **wish}))

    assert not is_comparable(told)


def test_help_from_afar_is_a_pair_without_a_way() -> None:
    told = chronicled(Decided().ask().offer().proposed(distance_m=None).moved("M1", "accept"))

    report = report_on(told, TableRows())

    assert (report["pairs"], report["mean_distance_m"], report["mean_wait_s"]) == (1, None, 0.0)


def test_without_a_report_things_are_counted() -> None:
    assert counts_of(chronicled(served()), TableRows()) == {"asks": 2, "offers": 1, "proposals": 1, "pairs": 1}


def test_who_was_over_before_the_tick_counts_as_somebody_who_was_not_helped() -> None:
    decided = served()
    for what, about in (("ask.opened", "A9"), ("offer.opened", "O9")):
        decided.fact(Refused(community=RIVERSIDE, cause="load/x", what=what, about=about, reason="too_late"))
    rows = TableRows()
    for kind in ("ask", "offer"):
        raw = f'{{"data": {{"{kind}": "{kind[0].upper()}9", "place": {{"x_m": 0, "y_m": 0}}, "list_until_ms": {START_MS}}}}}'
        rows.note(raw.encode(), START_MS - 1_500)

    report = report_on(chronicled(decided), rows)

    assert (report["asks"], report["offers"], report["pairs"], report["optimum"]) == (3, 2, 1, 2)
    assert report["mean_wait_all_s"] == round((1 + 600 + 1.5) / 3, 3)


def test_refusals_are_counted_by_reason() -> None:
    refused = Refused(community=RIVERSIDE, cause="load/a", what="ask.opened", about="A1", reason="already_open")

    assert chronicled(Decided().fact(refused).fact(refused)).refusals == {"already_open": 2}
