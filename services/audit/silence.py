"""When silence has lasted too long: about a proposal, an acceptance, an ask, an event in the waiting room."""

from schemas.codes import MatchStatus, Urgency
from services.audit.books import ON_ITS_WAY, AskBook, MatchBook, Town
from services.audit.following_up import follow_ups_ms


def match_ends_ms(town: Town, match: MatchBook) -> int | None:
    """Last moment at which silence about a match is fine; None where it may last for ever."""
    if match.status is MatchStatus.proposed:
        return match.said.expires_ms
    if match.status in ON_ITS_WAY:
        needed_ms = town.asks[match.said.ask].spec.deadline_ms
        return max(match.moved_ms, needed_ms) + town.policy.accept_silence_ms
    if match.status is MatchStatus.completed:
        return match.moved_ms + town.policy.confirm_silence_ms
    return None


def escalates_ms(town: Town, ask: AskBook) -> int:
    """Last moment at which an ask may wait without a coordinator."""
    waits = town.policy.escalate_after_ms
    patience_ms = {Urgency.critical: waits.critical, Urgency.high: waits.high, Urgency.low: waits.low}
    return max(ask.spec.opened_ms, ask.released_ms) + patience_ms.get(ask.spec.urgency, waits.normal)


def expect_ask(town: Town, ask: AskBook) -> None:
    """Have an ask, and the matches that wait for its deadline, looked at in time."""
    town.falling_due.expect(ask.spec.deadline_ms, "ask", ask.spec.ask)
    town.falling_due.expect(escalates_ms(town, ask), "escalation", ask.spec.ask)
    for match in ask.matches.values():
        expect_match(town, match)


def expect_match(town: Town, match: MatchBook) -> None:
    """Have a match looked at once silence about it has lasted too long, and when it is to be followed up."""
    expect_silence(town, match)
    for last_ms in follow_ups_ms(town, match).values():
        town.falling_due.expect(last_ms, "match", match.said.match)


def expect_silence(town: Town, match: MatchBook) -> None:
    """Have a match looked at once silence about it has lasted too long."""
    ends_ms = match_ends_ms(town, match)
    if ends_ms is not None:
        town.falling_due.expect(ends_ms, "match", match.said.match)


def expect_all(town: Town) -> None:
    """Have everything looked at anew: another policy has another patience."""
    for ask in town.asks.values():
        if ask.ended is None or any(match.takes_units for match in ask.matches.values()):
            expect_ask(town, ask)
    for key in town.series:
        town.falling_due.expect(0, "series", key)
