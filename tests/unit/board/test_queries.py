"""What the board answers."""

from pathlib import Path

import pytest

from schemas.codes import EndedHow, MatchStatus, Reason, Urgency, Vetting
from schemas.facts import MemberGone, Refused
from schemas.states import AskRow, AskStatus, OfferStatus
from services.board import (
    PAGE_ROWS_MAX,
    BadCursor,
    Board,
    BoardReader,
    BoardWriter,
    answers,
    ask_counts,
    ask_view,
    communities,
    coordinator_queue,
    find,
    match_counts,
    match_view,
    match_views_of_ask,
    member_view,
    offer_counts,
    offer_view,
    offers,
    queue_counts,
    summary,
    timeline,
    waiting_asks,
)
from services.board.views import QueueWhy
from tests.unit.board.boards import Boards
from tests.unit.board.decided import DAY_MS, RIVERSIDE, START_MS, WHY, Decided


def all_pages(board: Board, **asked: object) -> list[AskRow]:
    rows: list[AskRow] = []
    after: str | None = None
    while True:
        page = waiting_asks(board, after=after, **asked)  # type: ignore[arg-type]
        rows += page.rows
        if page.next is None:
            return rows
        after = page.next


def test_waiting_asks_come_oldest_first_and_page_by_page(board_of: Boards) -> None:
    decided = Decided()
    for number in range(7):
        decided.ask(f"A{number}", opened_ms=START_MS + (number * 3) % 7 * 1_000)
    board = board_of(decided)
    expected = ["A0", "A5", "A3", "A1", "A6", "A4", "A2"]
    for limit in (1, 2, 3, 7, 50):
        assert [row.ask for row in all_pages(board, limit=limit)] == expected


def test_waiting_asks_come_most_urgent_first_and_then_oldest(board_of: Boards) -> None:
    decided = Decided()
    for number, urgency in enumerate(["low", "critical", "normal", "high", "critical", "unknown"]):
        decided.ask(f"A{number}", urgency=Urgency(urgency), opened_ms=START_MS + 5_000 - number * 1_000)
    board = board_of(decided)
    for limit in (1, 4, 50):
        found = [row.ask for row in all_pages(board, order="urgency", limit=limit)]
        assert found == ["A4", "A1", "A3", "A5", "A2", "A0"]


def test_only_asks_that_wait_are_waiting(board_of: Boards) -> None:
    decided = Decided().ask("A1").ask("A2").ask("A3").ask("A4").ask("A5").offer("O2").offer("O3")
    decided.proposed("M2", "A2", "O2").proposed("M3", "A3", "O3").moved("M3", "accept").held("A4").ended("A5")
    assert [(row.ask, row.status) for row in waiting_asks(board_of(decided)).rows] == [
        ("A1", AskStatus.waiting),
        ("A2", AskStatus.proposed),
    ]


def test_a_list_can_be_of_one_community(board_of: Boards) -> None:
    board = board_of(Decided("riverside").defined().ask("A1").offer(), Decided("hillside").defined().ask("A1").offer())
    assert [row.community for row in waiting_asks(board).rows] == ["hillside", "riverside"]
    for order in ("age", "urgency"):
        assert [row.community for row in all_pages(board, order=order, community="hillside")] == ["hillside"]
    assert [row.community for row in offers(board, community="riverside").rows] == ["riverside"]
    assert ask_counts(board, community="riverside")[AskStatus.waiting] == 1
    assert summary(board, community="nowhere").asks_open == 0


def test_a_page_goes_on_where_it_stopped_though_rows_came_and_went(tmp_path: Path) -> None:
    path = tmp_path / "board.db"
    decided = Decided().ask("A1").ask("A2").ask("A3").block()
    with BoardWriter(path) as writer:
        writer.apply_all(0, decided.blocks)
        with BoardReader(path) as board:
            first = waiting_asks(board, limit=2)
            decided.ended("A2").ask("A0", opened_ms=START_MS - 1).ask("A4").block()
            writer.apply_all(0, decided.blocks)
            second = waiting_asks(board, after=first.next, limit=2)
    assert [row.ask for row in first.rows + second.rows] == ["A1", "A2", "A3", "A4"]
    assert second.next is None


def test_a_cursor_of_another_list_is_refused(board_of: Boards) -> None:
    board = board_of(Decided().ask("A1").ask("A2"))
    after = waiting_asks(board, limit=1).next
    for refuse in (
        lambda: waiting_asks(board, order="urgency", after=after),
        lambda: offers(board, after=after),
        lambda: coordinator_queue(board, after=after),
        lambda: timeline(board, "ask", RIVERSIDE, "A1", after=after),
    ):
        with pytest.raises(BadCursor):
            refuse()


