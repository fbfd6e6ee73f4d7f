"""Facts about asks: listed as was said, marked by whom they may be, ended for a reason that holds."""

from dataclasses import fields
from typing import Any

from schemas.asks import AskChanged, AskOpened, AskWithdrawn
from schemas.codes import EndedHow, Mark, MatchStatus
from schemas.events import Received
from schemas.facts import AskEnded, AskListed, AskMarked, AskReturned
from schemas.listed import Ask
from schemas.members import MemberLeft
from schemas.operations import AskEscalated, AskHeld, AskMerged, AskReferred, AskReleased, AskSentBack
from services.audit.books import AskBook, Town
from services.audit.bounds import Load, MayBeLeft
from services.audit.breach import demand
from services.audit.rules import ACCOUNTED_FOR, AS_SAID, ENDED_RIGHTLY, KNOWN, LET_GO, MARKED, ONE_ACCEPTANCE, RETURNED
from services.audit.scene import Scene
from services.audit.series import is_about, next_listed, touch_series_of
from services.audit.silence import escalates_ms, expect_ask

FIELDS = tuple(field.name for field in fields(Ask))


def list_ask(town: Town, fact: AskListed, event: Received | None, scene: Scene) -> None:
    """Take in an ask, new or changed.

    Raises:
        BrokenRuleError: it is not what was said, or cannot be listed any more.
    """
    name, known = fact.ask.ask, town.asks.get(fact.ask.ask)
    demand(
        known is None or known.ended is None,
        ENDED_RIGHTLY,
        f"ask {name} is listed",
        "it has ended, and that is for good",
    )
    said = None if event is None else event.data
    after = "time alone" if event is None else event.uid
    if event is None:
        wanted = _recurring(town, name, scene)
        demand(known is None, AS_SAID, f"ask {name} is listed anew", "it is there already")
    elif isinstance(said, AskOpened):
        demand(known is None, AS_SAID, f"ask {name} is listed anew", f"{event.uid} opens it, and it is open")
        gone = town.known_member(fact.ask.member).gone
        demand(not gone, ENDED_RIGHTLY, f"ask {name} is listed", "who asks has left")
        wanted = _opened(town, said, event.received_ms)
    else:
        demand(
            isinstance(said, AskChanged) and known is not None,
            AS_SAID,
            f"ask {name} is listed",
            "it is not there to change",
        )
        assert isinstance(said, AskChanged)
        assert known is not None
        wanted = _changed(known.spec, said)
    for field, value in wanted.items():
        stands = getattr(fact.ask, field)
        demand(stands == value, AS_SAID, f"{field} of ask {name} is {stands!r}", f"after {after} it is {value!r}")
    _write(town, fact.ask, known, scene)


def return_ask(town: Town, fact: AskReturned, event: Received, scene: Scene) -> None:
    """Take in that a neighbour gave an ask back: it is open again, and with a coordinator.

    Raises:
        BrokenRuleError: it was not handed over, nobody gives it back, or its time is up.
    """
    ask, said = town.asks.get(fact.ask), event.data
    words, now_ms = f"ask {fact.ask} comes back from {fact.from_community} at {fact.at_ms}", scene.moment.now_ms
    demand(ask is not None, KNOWN, words, "no such ask is listed")
    assert ask is not None
    demand(ask.ended is EndedHow.referred, RETURNED, words, "it was not referred")
    demand(
        isinstance(said, AskSentBack)
        and (said.ask, said.from_community, said.reason) == (fact.ask, fact.from_community, fact.reason),
        RETURNED,
        words,
        "nobody gives it back so",
    )
    demand(fact.from_community == ask.referred_to, RETURNED, words, f"{ask.referred_to} holds it")
    demand(fact.at_ms == now_ms, RETURNED, words, f"that is now, {now_ms}")
    demand(ask.spec.deadline_ms >= now_ms, RETURNED, words, f"its deadline was {ask.spec.deadline_ms}")
    ask.ended, ask.ended_ms, ask.referred_to, ask.escalated = None, 0, None, True
    expect_ask(town, ask)
    scene.touch(town.name, ("ask", fact.ask))


