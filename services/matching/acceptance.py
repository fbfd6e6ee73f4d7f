"""How likely people are to accept, and how likely it is that an ask is accepted soon. Whole parts per million.

A member's chance is the mean of a Beta posterior: the policy's prior, what is known from before, and every answer
since. Silence counts as far as answers have usually come by then, so a proposal that was let go after a minute says
little about whoever it went to.
"""

from collections.abc import Iterable

from schemas.codes import Urgency
from schemas.policy import AcceptanceDial, Policy, PpmByUrgency
from services.matching.state import AskState, CommunityState, MatchState, MemberState, open_matches

MILLION = 1_000_000
MINUTE_MS = 60_000
WORDS = {Urgency.critical: "critical", Urgency.high: "high", Urgency.low: "low"}
"""Urgencies that have a number of their own in a policy; all others count as normal."""


def answered_ppm(dial: AcceptanceDial, waited_ms: int) -> int:
    """Share of all answers that have come `waited_ms` after the question; straight between whole minutes."""
    curve = dial.answered_ppm
    minute, rest_ms = divmod(max(waited_ms, 0), MINUTE_MS)
    if minute + 1 >= len(curve):
        return curve[-1]
    return curve[minute] + (curve[minute + 1] - curve[minute]) * rest_ms // MINUTE_MS


def chance_ppm(dial: AcceptanceDial, member: MemberState) -> int:
    """Chance that the member accepts what they are asked: prior and answers, weighed by their number."""
    if dial.prior_ppm == MILLION:  # answers are certain
        return MILLION
    fields = member.fields
    accepted = dial.prior_weight * dial.prior_ppm + (fields.accepted_before + member.accepted) * MILLION
    tried = dial.prior_weight + fields.asked_before
    return accepted * MILLION // (tried * MILLION + member.tried_ppm)


def still_free_ppm(dial: AcceptanceDial, member: MemberState, accept_ppm: int) -> int:
    """Chance that none of the member's open proposals takes them before they answer another one."""
    left_ppm, stays_ppm = MILLION, MILLION - dial.taken_ppm * accept_ppm // MILLION
    for _ in member.open_matches:
        left_ppm = left_ppm * stays_ppm // MILLION
    return left_ppm


def soon_ppm(dial: AcceptanceDial, accept_ppm: int, waited_ms: int, left_ms: int) -> int:
    """Chance that an open proposal is accepted within the policy's `within_ms`, given the silence so far.

    Args:
        waited_ms: since the proposal was made.
        left_ms: until it expires; what would come later does not count.
    """
    if accept_ppm == MILLION:
        return MILLION
    come_ppm = answered_ppm(dial, waited_ms)
    will_come_ppm = answered_ppm(dial, waited_ms + min(dial.within_ms, max(left_ms, 0)))
    answers_ppm = accept_ppm + dial.decline_ppm * (MILLION - accept_ppm) // MILLION
    silent_ppm = MILLION - answers_ppm * come_ppm // MILLION
    return accept_ppm * (will_come_ppm - come_ppm) // silent_ppm if silent_ppm else 0


def sure_ppm(sure: PpmByUrgency, urgency: Urgency) -> int:
    """How likely an acceptance has to be; a word from a newer version counts as normal."""
    share_ppm: int = getattr(sure, WORDS.get(urgency, "normal"))
    return share_ppm


class Missing:
    """The chance, for each unmet unit of an ask, that nobody accepts it soon. Proposals are dealt to units in turn."""

    __slots__ = ("_bound_ppm", "_next", "_units_ppm", "proposals")

    def __init__(self, policy: Policy, ask: AskState) -> None:
        self._bound_ppm = MILLION - sure_ppm(policy.acceptance.sure_ppm, ask.spec.urgency)
        self._units_ppm = [MILLION] * ask.unmet
        self._next = 0
        self.proposals = 0
        """How many proposals are open."""

    def deal(self, soon_ppm: int, units: int) -> None:
        """A proposal of some units that is accepted soon with this chance."""
        for _ in range(units):
            place = self._next % len(self._units_ppm)
            self._units_ppm[place] = self._units_ppm[place] * (MILLION - soon_ppm) // MILLION
            self._next += 1

    @property
    def is_covered(self) -> bool:
        """An acceptance of every unit is likely enough."""
        return max(self._units_ppm) <= self._bound_ppm

    @property
    def worst_ppm(self) -> int:
        """The chance that the unit least covered stays unaccepted."""
        return max(self._units_ppm)


def missing(community: CommunityState, ask: AskState, told_ms: int) -> Missing:
    """How far the open proposals of an ask that is open leave it uncovered."""
    dial = community.policy.acceptance
    missing = Missing(community.policy, ask)
    for match in open_matches(community, ask):
        accept_ppm = chance_ppm(dial, community.member(match.offerer))
        soon = soon_ppm(dial, accept_ppm, told_ms - match.proposed_ms, match.expires_ms - told_ms)
        missing.deal(soon, match.units)
        missing.proposals += 1
    return missing


def more_wanted(
    community: CommunityState, missing: Missing, best: Iterable[tuple[MemberState, int]], asked_max: int
) -> int:
    """How many of the best are to be asked so that an acceptance becomes likely enough; at most `asked_max`.

    Args:
        missing: of the ask; changed, as if those were asked.
        best: each member with the units they would be asked for, best first.
    """
    dial, wanted = community.policy.acceptance, 0
    for member, units in best:
        if wanted >= asked_max or missing.is_covered:
            break
        life_ms = community.policy.proposal_life_ms
        missing.deal(soon_ppm(dial, chance_ppm(dial, member), 0, life_ms), units)
        wanted += 1
    return wanted


def tried_ppm(dial: AcceptanceDial, match: MatchState, moved_ms: int, *, let_go: bool) -> int:
    """How much of a try a proposal was: whole, unless it was let go before an answer usually comes."""
    return answered_ppm(dial, moved_ms - match.proposed_ms) if let_go else MILLION


def next_look_ms(policy: Policy, touched_ms: int, after_ms: int) -> int:
    """When an ask is looked at next, after `after_ms`: at the policy's ages since something last happened to it."""
    ages_s = policy.look_ages_s
    for age_s in ages_s:
        if touched_ms + age_s * 1_000 > after_ms:
            return touched_ms + age_s * 1_000
    first_ms = touched_ms + ages_s[-1] * 1_000
    step_ms = max((ages_s[-1] - ages_s[-2] if len(ages_s) > 1 else ages_s[-1]) * 1_000, MINUTE_MS)
    return first_ms + ((after_ms - first_ms) // step_ms + 1) * step_ms
