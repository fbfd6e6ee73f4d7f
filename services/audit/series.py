"""Facts about what recurs: as was said, one occurrence at a time, each at its time."""

from schemas.asks import AskChanged, AskOpened, AskWithdrawn
from schemas.codes import EndedHow
from schemas.events import Received
from schemas.facts import Occurrence, Series, SeriesAdvanced, SeriesEnded, SeriesKind, SeriesListed, SeriesMarked
from schemas.members import MemberLeft
from schemas.offers import OfferChanged, OfferOpened, OfferPaused, OfferResumed, OfferWithdrawn
from schemas.operations import AskHeld, AskReleased
from services.audit.books import AskBook, OfferBook, SeriesBook, Town
from services.audit.bounds import Due, MayBeLeft
from services.audit.breach import demand
from services.audit.log_time import Moment
from services.audit.rules import (
    ACCOUNTED_FOR,
    AS_SAID,
    ENDED_RIGHTLY,
    FOLLOWS,
    KNOWN,
    MARKED,
    ON_SCHEDULE,
    ONE_AT_A_TIME,
)
from services.audit.scene import Scene
from services.audit.schedules import NotJudgedError, following


def list_series(town: Town, fact: SeriesListed, event: Received, scene: Scene) -> None:
    """Take in what recurs, new or changed.

    Raises:
        BrokenRuleError: it is not what was said, or comes at another time.
    """
    spec, said = fact.series, event.data
    key, stands = key_of(spec.kind, spec.series), f"the series {spec.series} is listed"
    known = town.series.get(key)
    if isinstance(said, AskOpened | OfferOpened):
        is_new = known is None and occurrence(town, spec.kind, spec.series) is None
        demand(is_new, AS_SAID, f"{stands} anew", f"{event.uid} opens it, and it is there")
        gone = town.known_member(spec.member).gone
        demand(not gone, ENDED_RIGHTLY, stands, "who it is from has left")
        wanted: Series | None = _opened(said)
    else:
        demand(known is not None, AS_SAID, stands, "it is not there to change")
        assert known is not None
        demand(known.ended is None, ENDED_RIGHTLY, stands, "it has ended, and that is for good")
        wanted = _changed(known.spec, said)
    demand(spec == wanted, AS_SAID, f"{stands} as {spec!r}", f"after {event.uid} it is {wanted!r}")
    passed = None if known is None else known.passed
    _check_next(town, spec, passed, fact.next, scene.moment)
    town.series[key] = known or SeriesBook(spec, fact.next)
    town.series[key].spec, town.series[key].next = spec, fact.next
    town.member(spec.member).series[key] = None
    scene.brought.setdefault(town.name, {})[spec.kind, spec.series] = None
    _look_again(town, key, scene)


def next_listed(town: Town, kind: SeriesKind, name: str, scene: Scene) -> tuple[SeriesBook, Occurrence]:
    """The series and the occurrence that time lists under an id.

    Raises:
        BrokenRuleError: no series has it next, or it is not its time.
    """
    series, _, number = name.rpartition(".")
    book = town.series.get(key_of(kind, series))
    stands = f"{kind} {name} is listed and names no cause"
    next_ = None if book is None else book.next
    is_next = next_ is not None and str(next_.number) == number
    demand(is_next, FOLLOWS, stands, "time lists the next occurrence of what recurs, and nothing else")
    assert book is not None
    assert next_ is not None
    _check_time(town, book, stands, scene.moment)
    demand(not _is_missed(town, next_, scene.moment), ON_SCHEDULE, stands, "nobody could be asked and answer any more")
    scene.to_be_advanced.setdefault(town.name, {})[key_of(kind, series)] = name
    return book, next_


def advance_series(town: Town, fact: SeriesAdvanced, scene: Scene) -> None:
    """Take in that an occurrence was listed, or missed.

    Raises:
        BrokenRuleError: it was not, or another one comes next.
    """
    key, stands = key_of(fact.kind, fact.series), f"the series {fact.series} passes its occurrence {fact.passed.number}"
    book = _known(town, fact.kind, fact.series)
    due = _due(town, book, key)
    demand(fact.passed == book.next, ON_SCHEDULE, stands, f"its next one is {book.next!r}")
    _check_time(town, book, stands, scene.moment)
    listed = scene.to_be_advanced.get(town.name, {}).pop(key, None)
    demand(fact.listed == listed, ONE_AT_A_TIME, f"{stands}, listed as {fact.listed}", f"listed was {listed}")
    if listed is None:
        name = f"{fact.series}.{fact.passed.number}"
        is_taken = occurrence(town, fact.kind, name) is not None or key_of(fact.kind, name) in town.series
        may_pass = is_taken or _is_missed(town, fact.passed, scene.moment)
        demand(may_pass, ON_SCHEDULE, f"{stands}, and it is not listed", "there is time for it")
    _check_next(town, book.spec, fact.passed, fact.next, scene.moment)
    scene.load.decide(town.name, "series", due, 1 if listed is None else 2)
    book.passed, book.next, book.listed = fact.passed, fact.next, listed or book.listed
    _look_again(town, key, scene)


