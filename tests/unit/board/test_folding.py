"""What a fact means for the rows, without a database."""

from dataclasses import asdict

import pytest
from hypothesis import given

from schemas.codes import EndedHow, MatchStatus, Reason
from schemas.decisions import DecisionBlock
from schemas.facts import MemberGone
from schemas.states import AskStatus, OfferStatus, Weight, weight
from services.board.errors import FactOutOfPlace
from services.board.folding import fold
from services.board.rows import Rows, StoredAsk, StoredMatch, StoredMember, StoredOffer
from services.board.telling import At
from tests.unit.board.decided import RIVERSIDE, START_MS, Decided
from tests.unit.board.histories import histories


def folded(blocks: list[DecisionBlock]) -> Rows:
    """A whole board in memory."""
    rows = Rows()
    for block in blocks:
        for position, fact in enumerate(block.facts):
            fold(rows, At(0, block.source, position, block.now_ms), fact)
    return rows


def rows_of(decided: Decided) -> Rows:
    return folded(decided.block().blocks)


def ask_of(rows: Rows, ask: str = "A1") -> StoredAsk:
    found = rows.asks.get((RIVERSIDE, ask))
    assert found is not None
    return found


def offer_of(rows: Rows, offer: str = "O1") -> StoredOffer:
    found = rows.offers.get((RIVERSIDE, offer))
    assert found is not None
    return found


def match_of(rows: Rows, match: str = "M1") -> StoredMatch:
    found = rows.matches.get((RIVERSIDE, match))
    assert found is not None
    return found


def member_of(rows: Rows, member: str = "offerer-O1") -> StoredMember:
    found = rows.members.get((RIVERSIDE, member))
    assert found is not None
    return found


# fmt: off
PATHS = [  # load: open_proposals, active, accepted, declined, silent
    ([],                                             "proposed",  "open",  (1, 0, 0, 0, 0)),
    (["accept"],                                     "matched",   "taken", (0, 1, 1, 0, 0)),
    (["decline"],                                    "waiting",   "open",  (0, 0, 0, 1, 0)),
    (["expire"],                                     "waiting",   "open",  (0, 0, 0, 0, 1)),
    (["withdraw"],                                   "waiting",   "open",  (0, 0, 0, 0, 0)),
    (["report"],                                     "waiting",   "open",  (0, 0, 0, 0, 0)),
    (["accept", "start"],                            "matched",   "taken", (0, 1, 1, 0, 0)),
    (["accept", "fail"],                             "waiting",   "open",  (0, 0, 1, 0, 0)),
    (["accept", "miss"],                             "waiting",   "open",  (0, 0, 1, 0, 0)),
    (["accept", "cancel"],                           "waiting",   "open",  (0, 0, 1, 0, 0)),
    (["accept", "lapse"],                            "waiting",   "open",  (0, 0, 1, 0, 0)),
    (["accept", "report"],                           "waiting",   "open",  (0, 0, 1, 0, 0)),
    (["accept", "complete"],                         "fulfilled", "taken", (0, 0, 1, 0, 0)),
    (["accept", "start", "complete"],                "fulfilled", "taken", (0, 0, 1, 0, 0)),
    (["accept", "complete", "confirm"],              "fulfilled", "taken", (0, 0, 1, 0, 0)),
    (["accept", "complete", "lapse"],                "fulfilled", "taken", (0, 0, 1, 0, 0)),
    (["accept", "complete", "lapse", "confirm"],     "fulfilled", "taken", (0, 0, 1, 0, 0)),
    (["accept", "complete", "dispute"],              "waiting",   "open",  (0, 0, 1, 0, 0)),
    (["accept", "complete", "dispute", "confirm"],   "fulfilled", "taken", (0, 0, 1, 0, 0)),
    (["accept", "complete", "dispute", "fail"],      "waiting",   "open",  (0, 0, 1, 0, 0)),
    (["accept", "complete", "confirm", "report"],    "waiting",   "open",  (0, 0, 1, 0, 0)),
]
# fmt: on


@pytest.mark.parametrize(("moves", "ask_status", "offer_status", "load"), PATHS)
def test_a_match_leads_its_ask_its_offer_and_its_helper_along(
    moves: list[str], ask_status: str, offer_status: str, load: tuple[int, ...]
) -> None:
    rows = rows_of(Decided().ask().offer().proposed().moved("M1", *moves))
    helper = member_of(rows)

    assert ask_of(rows).status == ask_status
    assert offer_of(rows).status == offer_status
    assert (helper.open_proposals, helper.active, helper.accepted, helper.declined, helper.silent) == load
    assert helper.asked == 1


