"""Stories: a journal and what it must lead to, as text that someone who does not program can read.

One line is one journal record. `tick 2s` lets time pass; every other line is an event at the current moment.
Behind `->` stand the facts people would notice, in order; `-> nothing` says that there are none.
"""

from dataclasses import asdict, dataclass, field
from typing import Any

from schemas.acknowledgements import Acknowledged
from schemas.asks import AskChanged, AskOpened, AskWithdrawn
from schemas.codes import Reason, Urgency, Verb, Vetting
from schemas.decisions import DecisionBlock
from schemas.events import AnyEvent, Received
from schemas.facts import (
    AnyFact,
    AskEnded,
    AskMarked,
    AskReturned,
    ClockHeld,
    MatchMoved,
    MatchReminded,
    MemberMarked,
    OfferEnded,
    Proposed,
    PutWaiting,
    Refused,
    SeriesAdvanced,
    SeriesEnded,
    SeriesListed,
    SeriesMarked,
    Thanked,
)
from schemas.journal import Block, JournalRecord, Tick
from schemas.members import MemberChanged, MemberJoined, MemberLeft, QuietHours
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
    Reassigned,
)
from schemas.policy import HoldDial, Policy
from schemas.presets import CERTAIN
from schemas.taxonomy.load import load
from services.audit import Auditor, Bounds
from services.matching import canonical
from services.matching.engine import Engine
from services.matching.grid import GridIndex
from services.matching.index import NaiveIndex
from services.matching.limits import LIMITS, Limits
from tests.unit.matching.story_words import CELL_M, duration_ms, place, schedule, several

MIDNIGHT_MS = 1_767_571_200_000  # Monday 2026-01-05, 00:00 UTC
MORNING_MS = MIDNIGHT_MS + 8 * 3_600_000
NEEDS = {
    "food": "oe:102",
    "delivery": "oe:102-03",
    "tools": "cw:lending.tools",
    "snow": "cw:home.snow",
    "groceries": "cw:errands.groceries",
    "childcare": "cw:childcare-swap",
}
EAGER = HoldDial(ask_waits_s_max=0)
USUAL = {"proposal_life_ms": 900_000, "asked_per_day_max": 12, "proposals_open_per_unit": 8}
TAXONOMY = load()