def mark_ask(town: Town, fact: AskMarked, event: Received | None, scene: Scene) -> None:
    """Take in a coordinator's mark.

    Raises:
        BrokenRuleError: nobody set or lifted it, or it stands so already.
    """
    ask = _open(town, fact.ask)
    stood = ask.on_hold if fact.mark is Mark.held else ask.escalated
    words = f"the mark {fact.mark} of ask {fact.ask} is {'set' if fact.on else 'lifted'}"
    demand(stood is not fact.on, MARKED, words, "it stands so already")
    if event is None:
        may = fact.mark is Mark.escalated and fact.on and _is_due(town, ask, scene)
    else:
        by = AskReleased if not fact.on else AskHeld if fact.mark is Mark.held else AskEscalated
        may = isinstance(event.data, by) and is_about(town, "ask", event.data.ask, fact.ask)
    demand(may, MARKED, words, "no coordinator says so" if event is not None else "it has not waited long enough")
    demand(fact.at_ms == scene.moment.now_ms, MARKED, f"{words} at {fact.at_ms}", f"that is now, {scene.moment.now_ms}")
    if event is None:
        _count_escalation(town, ask, scene.load)
    if fact.mark is Mark.held:
        still_open = ask.open_units if fact.on else 0
        demand(not still_open, LET_GO, f"ask {fact.ask} is held with proposals open", "they are withdrawn first")
        ask.on_hold = fact.on
    else:
        ask.escalated = fact.on
        ask.released_ms = ask.released_ms if fact.on else fact.at_ms
    scene.touch(town.name, ("ask", fact.ask))
    expect_ask(town, ask)


def end_ask(town: Town, fact: AskEnded, event: Received | None, scene: Scene) -> None:
    """Take in that an ask takes no more proposals.

    Raises:
        BrokenRuleError: it goes on for somebody, or the reason does not hold.
    """
    ask = _open(town, fact.ask)
    demand(not ask.open_units, LET_GO, f"ask {fact.ask} ends with proposals open", "they are withdrawn first")
    why_not = _why_it_may_not_end(town, ask, fact, event, scene.moment.now_ms)
    demand(not why_not, ENDED_RIGHTLY, f"ask {fact.ask} ends {fact.how.value}", why_not)
    demand(
        fact.at_ms == scene.moment.now_ms,
        ENDED_RIGHTLY,
        f"ask {fact.ask} ends at {fact.at_ms}",
        f"that is now, {scene.moment.now_ms}",
    )
    if event is None:
        scene.load.decide_end(town.name, "asks", (_ends_ms(ask), fact.ask))
    ask.ended, ask.ended_ms, ask.referred_to = fact.how, fact.at_ms, fact.to_community
    touch_series_of(town, "ask", fact.ask, scene)


def check_ask(town: Town, ask: AskBook, now_ms: int, may_be_left: MayBeLeft) -> None:
    """Hold an ask against what should have become of it by now.

    Args:
        may_be_left: whether that may wait for the next block.

    Raises:
        BrokenRuleError: it should have ended, or come to a coordinator.
    """
    if ask.ended is not None:
        return
    name, is_late = ask.spec.ask, now_ms > ask.spec.deadline_ms
    is_over = ask.unmet > 0 and is_late
    is_done = ask.given >= ask.spec.quantity and not _waits_for_a_word(ask)
    if (is_over or is_done) and not may_be_left("asks", (_ends_ms(ask), name)):
        demand(not is_over, ACCOUNTED_FOR, f"ask {name} is open after its deadline", "it should have ended")
        stands = f"all units of ask {name} are given and it is open"
        demand(False, ACCOUNTED_FOR, stands, "it should have ended fulfilled")
    at_ms = escalates_ms(town, ask)
    needs_somebody = ask.unmet > 0 and not ask.escalated and at_ms < now_ms
    has_somebody = not needs_somebody or may_be_left("escalations", (at_ms, name))
    demand(has_somebody, ACCOUNTED_FOR, f"ask {name} waits too long", "it should have come to a coordinator")


def _opened(town: Town, said: AskOpened, received_ms: int) -> dict[str, Any]:
    """Field → value, as an ask must be listed when it is opened."""
    wanted = {name: getattr(said, name) for name in FIELDS if name in AskOpened.model_fields}
    ends = [ms for ms in (said.needed_by_ms, said.list_until_ms) if ms is not None]
    wanted["opened_ms"] = received_ms
    wanted["earliest_ms"] = received_ms if said.earliest_ms is None else said.earliest_ms
    wanted["deadline_ms"] = min(ends) if ends else received_ms + town.policy.ask_life_ms
    wanted["root"] = said.root or said.ask
    return wanted