@pytest.mark.parametrize(
    ("how", "status"),
    [
        (EndedHow.expired, AskStatus.expired),
        (EndedHow.withdrawn, AskStatus.withdrawn),
        (EndedHow.duplicate, AskStatus.duplicate_of),
        (EndedHow.referred, AskStatus.referred),
        (EndedHow.fulfilled, AskStatus.fulfilled),
    ],
)
def test_an_ended_ask_stands_as_it_ended_whatever_was_accepted(how: EndedHow, status: AskStatus) -> None:
    ask = ask_of(rows_of(Decided().ask().offer().proposed().moved("M1", "accept").ended("A1", how)))
    assert (ask.status, ask.ended, ask.ended_ms) == (status, how, START_MS)


def test_an_ask_remembers_what_it_is_a_duplicate_of_and_where_it_was_referred_to() -> None:
    decided = Decided().ask("A1").ask("A2")
    decided.ended("A1", EndedHow.duplicate, duplicate_of="A2").ended("A2", EndedHow.referred, to_community="hillside")
    rows = rows_of(decided)
    assert ask_of(rows, "A1").duplicate_of == "A2"
    assert ask_of(rows, "A2").to_community == "hillside"


@pytest.mark.parametrize(("how", "status"), [(EndedHow.withdrawn, "withdrawn"), (EndedHow.expired, "expired")])
def test_an_ended_offer_stands_as_it_ended(how: EndedHow, status: str) -> None:
    assert offer_of(rows_of(Decided().offer().paused().offer_ended("O1", how))).status == status


def test_a_paused_offer_is_open_again_once_resumed() -> None:
    paused = Decided().offer().paused()
    assert offer_of(rows_of(paused)).status == OfferStatus.paused
    assert offer_of(rows_of(paused.paused(is_on=False))).status == OfferStatus.open


def test_a_held_ask_is_held_until_released_and_says_since_when() -> None:
    held = Decided().ask().block(after_ms=5_000).held()
    ask = ask_of(rows_of(held))
    assert (ask.status, ask.held_ms) == (AskStatus.held, START_MS + 5_000)
    ask = ask_of(rows_of(held.held(is_on=False)))
    assert (ask.status, ask.held_ms) == (AskStatus.waiting, None)


def test_an_escalated_ask_goes_on_waiting() -> None:
    ask = ask_of(rows_of(Decided().ask().escalated()))
    assert (ask.status, ask.escalated_ms) == (AskStatus.waiting, START_MS)


def test_part_of_an_ask_that_is_met_leaves_the_rest_waiting() -> None:
    decided = Decided().ask(quantity=3).offer(capacity=2).proposed(units=2).moved("M1", "accept")
    ask = ask_of(rows_of(decided))
    assert (ask.status, ask.units_held, ask.units_fulfilled) == (AskStatus.waiting, 2, 0)
    ask = ask_of(rows_of(decided.moved("M1", "complete")))
    assert (ask.status, ask.units_held, ask.units_fulfilled) == (AskStatus.waiting, 0, 2)


def test_a_changed_ask_keeps_what_happened_and_is_judged_by_what_is_wanted_now() -> None:
    decided = Decided().ask(quantity=2).offer().proposed().moved("M1", "accept", "complete")
    assert ask_of(rows_of(decided)).status == AskStatus.waiting
    ask = ask_of(rows_of(decided.ask(quantity=1, opened_ms=START_MS)))
    assert (ask.status, ask.quantity, ask.units_fulfilled) == (AskStatus.fulfilled, 1, 1)


def test_a_changed_offer_keeps_what_it_gives() -> None:
    decided = Decided().ask().offer().proposed().moved("M1", "accept")
    offer = offer_of(rows_of(decided.offer(capacity=2)))
    assert (offer.status, offer.capacity, offer.units_held) == (OfferStatus.open, 2, 1)


def test_an_id_that_comes_again_after_its_end_is_a_new_ask_and_a_new_offer() -> None:
    decided = Decided().ask().offer().proposed().moved("M1", "accept", "complete", "confirm").ended().offer_ended()
    rows = rows_of(decided.ask(quantity=2).offer().proposed("M1").moved("M1", "accept"))
    assert (ask_of(rows).status, ask_of(rows).units_held, ask_of(rows).units_fulfilled) == (AskStatus.waiting, 1, 0)
    assert (offer_of(rows).status, offer_of(rows).ended) == (OfferStatus.taken, None)
    assert match_of(rows).completed_ms is None