@dataclass
class Story:
    """A little city, told line by line."""

    engine: Engine
    now_ms: int = MORNING_MS
    events: int = 0
    blocks: list[DecisionBlock] = field(default_factory=list)
    records: list[JournalRecord] = field(default_factory=list)
    matches: dict[str, str] = field(default_factory=dict)
    """`ask offer` → the id of their latest match."""
    names: dict[str, str] = field(default_factory=dict)

    def tell(self, line: str) -> list[str]:
        """Decide one line; what people would notice."""
        command, *rest = line.split()
        words = [word for word in rest if "=" not in word]
        given = dict(word.split("=", 1) for word in rest if "=" in word)
        if command == "tick":
            self.now_ms += duration_ms(words[0])
            return self.record(Tick())
        if command == "at":
            hours, minutes = words[0].split(":")
            clock_ms = (int(hours) * 60 + int(minutes)) * 60_000
            days = (self.now_ms - MIDNIGHT_MS) // 86_400_000
            later_ms = MIDNIGHT_MS + days * 86_400_000 + clock_ms
            self.now_ms = later_ms if later_ms > self.now_ms else later_ms + 86_400_000
            return self.record(Tick())
        event_id = given.pop("id", None)
        return self.send([self.event(command, words, given)], event_id=event_id)

    def send(self, said: list[AnyEvent], *, event_id: str | None = None) -> list[str]:
        """One block of events, all received now."""
        events = []
        for data in said:
            self.events += 1
            name = event_id or f"e{self.events}"
            events.append(Received(source="story", id=name, received_ms=self.now_ms, data=data))
        return self.record(Block(events=tuple(events), caught_up=True))

    def record(self, body: Block | Tick, *, stamp_ms: int | None = None) -> list[str]:
        """One journal record, as the log would stamp it."""
        stamp_ms = self.now_ms if stamp_ms is None else stamp_ms
        record = JournalRecord(offset=len(self.blocks), stamp_ms=stamp_ms, body=body)
        block = self.engine.apply(record)
        self.records.append(record)
        self.blocks.append(block)
        return [words for words in map(self.notice, block.facts) if words]

    def notice(self, fact: AnyFact) -> str | None:
        """A fact in the words of the story; None for what nobody would notice."""
        match fact:
            case Proposed():
                self.matches[f"{fact.ask} {fact.offer}"] = fact.match
                self.names[fact.match] = f"{fact.ask} {fact.offer}"
                units = f" x{fact.units}" if fact.units > 1 else ""
                return f"proposed {fact.ask} {fact.offer}{units}"
            case MatchMoved():
                return f"{fact.to.value} {self.names[fact.match]}"
            case AskEnded() | OfferEnded():
                return f"ended {fact.ask if isinstance(fact, AskEnded) else fact.offer} {fact.how.value}"
            case AskMarked():
                return f"{fact.mark if fact.on else 'released'} {fact.ask}"
            case MemberMarked():
                return f"{'suspended' if fact.suspended else 'reinstated'} {fact.member}"
            case AskReturned():
                return f"returned {fact.ask}"
            case SeriesListed():
                return f"series {fact.series.series}"
            case SeriesAdvanced():
                return f"listed {fact.listed}" if fact.listed else f"passed {fact.series}.{fact.passed.number}"
            case SeriesMarked():
                return f"{'paused' if fact.paused else 'resumed'} {fact.series}"
            case SeriesEnded():
                return f"ended {fact.series} {fact.how.value}"
            case MatchReminded():
                return f"{fact.what.value} {self.names[fact.match]}"
            case Thanked():
                return f"thanked {fact.to}"
            case Refused():
                return f"refused {fact.reason}"
            case PutWaiting():
                return "waiting"
            case ClockHeld():
                return "clock held"
            case _:
                return None

    def event(self, command: str, words: list[str], given: dict[str, str]) -> AnyEvent:
        """The event a line stands for."""
        if command in Verb.__members__:
            return self.acknowledgement(Verb(command), words, given)
        makers = {
            "ask": self.ask,
            "offer": self.offer,
            "member": self.member,
            "policy": self.policy,
        }
        if command in makers:
            return makers[command](words, given)
        return self.operation(command, words, given)

    def ask(self, words: list[str], given: dict[str, str]) -> AnyEvent:
        """`ask A1 food cell=12,40 needed=2h units=2 by=m-ann`."""
        recurs = schedule(self.now_ms, given)
        return AskOpened(
            community="town",
            ask=words[0],
            member=given.get("by", f"m-{words[0]}"),
            need=NEEDS[words[1]],
            place=place(given.get("cell")),
            remote="remote" in words,
            reach_m=int(given["reach"]) if "reach" in given else None,
            urgency=Urgency(given.get("urgency", "normal")),
            quantity=int(given.get("units", "1")),
            earliest_ms=self.now_ms + duration_ms(given["from"]) if "from" in given else None,
            needed_by_ms=None
            if recurs and "needed" not in given
            else self.now_ms + duration_ms(given.get("needed", "6h")),
            schedule=recurs,
            languages=several(given.get("speaks")),
            skills=several(given.get("skills")),
            accessibility=several(given.get("access")),
            vetting=Vetting(given.get("vetting", "none")),
            path=several(given.get("path")),
        )

    def offer(self, words: list[str], given: dict[str, str]) -> AnyEvent:
        """`offer O1 food cell=12,41 stays=4h units=3 by=m-bo`."""
        recurs = schedule(self.now_ms, given)
        return OfferOpened(
            community="town",
            offer=words[0],
            member=given.get("by", f"m-{words[0]}"),
            needs=tuple(NEEDS[word] for word in words[1].split("+")),
            place=place(given.get("cell")),
            remote="remote" in words,
            radius_m=int(given.get("radius", "1500")),
            capacity=int(given.get("units", "1")),
            unit=given.get("unit", "visit"),
            from_ms=self.now_ms + duration_ms(given["from"]) if "from" in given else None,
            list_until_ms=None
            if recurs and "stays" not in given
            else self.now_ms + duration_ms(given.get("stays", "6h")),
            schedule=recurs,
        )

    def member(self, words: list[str], given: dict[str, str]) -> AnyEvent:
        """`member m-bo speaks=de,en vetting=checked quiet=22-7 blocks=m-x day=2`."""
        quiet = given.get("quiet")
        hours = [int(hour) * 60 for hour in quiet.split("-")] if quiet else []
        return MemberJoined(
            community="town",
            member=words[0],
            languages=several(given.get("speaks")),
            skills=several(given.get("skills")),
            accessibility=several(given.get("access")),
            vetting=Vetting(given.get("vetting", "none")),
            quiet=QuietHours(from_minute=hours[0], to_minute=hours[1]) if hours else None,
            asked_per_day_max=int(given["day"]) if "day" in given else None,
            asked_per_week_max=int(given["week"]) if "week" in given else None,
            active_max=int(given["active"]) if "active" in given else None,
            asked_before=int(given.get("asked", "0")),
            accepted_before=int(given.get("accepted", "0")),
            blocked=several(given.get("blocks")),
            paused_until_ms=self.now_ms + duration_ms(given["paused"]) if "paused" in given else None,
        )

    def policy(self, words: list[str], given: dict[str, str]) -> AnyEvent:
        """`policy open_slots=1 follow_up.remind_before_ms=60000`: eager, with these fields set.

        Whoever is asked accepts, unless `answers=uncertain`.
        """
        uncertain = given.pop("answers", "certain") == "uncertain"
        fields: dict[str, Any] = {name: int(value) for name, value in given.items() if "." not in name}
        for name, value in given.items():
            if "." in name:
                dial, field_name = name.split(".")
                fields.setdefault(dial, {})[field_name] = int(value)
        certain = {} if uncertain else {"acceptance": CERTAIN, "proposals_open_per_unit": 1}
        return PolicySet(community="town", policy=Policy.model_validate({"hold": EAGER, **USUAL, **certain, **fields}))

    def acknowledgement(self, verb: Verb, words: list[str], given: dict[str, str]) -> AnyEvent:
        """`accept A1 O1`, `cancel A1 O1 why=illness by=asker`."""
        pair = " ".join(words)
        match = self.matches.get(pair, "no-such-match")
        by_asker = verb in (Verb.confirm, Verb.dispute, Verb.thank, Verb.miss) or given.get("by") == "asker"
        known = self.engine.state.communities["town"].matches.get(match)
        member = "m-nobody" if known is None else known.asker if by_asker else known.offerer
        if given.get("by", "asker") not in ("asker", "offerer"):
            member = given["by"]
        why = Reason(given["why"]) if "why" in given else None
        needs_why = verb in (Verb.decline, Verb.fail, Verb.cancel)
        return Acknowledged(
            community="town", match=match, member=member, verb=verb, reason=why or (Reason.other if needs_why else None)
        )

    def operation(self, command: str, words: list[str], given: dict[str, str]) -> AnyEvent:
        """Everything else: changes, withdrawals, coordinators."""
        town, by, name = "town", "op-1", words[0] if words else ""
        if command == "allow-leap":
            until_ms = self.now_ms + duration_ms(name or "30d")
            return LeapAllowed(community=town, operator=by, until_ms=until_ms)
        simple: dict[str, AnyEvent] = {
            "withdraw": AskWithdrawn(community=town, ask=name or "x"),
            "retract": OfferWithdrawn(community=town, offer=name or "x"),
            "pause": OfferPaused(community=town, offer=name or "x"),
            "resume": OfferResumed(community=town, offer=name or "x"),
            "leave": MemberLeft(community=town, member=name or "x"),
            "hold": AskHeld(community=town, operator=by, ask=name or "x"),
            "release": AskReleased(community=town, operator=by, ask=name or "x"),
            "escalate": AskEscalated(community=town, operator=by, ask=name or "x"),
            "reinstate": MemberReinstated(community=town, operator=by, member=name or "x"),
        }
        if command in simple:
            return simple[command]
        if command == "change":
            return self.change(words, given)
        if command == "by-hand":
            return ProposedByHand(community=town, operator=by, ask=words[0], offer=words[1])
        if command == "merge":
            return AskMerged(community=town, operator=by, ask=words[0], duplicate_of=words[1])
        if command == "refer":
            return AskReferred(community=town, operator=by, ask=words[0], to_community=words[1])
        if command == "return":
            neighbour = words[1] if words[1:] else "village"
            return AskSentBack(community=town, ask=words[0], from_community=neighbour, reason="unknown_need")
        if command == "reassign":
            match = self.matches[" ".join(words[:2])]
            return Reassigned(community=town, operator=by, match=match, offer=words[2])
        raise AssertionError(f"no such line in a story: {command}")

    def change(self, words: list[str], given: dict[str, str]) -> AnyEvent:
        """`change A1 units=2 needed=1h`, `change O1 units=3 cell=3,4`, `change m-bo blocks=m-x`."""
        if words[0].startswith("m-"):
            blocked = several(given["blocks"]) if "blocks" in given else None
            return MemberChanged(community="town", member=words[0], blocked=blocked)
        units = int(given["units"]) if "units" in given else None
        if words[0].startswith("O"):
            needs = (NEEDS[given["need"]],) if "need" in given else None
            until_ms = self.now_ms + duration_ms(given["stays"]) if "stays" in given else None
            from_ms = self.now_ms + duration_ms(given["from"]) if "from" in given else None
            return OfferChanged(
                community="town",
                offer=words[0],
                capacity=units,
                place=place(given.get("cell")),
                needs=needs,
                list_until_ms=until_ms,
                from_ms=from_ms,
            )
        needed_ms = self.now_ms + duration_ms(given["needed"]) if "needed" in given else None
        from_ms = self.now_ms + duration_ms(given["from"]) if "from" in given else None
        urgency = Urgency(given["urgency"]) if "urgency" in given else None
        return AskChanged(
            community="town",
            ask=words[0],
            quantity=units,
            needed_by_ms=needed_ms,
            earliest_ms=from_ms,
            urgency=urgency,
            place=place(given.get("cell")),
        )