def test_an_ask_is_told_with_all_that_was_asked_for_and_its_matches(board_of: Boards) -> None:
    decided = Decided().ask(quantity=2, languages=("de",)).offer("O1").offer("O2").escalated().block()
    decided.proposed("M1").block().proposed("M2", offer="O2", attempt=2).moved("M2", "accept").moved("M1", "decline")
    view = ask_view(board_of(decided), RIVERSIDE, "A1")
    assert view is not None
    assert (view.row.status, view.row.units_held, view.row.proposals_made) == (AskStatus.waiting, 1, 2)
    assert (view.row.escalated, view.escalated_ms) == (True, START_MS)
    assert (view.row.first_proposed_ms, view.row.first_accepted_ms) == (START_MS + 1_000, START_MS + 2_000)
    assert view.spec.languages == ("de",)
    assert [(match.match, match.status) for match in view.matches] == [
        ("M1", MatchStatus.declined),
        ("M2", MatchStatus.accepted),
    ]
    assert (view.ended, view.ended_ms, view.held_ms) == (None, None, None)


def test_an_ended_ask_says_how_and_where_it_went(board_of: Boards) -> None:
    view = ask_view(board_of(Decided().ask().ended("A1", EndedHow.referred, to_community="hillside")), RIVERSIDE, "A1")
    assert view is not None
    assert (view.ended, view.ended_ms, view.to_community) == (EndedHow.referred, START_MS, "hillside")


def test_what_is_not_there_is_none(board_of: Boards) -> None:
    board = board_of(Decided().ask().offer().proposed())
    assert ask_view(board, "hillside", "A1") is None
    assert ask_view(board, RIVERSIDE, "A2") is None
    assert offer_view(board, RIVERSIDE, "O2") is None
    assert match_view(board, RIVERSIDE, "M2") is None
    assert member_view(board, RIVERSIDE, "nobody") is None
    assert timeline(board, "ask", RIVERSIDE, "A2").rows == ()
    assert answers(board, "door/unheard") == ()
    assert find(board, "A2") == ()


def test_a_match_is_told_with_why_it_was_proposed(board_of: Boards) -> None:
    decided = Decided().ask().offer().proposed(attempt=4, chance_ppm=900_000, distance_m=None)
    decided.moved("M1", "decline", reason=Reason.busy)
    board = board_of(decided)
    view = match_view(board, RIVERSIDE, "M1")
    assert view is not None
    assert (view.attempt, view.chance_ppm, view.explanation) == (4, 900_000, WHY)
    assert (view.row.status, view.row.reason, view.row.distance_m) == (MatchStatus.declined, Reason.busy, None)
    assert match_views_of_ask(board, RIVERSIDE, "A1") == (view,)


def test_offers_come_oldest_first_and_by_status(board_of: Boards) -> None:
    decided = Decided().ask().offer("O1", opened_ms=START_MS + 9).offer("O2").offer("O3").paused("O3")
    board = board_of(decided.proposed("M1", offer="O2").moved("M1", "accept"))
    assert [row.offer for row in offers(board).rows] == ["O2", "O3", "O1"]
    first = offers(board, limit=2)
    assert [row.offer for row in offers(board, after=first.next, limit=2).rows] == ["O1"]
    assert [row.offer for row in offers(board, status=OfferStatus.paused).rows] == ["O3"]
    view = offer_view(board, RIVERSIDE, "O2")
    assert view is not None
    assert (view.row.status, view.row.units_held, view.spec.radius_m) == (OfferStatus.taken, 1, 2_000)
    assert [match.match for match in view.matches] == ["M1"]
    assert (view.ended, view.ended_ms) == (None, None)


def test_a_members_load_counts_all_times_and_what_was_asked_lately(board_of: Boards) -> None:
    decided = Decided().defined().member("B", vetting=Vetting.checked).ask("A1").ask("A2").ask("A3").ask("A4").ask("A5")
    decided.offer("O1", member="B", capacity=9)
    for number, wait_ms in enumerate((8 * DAY_MS, 2 * DAY_MS, DAY_MS, 1), start=1):
        decided.proposed(f"M{number}", f"A{number}", offerer="B").block(after_ms=wait_ms)
    decided.proposed("M5", "A5", offerer="B")
    decided.moved("M1", "expire").moved("M2", "decline").moved("M3", "accept", "complete").moved("M4", "accept")
    view = member_view(board_of(decided), RIVERSIDE, "B")
    assert view is not None
    assert view.load.model_dump() == {
        "open_proposals": 1,
        "active": 1,
        "asked": 5,
        "accepted": 2,
        "declined": 1,
        "silent": 1,
    }
    assert (view.asked_day, view.asked_week) == (2, 4)
    assert view.fields is not None
    assert (view.fields.vetting, view.gone, view.suspended) == ("checked", False, False)