def test_the_first_proposal_and_the_first_acceptance_are_remembered() -> None:
    decided = Decided().ask().offer("O1").offer("O2").block(after_ms=4_000)
    decided.proposed("M1").proposed("M2", offer="O2", attempt=2).block(after_ms=6_000)
    decided.moved("M2", "accept").moved("M1", "withdraw").block(after_ms=9_000).moved("M2", "cancel")
    ask = ask_of(rows_of(decided))
    assert ask.proposals_made == 2
    assert ask.first_proposed_ms == START_MS + 1_000 * 4
    assert (ask.first_accepted_ms, ask.accept_wait_ms) == (START_MS + 10_000, 10_000)


def test_a_match_carries_the_reason_of_its_latest_move_and_its_thanks() -> None:
    decided = Decided().ask().offer().proposed().moved("M1", "accept").moved("M1", "cancel", reason=Reason.illness)
    match = match_of(rows_of(decided.thanked("M1").thanked("M1")))
    assert (match.status, match.reason, match.thanks) == (MatchStatus.cancelled, Reason.illness, 2)


def test_a_member_is_known_suspended_reinstated_and_gone() -> None:
    decided = Decided().member("B", languages=("de",)).suspended("B")
    member = member_of(rows_of(decided), "B")
    assert member.fields is not None
    assert '"languages":["de"]' in member.fields
    assert (member.suspended, member.gone) == (1, 0)
    decided.suspended("B", is_on=False).fact(MemberGone(community=RIVERSIDE, member="B"))
    assert asdict(member_of(rows_of(decided), "B")) | {"fields": None} == asdict(
        StoredMember(RIVERSIDE, "B", suspended=0, gone=1)
    )
    assert member_of(rows_of(decided.member("B")), "B").gone == 0


def test_a_community_and_its_policies_are_kept() -> None:
    rows = rows_of(Decided().defined("near").block().defined("reach"))
    assert list(rows.communities) == [RIVERSIDE]
    assert [(policy.name, policy.source, policy.position) for policy in rows.policies] == [
        ("near", 0, 1),
        ("reach", 1, 1),
    ]


@pytest.mark.parametrize(
    ("decided", "subject"),
    [
        (Decided().held("A9"), "ask A9"),
        (Decided().ended("A9"), "ask A9"),
        (Decided().paused("O9"), "offer O9"),
        (Decided().offer_ended("O9"), "offer O9"),
        (Decided().offer().proposed(ask="A9"), "ask A9"),
        (Decided().ask().proposed(offer="O9"), "offer O9"),
        (Decided().thanked("M9"), "match M9"),
    ],
)
def test_a_fact_about_nothing_known_stops_the_board_and_names_its_place(decided: Decided, subject: str) -> None:
    with pytest.raises(
        FactOutOfPlace, match=f"partition 0, source 1, fact .: .* speaks of {subject}, which no earlier"
    ):
        rows_of(Decided(blocks=Decided().block().blocks, facts=decided.facts))


def test_a_live_match_is_never_proposed_again() -> None:
    with pytest.raises(AssertionError, match="M1 is live"):
        rows_of(Decided().ask().offer().proposed().proposed())


@given(histories())
def test_units_and_loads_are_what_a_count_over_all_matches_gives(blocks: list[DecisionBlock]) -> None:
    rows = folded(blocks)
    matches = list(rows.matches.changed.values())
    weights = {
        each.match: weight(MatchStatus(each.status), was_completed=each.completed_ms is not None) for each in matches
    }
    for ask in rows.asks.changed.values():
        mine = [each for each in matches if each.ask == ask.ask]
        assert ask.units_held == sum(each.units for each in mine if weights[each.match] is Weight.held)
        assert ask.units_fulfilled == sum(each.units for each in mine if weights[each.match] is Weight.fulfilled)
        assert ask.proposals_open == sum(each.status == MatchStatus.proposed for each in mine)
        assert ask.proposals_made == len(mine)
    for offer in rows.offers.changed.values():
        mine = [each for each in matches if each.offer == offer.offer]
        assert offer.units_held == sum(each.units for each in mine if weights[each.match] is Weight.held)
        assert offer.proposals_open == sum(each.status == MatchStatus.proposed for each in mine)
    for member in rows.members.changed.values():
        mine = [each for each in matches if each.offerer == member.member]
        assert member.active == sum(each.status in (MatchStatus.accepted, MatchStatus.started) for each in mine)
        assert (member.asked, member.accepted) == (len(mine), sum(each.accepted_ms is not None for each in mine))


@given(histories())
def test_every_fact_stands_on_the_timeline_once_and_in_order(blocks: list[DecisionBlock]) -> None:
    told = [(row.source, row.position, row.kind) for row in folded(blocks).timeline]
    assert told == [(block.source, place, fact.fact) for block in blocks for place, fact in enumerate(block.facts)]