def begin(engine: Engine | None = None, now_ms: int = MORNING_MS) -> Story:
    """A town with an eager policy: nothing is held back to wait for a nearer helper."""
    story = Story(engine or Engine(TAXONOMY, GridIndex), now_ms)
    town = CommunityDefined(community="town", cell_m=CELL_M, neighbours=("village", "harbour"))
    story.send([town])
    story.tell("policy")
    return story


def check(text: str, limits: Limits = LIMITS) -> Story:
    """Tell a story on both engines, hold every line to what it says, and let the auditor read it."""
    story = begin(Engine(TAXONOMY, GridIndex, limits=limits))
    naive = begin(Engine(TAXONOMY, NaiveIndex, limits=limits))
    for line in text.strip().splitlines():
        told, _, expected = line.split("#")[0].partition("->")
        if not told.strip():
            continue
        noticed = story.tell(told)
        naive.tell(told)
        assert naive.blocks[-1] == story.blocks[-1], f"the two engines disagree on: {line.strip()}"
        if expected.strip() == "nothing":
            assert noticed == [], f"{line.strip()}: noticed {noticed}"
        elif expected.strip():
            assert noticed == [words.strip() for words in expected.split(",")], line.strip()
    assert naive.engine.state_hash() == story.engine.state_hash()
    auditor, refolded = Auditor(0, TAXONOMY, Bounds(**asdict(limits))), Engine(TAXONOMY, GridIndex)
    for record, block in zip(story.records, story.blocks, strict=True):
        breach = auditor.check(record, block)
        assert breach is None, breach.sentence
    for block in story.blocks:
        refolded.fold(block, canonical.encode(block))
    assert refolded.state_hash() == story.engine.state_hash()
    return story
