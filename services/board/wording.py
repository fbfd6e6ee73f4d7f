"""Why a match, and how an ask fares, in words.

Pure. **For coordinators only**: these words say who fell to which rule, blocks included. What anybody else is shown
goes through `shown_to_person`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.facts import Explanation
from schemas.states import AskStatus, MatchRow
from services.board.durations import elapsed
from services.board.fact_words import fact_in_words
from services.board.rule_words import counted, part_in_words, rule_in_words, solver_in_words
from services.board.views import AskView, FactView, MatchView

CERTAIN_PPM = 1_000_000

STATUSES = {
    AskStatus.waiting: "waiting, nobody is being asked",
    AskStatus.proposed: "somebody is being asked",
    AskStatus.matched: "help is agreed on",
    AskStatus.fulfilled: "fulfilled",
    AskStatus.held: "held for review",
    AskStatus.expired: "over, its time was up",
    AskStatus.withdrawn: "taken back by the asker",
    AskStatus.duplicate_of: "the same as another ask",
    AskStatus.referred: "handed to a neighbouring community",
}


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the lines under it."""

    heading: str
    lines: tuple[str, ...]


def match_in_words(match: MatchView, ask: AskView, timeline: Sequence[FactView]) -> tuple[Section, ...]:
    """Who was considered, who fell to which rule, what the pair was worth, what else was possible, what happened.

    Args:
        ask: the match's ask; times are told from its opening.
        timeline: the match's facts in the order of the log.
    """
    row = match.row
    head = (
        f"ask {row.ask} ({ask.row.need}) and offer {row.offer}, {counted(row.units, 'unit')}: {_status(row)}",
        f"proposed {elapsed(row.proposed_ms - ask.row.opened_ms)} after the ask was opened, attempt {match.attempt}",
        _way(row),
    )
    return (
        Section(f"Match {row.match}", head),
        *explanation_in_words(match),
        Section("What happened, from the ask's opening", timeline_in_words(timeline, ask.row.opened_ms)),
    )


def ask_in_words(ask: AskView, matches: Sequence[MatchView], timeline: Sequence[FactView]) -> tuple[Section, ...]:
    """How an ask stands, who was asked, why the latest of them, and what happened.

    Args:
        matches: the ask's matches, oldest first.
        timeline: the ask's facts in the order of the log.
    """
    asked = tuple(_match_line(match, ask.row.opened_ms) for match in matches)
    latest = explanation_in_words(matches[-1]) if matches else ()
    return (
        Section(f"Ask {ask.row.ask}", _ask_head(ask)),
        Section("Who was asked", asked or ("nobody yet",)),
        *(Section(f"{each.heading} (latest match)", each.lines) for each in latest),
        Section("What happened, from the ask's opening", timeline_in_words(timeline, ask.row.opened_ms)),
    )


def _ask_head(ask: AskView) -> tuple[str, ...]:
    row = ask.row
    what = f"{counted(row.quantity, ask.spec.unit)} of {row.need}, urgency {row.urgency.value}"
    units = f"{row.units_fulfilled} of {row.quantity} given, {row.units_held} agreed on"
    asked = f"{counted(row.proposals_open, 'question')} open of {row.proposals_made} asked"
    lines = [
        f"{what}: {STATUSES.get(row.status, row.status.value)}",
        f"{units}, {asked}",
        f"looked for until {elapsed(row.deadline_ms - row.opened_ms)} after its opening",
    ]
    if row.first_accepted_ms is not None:
        lines.append(f"first accepted after {elapsed(row.first_accepted_ms - row.opened_ms)}")
    if row.escalated:
        lines.append("a coordinator is asked to look")
    return tuple(lines)


def _match_line(match: MatchView, opened_ms: int) -> str:
    row = match.row
    after = elapsed(row.proposed_ms - opened_ms)
    return f"offer {row.offer} after {after}, {_way(row)}: {_status(row)} (match {row.match})"


def _status(row: MatchRow) -> str:
    reason = "" if row.reason is None else f", reason: {row.reason.value.replace('_', ' ')}"
    return row.status.value.replace("_", " ") + reason


def _way(row: MatchRow) -> str:
    return "help without a way" if row.distance_m is None else f"{row.distance_m:,} m apart"


def explanation_in_words(match: MatchView) -> tuple[Section, ...]:
    """Who was considered, what the pair was worth, and what else was possible."""
    why = match.explanation
    return (
        Section("Who was considered", considered_in_words(why)),
        Section("What the pair was worth, in points", points_in_words(why, match.row.points)),
        Section("What else was possible", alternatives_in_words(why, match.row.points)),
        Section("How it was picked", _picked(match)),
    )


def considered_in_words(why: Explanation) -> tuple[str, ...]:
    """How many were looked at, and how many fell to which rule, most first."""
    looked = f"{counted(why.considered, 'offer')} looked at: of the right kind and within reach, nearest first"
    fell = sorted(why.fell, key=lambda each: (-each.count, each.rule))
    return (f"{looked}; {why.feasible:,} would do", *(rule_in_words(each.rule, each.count) for each in fell))


def standing_in_words(why: Explanation) -> tuple[Section, ...]:
    """Who could be asked as things stand, for an ask that waits without an open proposal."""
    could = [f"offer {one.offer}" for one in why.alternatives]
    if could:
        last = f"best of them: {', '.join(could)}; held until one is near or time is short, or they go to others"
    else:
        last = "nobody can be asked as things stand; the ask is planned anew in every round"
    return (Section("Who could be asked now", (*considered_in_words(why), last)),)


def points_in_words(why: Explanation, points: int) -> tuple[str, ...]:
    """Each part of the score, weightiest first, and their sum."""
    parts = sorted(why.parts.items(), key=lambda part: (-abs(part[1]), part[0]))
    lines = (f"{value:+,} {part_in_words(name)}" for name, value in parts)
    return (*lines, f"= {points:,}")


def alternatives_in_words(why: Explanation, points: int) -> tuple[str, ...]:
    """The best offers that were possible and not taken, against the one that was."""
    lines = tuple(
        f"offer {other.offer}: {other.points:,}, {_against(other.points - points)}" for other in why.alternatives
    )
    return lines or ("no other offer would have done",)


def _against(more: int) -> str:
    if more > 0:
        return f"{more:,} more, but it served the round better elsewhere"
    return "the same" if more == 0 else f"{-more:,} less"


def _picked(match: MatchView) -> tuple[str, ...]:
    solver = solver_in_words(match.explanation.solver)
    if match.chance_ppm == CERTAIN_PPM:
        return (solver,)
    return (solver, f"with a chance of {match.chance_ppm:,} in a million, so that policies can be compared")


def timeline_in_words(timeline: Sequence[FactView], opened_ms: int) -> tuple[str, ...]:
    """Each fact with its time from the ask's opening."""
    return tuple(f"{elapsed(fact.at_ms - opened_ms)}: {fact_in_words(fact)}" for fact in timeline)
