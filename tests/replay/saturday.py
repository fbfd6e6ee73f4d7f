"""A Saturday of lending tools at Riverside, in which nearly everything happens that can happen.

What is said here was recorded once, as `histories/a_saturday_of_lending.*`. A change here changes no history: another
one is recorded under another name.
"""

from collections.abc import Iterator

from schemas.acknowledgements import Acknowledged
from schemas.asks import AskChanged, AskOpened, AskWithdrawn
from schemas.codes import Reason, Urgency, Verb, Vetting, WithdrawnWhy
from schemas.decisions import DecisionBlock
from schemas.events import AnyEvent
from schemas.facts import Proposed
from schemas.members import MemberChanged, MemberJoined, MemberLeft, QuietHours
from schemas.model import Place
from schemas.offers import OfferChanged, OfferOpened, OfferPaused, OfferResumed, OfferWithdrawn
from schemas.operations import (
    AskEscalated,
    AskHeld,
    AskMerged,
    AskReferred,
    AskReleased,
    AskSentBack,
    CommunityDefined,
    LeapAllowed,
    MemberReinstated,
    PolicySet,
    ProposedByHand,
)
from schemas.policy import HoldDial, Policy
from schemas.presets import with_certain_answers
from services.embedded import Embedded
from services.runtime.log import VirtualClock
from tests.unit.embedded.riverside import HERE, MINUTE_MS, START_MS, TOOLS, raw

NEXT_DOOR = "hillside"
OPERATOR = "coordinator-1"
HOUR_MS = 60 * MINUTE_MS
WAKING = 9_000
"""Three days after the last tick somebody says that the time really passed, and a minute later how much of it."""
QUICK = with_certain_answers(
    Policy(name="saturday", tick_ms=30_000, hold=HoldDial(near_m=500_000), proposal_life_ms=5 * MINUTE_MS)
)
FOUNDED = (
    CommunityDefined(community=HERE, cell_m=50, neighbours=(NEXT_DOOR,)),
    PolicySet(community=HERE, policy=QUICK),
)


def ask(name: str, x_m: int, urgency: Urgency = Urgency.normal, units: int = 1) -> AskOpened:
    """Somebody needs a tool for the next two hours."""
    return AskOpened(
        community=HERE,
        ask=name,
        member=f"member-of-{name}",
        need=TOOLS,
        place=Place(x_m=x_m, y_m=0),
        urgency=urgency,
        quantity=units,
        list_until_ms=START_MS + 2 * HOUR_MS,
    )


def offer(name: str, x_m: int, capacity: int = 1) -> OfferOpened:
    """Somebody lends tools all day."""
    return OfferOpened(
        community=HERE,
        offer=name,
        member=f"member-of-{name}",
        needs=(TOOLS,),
        place=Place(x_m=x_m, y_m=0),
        radius_m=4_000,
        capacity=capacity,
        list_until_ms=START_MS + 9 * HOUR_MS,
    )


def joined(name: str, *, blocked: tuple[str, ...] = (), quiet: QuietHours | None = None) -> MemberJoined:
    """Somebody who sets boundaries."""
    return MemberJoined(community=HERE, member=name, vetting=Vetting.basic, blocked=blocked, quiet=quiet)