def mark_series(town: Town, fact: SeriesMarked, event: Received, scene: Scene) -> None:
    """Take in that a series is paused, or goes on.

    Raises:
        BrokenRuleError: nobody said so, it is so already, or not for what is listed of it.
    """
    book, said = _known(town, fact.kind, fact.series), event.data
    words = f"the series {fact.series} is {'paused' if fact.paused else 'resumed'}"
    by = (AskHeld, OfferPaused) if fact.paused else (AskReleased, OfferResumed)
    demand(isinstance(said, by) and getattr(said, fact.kind, None) == fact.series, MARKED, words, "nobody said so")
    demand(book.paused is not fact.paused, MARKED, words, "it is so already")
    listed = occurrence(town, fact.kind, book.listed)
    is_alike = listed is None or listed.ended is not None or _rests(listed) is fact.paused
    demand(is_alike, MARKED, words, f"what is listed of it, {book.listed}, is not")
    book.paused = fact.paused
    _look_again(town, key_of(fact.kind, fact.series), scene)


def end_series(town: Town, fact: SeriesEnded, event: Received | None, scene: Scene) -> None:
    """Take in that nothing more is listed of a series.

    Raises:
        BrokenRuleError: the reason does not hold, or what is listed of it goes on.
    """
    book, said = _known(town, fact.kind, fact.series), None if event is None else event.data
    stands = f"the series {fact.series} ends {fact.how.value} at {fact.at_ms}"
    if fact.how is EndedHow.expired:
        demand(said is None and book.next is None, ENDED_RIGHTLY, stands, "an occurrence is still to come")
    else:
        is_told = isinstance(said, AskWithdrawn | OfferWithdrawn) and getattr(said, fact.kind, None) == fact.series
        is_told = is_told or (isinstance(said, MemberLeft) and said.member == book.spec.member)
        demand(is_told and fact.how is EndedHow.withdrawn, ENDED_RIGHTLY, stands, "nobody took it back")
    listed = occurrence(town, fact.kind, book.listed)
    is_over = listed is None or listed.ended is not None or listed.spec.member != book.spec.member
    demand(is_over, ENDED_RIGHTLY, stands, f"what is listed of it, {book.listed}, goes on")
    demand(fact.at_ms == scene.moment.now_ms, ENDED_RIGHTLY, stands, f"that is now, {scene.moment.now_ms}")
    if event is None:
        scene.load.decide(town.name, "series", _due(town, book, key_of(fact.kind, fact.series)))
    book.ended, book.ended_ms = fact.how, fact.at_ms


def check_series(town: Town, key: str, now_ms: int, may_be_left: MayBeLeft) -> None:
    """Hold a series against what should have become of it by now.

    Args:
        may_be_left: whether that may wait for the next block.

    Raises:
        BrokenRuleError: an occurrence should have been listed, or passed by, or the series should have ended.
    """
    book = town.series.get(key)
    if book is None or book.ended is not None or book.paused:
        return
    begins_ms = _listed_begins_ms(town, book)
    stands = f"the series {book.spec.series} stands still"
    if book.next is None:
        goes_on = begins_ms is not None or may_be_left("series", _due(town, book, key))
        demand(goes_on, ACCOUNTED_FOR, stands, "with nothing to come it should have ended")
        return
    next_ms = max(book.next.begins_ms - town.policy.series_ahead_ms, begins_ms or 0)
    if next_ms <= now_ms:
        is_left = may_be_left("series", _due(town, book, key))
        demand(is_left, ACCOUNTED_FOR, stands, f"its occurrence {book.next.number} was near at {next_ms}")
    town.falling_due.expect(next_ms - 1, "series", key)


def touch_series_of(town: Town, kind: SeriesKind, name: str, scene: Scene) -> None:
    """An ask or an offer was changed or has ended: where it is what a series listed last, look at that again."""
    key = key_of(kind, name.rpartition(".")[0])
    if key in town.series and town.series[key].listed == name:
        _look_again(town, key, scene)