def test_somebody_who_never_joined_has_a_load_and_no_fields(board_of: Boards) -> None:
    view = member_view(board_of(Decided().ask().offer().proposed()), RIVERSIDE, "offerer-O1")
    assert view is not None
    assert (view.fields, view.load.asked) == (None, 1)


def test_a_community_is_told_with_the_policy_that_decides(board_of: Boards) -> None:
    decided = Decided().defined("near").block().defined("reach")
    bare = Decided("hillside").defined()
    bare.facts = bare.facts[:1]
    hillside, riverside = communities(board_of(decided, bare))
    assert (hillside.community, hillside.partition, hillside.policy) == ("hillside", 1, None)
    assert riverside.policy is not None
    assert (riverside.policy.name, riverside.definition.cell_m) == ("reach", 250)


def test_every_status_is_counted(board_of: Boards) -> None:
    decided = Decided().ask("A1").ask("A2").offer("O1").offer("O2").paused("O2").proposed()
    board = board_of(decided)
    assert {status: count for status, count in ask_counts(board).items() if count} == {"waiting": 1, "proposed": 1}
    assert {status: count for status, count in offer_counts(board).items() if count} == {"open": 1, "paused": 1}
    assert {status: count for status, count in match_counts(board).items() if count} == {"proposed": 1}
    assert set(match_counts(board)) == set(MatchStatus)


def test_a_timeline_tells_the_facts_of_one_subject_in_the_order_of_the_log(board_of: Boards) -> None:
    decided = Decided().ask("A1").ask("A2").offer().block().proposed().block().moved("M1", "accept").thanked("M1")
    board = board_of(decided)
    of_ask = timeline(board, "ask", RIVERSIDE, "A1").rows
    assert [fact.kind for fact in of_ask] == ["ask.listed", "match.proposed", "match.moved", "match.thanked"]
    assert [(fact.source, fact.position) for fact in of_ask] == [(0, 0), (1, 0), (2, 0), (2, 1)]
    assert {fact.offer for fact in of_ask[1:]} == {"O1"}
    assert timeline(board, "match", RIVERSIDE, "M1").rows == of_ask[1:]
    helper = timeline(board, "member", RIVERSIDE, "offerer-O1").rows
    assert [fact.kind for fact in helper] == ["offer.listed", "match.proposed", "match.moved", "match.thanked"]
    assert of_ask[2].detail == {"at_ms": START_MS + 2_000, "by": "offerer", "move": "accept", "to": "accepted"}
    assert of_ask[2].at_ms == START_MS + 2_000


def test_a_timeline_is_bounded_and_goes_on(board_of: Boards) -> None:
    decided = Decided().ask()
    for number in range(PAGE_ROWS_MAX + 20):
        decided.held(is_on=number % 2 == 0)
    board = board_of(decided)
    first = timeline(board, "ask", RIVERSIDE, "A1", limit=10_000)
    second = timeline(board, "ask", RIVERSIDE, "A1", after=first.next)
    assert (len(first.rows), len(second.rows), second.next) == (PAGE_ROWS_MAX, 21, None)


def test_an_event_is_answered_by_what_it_caused(board_of: Boards) -> None:
    decided = Decided().ask().offer().proposed().block().moved("M1", "accept").block()
    refusal = Refused(
        community=RIVERSIDE, cause="door/late", what="match.acknowledged", about="M1", reason="not_proposed"
    )
    board = board_of(decided.fact(refusal))
    (accepted,) = answers(board, "door/M1-accept")
    assert (accepted.kind, accepted.detail["to"]) == ("match.moved", "accepted")
    (late,) = answers(board, "door/late")
    assert (late.match, late.detail) == ("M1", {"reason": "not_proposed", "what": "match.acknowledged"})


def test_the_queue_holds_what_needs_a_coordinator_gravest_first(board_of: Boards) -> None:
    decided = Decided()
    for number in range(1, 6):
        decided.ask(f"A{number}").offer(f"O{number}").proposed(f"M{number}", f"A{number}", f"O{number}")
    decided.ask("A6").ask("A7").ask("A8").block()
    decided.moved("M1", "accept", "lapse").moved("M2", "accept", "complete", "dispute").moved("M3", "accept", "report")
    decided.suspended("asker-A3").suspended("offerer-O3").held("A6").escalated("A6").block().escalated("A7").held("A8")
    board = board_of(decided)
    expected = [
        ("reported", "A3", "M3"),
        ("disputed", "A2", "M2"),
        ("escalated", "A6", None),
        ("escalated", "A7", None),
        ("held", "A6", None),
        ("held", "A8", None),
        ("unconfirmed", "A1", "M1"),
    ]
    for limit in (1, 2, 3, 50):
        assert queue_by_page(board, limit) == expected
    assert coordinator_queue(board, community="hillside").rows == ()
    assert queue_counts(board) == {
        QueueWhy.reported: 1,
        QueueWhy.disputed: 1,
        QueueWhy.escalated: 2,
        QueueWhy.held: 2,
        QueueWhy.unconfirmed: 1,
    }