# fmt: off
MINUTES: dict[int, tuple[AnyEvent, ...]] = {
    0: FOUNDED,
    1: (joined("member-of-O1"), joined("member-of-O2", blocked=("member-of-A1",)),
        joined("member-of-O3", quiet=QuietHours(from_minute=9 * 60, to_minute=10 * 60))),
    2: (offer("O1", 0), offer("O2", 100, capacity=2), offer("O3", 200), offer("O4", 3_000)),
    3: (ask("A1", 50), ask("A2", 150, Urgency.critical), ask("A3", 2_900, units=2)),
    4: (AskChanged(community=HERE, ask="A3", quantity=1), OfferChanged(community=HERE, offer="O4", capacity=2)),
    5: (AskWithdrawn(community=HERE, ask="A9", why=WithdrawnWhy.solved),),  # nobody asked it: it waits, in vain
    7: (ask("A4", 400), AskHeld(community=HERE, operator=OPERATOR, ask="A4")),
    8: (OfferPaused(community=HERE, offer="O4"), ask("A5", 3_100)),
    10: (AskReleased(community=HERE, operator=OPERATOR, ask="A4"), OfferResumed(community=HERE, offer="O4")),
    11: (AskEscalated(community=HERE, operator=OPERATOR, ask="A5"), ask("A6", 60), ask("A7", 70)),
    12: (AskMerged(community=HERE, operator=OPERATOR, ask="A7", duplicate_of="A6"),
         offer("O5", 80), offer("O6", 90)),
    13: (ProposedByHand(community=HERE, operator=OPERATOR, ask="A6", offer="O6"),),
    16: (ask("A8", 3_500), AskReferred(community=HERE, operator=OPERATOR, ask="A8", to_community=NEXT_DOOR),
         AskSentBack(community=HERE, ask="A8", from_community="elsewhere", reason="unknown_need")),  # it never had it
    20: (MemberChanged(community=HERE, member="member-of-O1", asked_per_day_max=1),
         OfferWithdrawn(community=HERE, offer="O3", why=WithdrawnWhy.changed_mind)),
    22: (MemberLeft(community=HERE, member="member-of-O5"),),
    30: (MemberReinstated(community=HERE, operator=OPERATOR, member="member-of-O2"), offer("O7", 500)),
    31: (PolicySet(community=HERE, policy=QUICK.model_copy(update={"version": 2, "open_slots": 1})), ask("A10", 510)),
    32: FOUNDED,  # sent again: dropped as duplicates
    WAKING: (LeapAllowed(community=HERE, operator=OPERATOR, until_ms=START_MS + 60 * MINUTE_MS),),  # does not reach
    WAKING + 1: (LeapAllowed(community=HERE, operator=OPERATOR, until_ms=START_MS + (WAKING + 60) * MINUTE_MS),),
}
# fmt: on

SILENT_MINUTES = (40, 60, 90, 120, 121, 180, 600, 1_900, 3_200, 4_500, WAKING - 1, WAKING + 2)
"""Ticks: proposals and asks run out, an acceptance is never heard of again; at the end the clock wants to leap."""

LIFE = (Verb.accept, Verb.start, Verb.complete, Verb.confirm, Verb.thank)


def live_through(embedded: Embedded, clock: VirtualClock) -> None:
    """Let the day pass."""
    blocks: list[DecisionBlock] = []
    for number in sorted({*range(35), *SILENT_MINUTES, WAKING, WAKING + 1}):
        clock.advance_to(START_MS + number * MINUTE_MS)
        said = [raw(event, _name(event, number)) for event in (*_answers(blocks, number), *MINUTES.get(number, ()))]
        embedded.submit(said)
        blocks += [block for _, block in embedded.step(tick=not said).decided]
    assert embedded.troubles == {}


def _answers(blocks: list[DecisionBlock], number: int) -> Iterator[Acknowledged]:
    """What members say in this minute: in turns all goes well, is declined, cancelled, reported, or stays unanswered."""
    proposed = [fact for block in blocks for fact in block.facts if isinstance(fact, Proposed)]
    for turn, fact in enumerate(proposed):
        age = number - (fact.proposed_ms - START_MS) // MINUTE_MS - 1
        script: tuple[tuple[Verb, str, Reason | None], ...] = {
            0: tuple((verb, fact.offerer, None) for verb in LIFE[:3]) + tuple((v, fact.asker, None) for v in LIFE[3:]),
            1: ((Verb.decline, fact.offerer, Reason.busy),),
            2: ((Verb.accept, fact.offerer, None), (Verb.cancel, fact.asker, Reason.not_needed)),
            3: ((Verb.accept, fact.offerer, None), (Verb.report, fact.asker, Reason.misconduct)),
            4: (),
            5: ((Verb.accept, fact.offerer, None),),
        }[turn % 6]
        if 0 <= age < len(script):
            verb, member, reason = script[age]
            yield Acknowledged(community=HERE, match=fact.match, member=member, verb=verb, reason=reason)


def _name(event: AnyEvent, number: int) -> str:
    """The same for what is the same, so that what is sent again is a duplicate."""
    if isinstance(event, Acknowledged):
        return f"{event.verb.value}.{event.match}"
    if event in FOUNDED:
        return f"founded.{FOUNDED.index(event)}"
    subject = getattr(event, "ask", None) or getattr(event, "offer", None) or getattr(event, "member", HERE)
    return f"{event.type}.{subject}.{number}"