def _recurring(town: Town, name: str, scene: Scene) -> dict[str, Any]:
    """Field → value, as the next occurrence of a series must be listed."""
    series, when = next_listed(town, "ask", name, scene)
    said = series.spec.template
    assert isinstance(said, AskOpened)
    wanted = {field: getattr(said, field) for field in FIELDS if field in AskOpened.model_fields}
    window = {"opened_ms": scene.moment.now_ms, "earliest_ms": when.begins_ms, "deadline_ms": when.ends_ms}
    return wanted | window | {"ask": name, "root": said.root or name, "schedule": None}


def _changed(before: Ask, said: AskChanged) -> dict[str, Any]:
    """Field → value, as an ask must be listed after a change: what was not said stays."""
    wanted = {name: getattr(before, name) for name in FIELDS}
    for name in FIELDS:
        value = getattr(said, name, None)
        wanted[name] = wanted[name] if value is None else value
    ends = [ms for ms in (said.needed_by_ms, said.list_until_ms) if ms is not None]
    wanted["deadline_ms"] = min(ends) if ends else before.deadline_ms
    return wanted


def _write(town: Town, spec: Ask, known: AskBook | None, scene: Scene) -> None:
    ask = known or AskBook(spec)
    ask.spec = spec
    town.asks[spec.ask] = ask
    town.member(spec.member).asks[spec.ask] = None
    demand(ask.unmet >= 0, ONE_ACCEPTANCE, f"ask {spec.ask} wants {spec.quantity}", "more units are accepted already")
    expect_ask(town, ask)
    scene.touch(town.name, ("ask", spec.ask))
    scene.brought.setdefault(town.name, {})["ask", spec.ask] = None
    touch_series_of(town, "ask", spec.ask, scene)


def _open(town: Town, name: str) -> AskBook:
    ask = town.asks.get(name)
    demand(ask is not None, KNOWN, f"a fact speaks of ask {name}", "no such ask is listed")
    assert ask is not None
    demand(ask.ended is None, ENDED_RIGHTLY, f"a fact changes ask {name}", "it has ended, and that is for good")
    return ask


def _is_due(town: Town, ask: AskBook, scene: Scene) -> bool:
    """It waited too long, or what was accepted for it fell silent just now."""
    lapsed = any(
        match.status is MatchStatus.unconfirmed and not match.was_completed and match.moved_ms == scene.moment.now_ms
        for match in ask.matches.values()
    )
    return lapsed or (ask.unmet > 0 and escalates_ms(town, ask) < scene.moment.now_ms)


def _count_escalation(town: Town, ask: AskBook, load: Load) -> None:
    """With the promise that was never heard of again, if that is why; otherwise as a long wait."""
    if load.lapsed == ask.spec.ask:
        load.add("matches")
    else:
        load.decide(town.name, "escalations", (escalates_ms(town, ask), ask.spec.ask))


def _ends_ms(ask: AskBook) -> int:
    """The last moment at which it may go on; none where all units are taken."""
    return ask.spec.deadline_ms if ask.unmet > 0 else 0


def _waits_for_a_word(ask: AskBook) -> bool:
    return any(match.status is MatchStatus.completed for match in ask.matches.values())


def _why_it_may_not_end(town: Town, ask: AskBook, fact: AskEnded, event: Received | None, now_ms: int) -> str:
    """In words; empty where the reason holds."""
    said = None if event is None else event.data
    match fact.how:
        case EndedHow.fulfilled:
            missing = ask.spec.quantity - ask.given
            return f"{missing} of its units are not given" if missing > 0 or said is not None else ""
        case EndedHow.expired:
            return "" if said is None and ask.unmet > 0 and now_ms > ask.spec.deadline_ms else "its time is not up"
        case EndedHow.withdrawn:
            is_told = (isinstance(said, AskWithdrawn) and is_about(town, "ask", said.ask, fact.ask)) or (
                isinstance(said, MemberLeft) and said.member == ask.spec.member
            )
            return "" if is_told else "nobody took it back"
        case EndedHow.duplicate:
            is_told = isinstance(said, AskMerged) and (said.ask, said.duplicate_of) == (fact.ask, fact.duplicate_of)
            return "" if is_told else "no coordinator merged it with that other"
        case EndedHow.referred:
            is_told = isinstance(said, AskReferred) and (said.ask, said.to_community) == (fact.ask, fact.to_community)
            return "" if is_told else "no coordinator referred it there"
        case _:
            return "that is no way to end"