def queue_by_page(board: Board, limit: int) -> list[tuple[str, str, str | None]]:
    found: list[tuple[str, str, str | None]] = []
    after: str | None = None
    while True:
        page = coordinator_queue(board, after=after, limit=limit)
        found += [(row.why.value, row.ask, row.match) for row in page.rows]
        if page.next is None:
            return found
        after = page.next


def test_the_queue_lets_go_of_what_was_settled(board_of: Boards) -> None:
    decided = Decided().ask("A1").offer("O1").proposed("M1").moved("M1", "accept", "complete", "dispute", "confirm")
    decided.ask("A2").held("A2").held("A2", is_on=False)
    decided.ask("A3").escalated("A3").held("A3").ended("A3", EndedHow.withdrawn)
    decided.ask("A4").offer("O4").proposed("M4", "A4", "O4").moved("M4", "report")
    decided.suspended("asker-A4").suspended("offerer-O4")
    decided.suspended("asker-A4", is_on=False).fact(MemberGone(community=RIVERSIDE, member="offerer-O4"))
    decided.ask("A5").escalated("A5").offer("O5").proposed("M5", "A5", "O5").moved("M5", "accept")
    assert coordinator_queue(board_of(decided)).rows == ()


def test_the_summary_says_how_it_goes(board_of: Boards) -> None:
    decided = Decided().defined()
    for number in range(1, 9):
        decided.ask(f"A{number}").offer(f"O{number}", capacity=3)
    decided.proposed("M1", "A1", "O1").proposed("M2", "A2", "O2").proposed("M3", "A3", "O3").proposed("M4", "A4", "O4")
    decided.block(after_ms=10_000).moved("M1", "accept", "complete")
    decided.block(after_ms=40_000).moved("M2", "accept").moved("M3", "accept", "cancel").moved("M4", "decline")
    decided.block().ended("A3").ended("A4").ended("A5").held("A6").escalated("A7").proposed("M7", "A7", "O7")
    found = summary(board_of(decided))
    assert found.model_dump() == {
        "asks_open": 3,
        "asks_proposed": 1,
        "asks_matched": 1,
        "asks_fulfilled": 1,
        "asks_expired": 3,
        "asks_held": 1,
        "asks_escalated": 1,
        "accept_wait_median_ms": 50_000,
        "accept_wait_p95_ms": 50_000,
        "proposals": 5,
        "acceptances": 3,
        "proposals_per_acceptance": 5 / 3,
        "dead_ends": {"never_proposed": 1, "never_accepted": 1, "fell_short": 1},
        "queue": {QueueWhy.escalated: 1, QueueWhy.held: 1},
    }


def test_an_empty_board_has_an_empty_summary(board_of: Boards) -> None:
    found = summary(board_of(Decided()))
    assert (found.accept_wait_median_ms, found.accept_wait_p95_ms, found.proposals_per_acceptance) == (None, None, None)
    assert found.asks_open == found.proposals == found.dead_ends.never_proposed == 0


@pytest.mark.parametrize(
    ("count", "median", "p95"), [(1, 1, 1), (2, 1, 2), (3, 2, 3), (20, 10, 19), (21, 11, 20), (100, 50, 95)]
)
def test_percentiles_are_waits_that_really_were(board_of: Boards, count: int, median: int, p95: int) -> None:
    decided = Decided()
    for number in range(1, count + 1):
        decided.ask(f"A{number}").offer(f"O{number}").proposed(f"M{number}", f"A{number}", f"O{number}")
    decided.block(after_ms=0)
    for number in range(count, 0, -1):
        decided.now_ms = START_MS + number * 1_000
        decided.moved(f"M{number}", "accept")
    found = summary(board_of(decided))
    assert (found.accept_wait_median_ms, found.accept_wait_p95_ms) == (median * 1_000, p95 * 1_000)


def test_an_id_is_found_whatever_it_names_and_wherever(board_of: Boards) -> None:
    riverside = Decided("riverside").defined().ask("X").offer("X").proposed("X", "X", "X", offerer="X")
    board = board_of(riverside, Decided("hillside").defined().ask("X").ask("Y"))
    assert [(each.kind, each.community) for each in find(board, "X")] == [
        ("ask", "hillside"),
        ("ask", "riverside"),
        ("match", "riverside"),
        ("offer", "riverside"),
        ("member", "riverside"),
    ]
    assert [each.id for each in find(board, "Y")] == ["Y"]