def is_about(town: Town, kind: SeriesKind, said: str, name: str) -> bool:
    """What is said of `said` is said of the ask or offer `name`: of itself, or of the series that listed it."""
    book = town.series.get(key_of(kind, said))
    return said == name if book is None else book.listed == name


def key_of(kind: str, series: str) -> str:
    """An ask's and an offer's series may have the same id."""
    return f"{kind} {series}"


def occurrence(town: Town, kind: SeriesKind, name: str | None) -> AskBook | OfferBook | None:
    """An ask or an offer by its kind and id, if it is known."""
    if name is None:
        return None
    return town.asks.get(name) if kind == "ask" else town.offers.get(name)


def _opened(said: AskOpened | OfferOpened) -> Series:
    if isinstance(said, AskOpened):
        return Series(kind="ask", series=said.ask, member=said.member, template=said)
    return Series(kind="offer", series=said.offer, member=said.member, template=said)


def _changed(before: Series, said: object) -> Series | None:
    """A series after a change: what was not said stays."""
    kind = AskChanged if before.kind == "ask" else OfferChanged
    if not isinstance(said, kind) or getattr(said, before.kind) != before.series:
        return None
    changes = {name: getattr(said, name) for name in kind.model_fields if name not in ("type", "community")}
    heard = {name: value for name, value in changes.items() if value is not None}
    return before.model_copy(update={"template": before.template.model_copy(update=heard)})


def _known(town: Town, kind: SeriesKind, name: str) -> SeriesBook:
    book = town.series.get(key_of(kind, name))
    demand(book is not None, KNOWN, f"a fact speaks of the series {name}", "no such series is listed")
    assert book is not None
    demand(book.ended is None, ENDED_RIGHTLY, f"a fact changes the series {name}", "it has ended, and that is for good")
    return book


def _check_time(town: Town, book: SeriesBook, stands: str, moment: Moment) -> None:
    """An occurrence is near, and the one before it has begun or ended."""
    demand(
        book.ended is None and not book.paused, ONE_AT_A_TIME, stands, "nothing is listed of what rests or has ended"
    )
    near_ms = 0 if book.next is None else book.next.begins_ms - town.policy.series_ahead_ms
    demand(moment.now_ms >= near_ms, ONE_AT_A_TIME, stands, f"it is near at {near_ms}")
    begins_ms = _listed_begins_ms(town, book)
    is_open = begins_ms is not None and begins_ms > moment.now_ms
    demand(not is_open, ONE_AT_A_TIME, stands, f"{book.listed} is still to begin")


def _check_next(town: Town, spec: Series, after: Occurrence | None, stands: Occurrence | None, moment: Moment) -> None:
    template = spec.template
    assert template.schedule is not None, "what recurs has a schedule"
    if isinstance(template, AskOpened):
        from_ms, ends = template.earliest_ms, (template.needed_by_ms, template.list_until_ms)
    else:
        from_ms, ends = template.from_ms, (template.list_until_ms, None)
    untils = [ms for ms in (*ends, template.schedule.until_ms) if ms is not None]
    ends_from_ms = moment.told_ms + town.policy.answer_ms_min
    try:
        wanted = following(template.schedule, min(untils, default=None), after, from_ms or 0, ends_from_ms)
    except NotJudgedError:
        return
    demand(stands == wanted, ON_SCHEDULE, f"next of the series {spec.series} is {stands!r}", f"it is {wanted!r}")


def _is_missed(town: Town, passed: Occurrence, moment: Moment) -> bool:
    return passed.ends_ms < moment.told_ms + town.policy.answer_ms_min


def _listed_begins_ms(town: Town, book: SeriesBook) -> int | None:
    """When what is listed of it begins; None where that is over."""
    listed = occurrence(town, book.spec.kind, book.listed)
    if listed is None or listed.ended is not None:
        return None
    return listed.spec.earliest_ms if isinstance(listed, AskBook) else listed.spec.from_ms


def _due(town: Town, book: SeriesBook, key: str) -> Due:
    """Since when something is to be done about a series."""
    if book.next is None:
        return 0, key
    near_ms = book.next.begins_ms - town.policy.series_ahead_ms
    return max(near_ms, _listed_begins_ms(town, book) or 0, 1) - 1, key


def _rests(listed: AskBook | OfferBook) -> bool:
    return listed.on_hold if isinstance(listed, AskBook) else listed.paused


def _look_again(town: Town, key: str, scene: Scene) -> None:
    """When the block ends; with the next one where time was there already, for in one it lists at most one occurrence."""
    if scene.event is None or town.name in scene.to_be_advanced:
        scene.touched_late.setdefault(town.name, {})["series", key] = None
    else:
        scene.touch(town.name, ("series", key))
