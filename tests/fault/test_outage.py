"""Intake is away for two hours in the night while answers keep arriving."""

from pathlib import Path

from schemas.acknowledgements import Acknowledged
from schemas.asks import AskOpened
from schemas.codes import MatchStatus, Verb
from schemas.facts import AnyFact, MatchMoved, Proposed
from schemas.members import MemberJoined, QuietHours
from schemas.model import Place
from schemas.offers import OfferOpened
from schemas.policy import HoldDial, Policy
from schemas.presets import with_certain_answers
from services.embedded import Embedded
from services.runtime.log import VirtualClock
from tests.unit.embedded.riverside import HERE, TOOLS, founding, raw

MINUTE_MS = 60_000
MIDNIGHT_MS = 1_767_225_600_000  # 2026-01-01 00:00 UTC
LAST_CUT_MS = MIDNIGHT_MS + 29 * MINUTE_MS
RESTART_MS = MIDNIGHT_MS + 150 * MINUTE_MS
POLICY = with_certain_answers(Policy(name="nightly", proposal_life_ms=45 * MINUTE_MS, hold=HoldDial(ask_waits_s_max=0)))
NIGHT = QuietHours(from_minute=60, to_minute=7 * 60)  # 01:00 to 07:00
DAY_MS = 86_400_000


def ask(name: str, street: int) -> AskOpened:
    """An ask in a street of its own."""
    place = Place(x_m=street * 10_000, y_m=0)
    return AskOpened(
        community=HERE, ask=name, member=f"asker-{name}", need=TOOLS, place=place, needed_by_ms=MIDNIGHT_MS + DAY_MS
    )


def offer(name: str, street: int) -> OfferOpened:
    """An offer in a street of its own."""
    return OfferOpened(
        community=HERE,
        offer=name,
        member=f"helper-{name}",
        needs=(TOOLS,),
        place=Place(x_m=street * 10_000, y_m=100),
        radius_m=500,
        list_until_ms=MIDNIGHT_MS + DAY_MS,
    )


def facts_of(embedded: Embedded) -> list[AnyFact]:
    """What one step decided."""
    return [fact for _, block in embedded.step().decided for fact in block.facts]


def test_intake_stopped_for_two_hours_and_restarted_at_half_past_two(tmp_path: Path) -> None:
    clock = VirtualClock(LAST_CUT_MS)
    with Embedded.open(tmp_path, clock, clock_kind="virtual") as embedded:
        embedded.submit(founding(POLICY))
        embedded.submit([raw(MemberJoined(community=HERE, member="helper-o4", quiet=NIGHT), "m4")])
        for number in (1, 2, 3):
            embedded.submit(
                [raw(ask(f"a{number}", number), f"a{number}"), raw(offer(f"o{number}", number), f"o{number}")]
            )
        asked = {fact.ask: fact for fact in facts_of(embedded) if isinstance(fact, Proposed)}
        assert sorted(asked) == ["a1", "a2", "a3"]

        for minutes, name, number in ((5, "a1", 1), (40, "a2", 2)):  # people answer; nothing is taken in
            clock.advance_to(LAST_CUT_MS + minutes * MINUTE_MS)
            said = Acknowledged(community=HERE, match=asked[name].match, member=f"helper-o{number}", verb=Verb.accept)
            embedded.submit([raw(said, f"yes-{number}")])
        clock.advance_to(LAST_CUT_MS + 50 * MINUTE_MS)
        embedded.submit([raw(ask("a4", 4), "a4"), raw(offer("o4", 4), "o4")])

        clock.advance_to(RESTART_MS)
        facts = facts_of(embedded)

        moves = {fact.match: fact.to for fact in facts if isinstance(fact, MatchMoved)}
        assert moves[asked["a1"].match] is MatchStatus.accepted
        assert moves[asked["a2"].match] is MatchStatus.accepted
        assert moves[asked["a3"].match] is MatchStatus.expired  # nobody answered this one in 45 minutes
        assert len(moves) == 3
        assert [fact.ask for fact in facts if isinstance(fact, Proposed)] == []  # helper-o4 sleeps

        clock.advance_to(MIDNIGHT_MS + 7 * 60 * MINUTE_MS)
        woken = [
            fact.ask
            for _, block in embedded.step(tick=True).decided
            for fact in block.facts
            if isinstance(fact, Proposed)
        ]
        assert woken == ["a4"]
