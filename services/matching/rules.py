"""Who may be proposed to whom: a list in reading order. The first refusal wins and is counted.

Category and reach are rules like the others, but a search looks only at offers that pass them: counts in an
explanation begin after them.
"""

from collections.abc import Callable
from dataclasses import dataclass

from schemas.codes import VETTING_RANK
from schemas.policy import DAY_MS, Policy
from schemas.taxonomy import Taxonomy
from services.matching.plane import gap_m
from services.matching.quiet import is_quiet
from services.matching.state import WEEK_MS, AskState, CommunityState, MemberState, OfferState


@dataclass(slots=True)
class Pair:
    """An ask and an offer side by side, at the moment people would be told. Made by the million, so not frozen."""

    community: CommunityState
    taxonomy: Taxonomy
    ask: AskState
    offer: OfferState
    asker: MemberState
    offerer: MemberState
    told_ms: int

    @property
    def policy(self) -> Policy:
        """What the community decides by."""
        return self.community.policy


@dataclass(frozen=True, slots=True)
class Rule:
    """A name that is recorded, and what it refuses."""

    name: str
    refuses: Callable[[Pair], bool]


def pair_of(community: CommunityState, taxonomy: Taxonomy, ask: AskState, offer: OfferState, told_ms: int) -> Pair:
    """The two sides with what is known of their members."""
    asker, offerer = community.member(ask.spec.member), community.member(offer.spec.member)
    return Pair(community, taxonomy, ask, offer, asker, offerer, told_ms)


def reach_m(ask: AskState, offer: OfferState) -> int:
    """The way both sides agree to, in metres."""
    return offer.spec.radius_m if ask.spec.reach_m is None else min(ask.spec.reach_m, offer.spec.radius_m)


def distance_m(ask: AskState, offer: OfferState) -> int | None:
    """The way between the two, or None where help comes without one."""
    if ask.spec.remote and offer.spec.remote:
        return None
    if ask.spec.place is None or offer.spec.place is None:
        return None
    return gap_m(ask.spec.place, offer.spec.place)


def is_too_far(pair: Pair) -> bool:
    """Farther than either side agreed to; remote help has no way, on-site help needs two places."""
    if pair.ask.spec.remote and pair.offer.spec.remote:
        return False
    way_m = distance_m(pair.ask, pair.offer)
    return way_m is None or way_m > reach_m(pair.ask, pair.offer)


def is_other_category(pair: Pair) -> bool:
    """Nothing offered is the need asked for, or a kind of it."""
    return not any(pair.taxonomy.satisfies(offered, pair.ask.spec.need) for offered in pair.offer.spec.needs)


def windows_miss(pair: Pair) -> bool:
    """The two are never there together, or too little time is left to answer."""
    ask, offer = pair.ask.spec, pair.offer.spec
    answer_by_ms = pair.told_ms + pair.policy.answer_ms_min
    if ask.deadline_ms < answer_by_ms or offer.deadline_ms < answer_by_ms:
        return True
    return offer.from_ms > ask.deadline_ms or ask.earliest_ms > offer.deadline_ms


def shares_no_language(pair: Pair) -> bool:
    """Languages are wished for and none of them is spoken."""
    wished = pair.ask.spec.languages
    return bool(wished) and not any(language in pair.offerer.fields.languages for language in wished)


def lacks_skill(pair: Pair) -> bool:
    """A skill is missing."""
    return any(skill not in pair.offerer.fields.skills for skill in pair.ask.spec.skills)


def lacks_accessibility(pair: Pair) -> bool:
    """An accessibility need is not provided for."""
    return any(need not in pair.offerer.fields.accessibility for need in pair.ask.spec.accessibility)


def is_under_vetting_floor(pair: Pair) -> bool:
    """Checked less than the ask, its need, or the kind of help that would answer it demands."""
    taxonomy, need = pair.taxonomy, pair.ask.spec.need
    answering = [offered for offered in pair.offer.spec.needs if taxonomy.satisfies(offered, need)]
    floors = [VETTING_RANK[pair.ask.spec.vetting], _floor_rank(taxonomy, need)]
    floors += [min(_floor_rank(taxonomy, offered) for offered in answering)] if answering else []
    return VETTING_RANK[pair.offerer.fields.vetting] < max(floors)


def _floor_rank(taxonomy: Taxonomy, need: str) -> int:
    return VETTING_RANK[taxonomy.entry(need).vetting_floor] if taxonomy.knows(need) else 0


def is_blocked(pair: Pair) -> bool:
    """Either side wants nothing to do with the other."""
    ask, offer = pair.ask.spec, pair.offer.spec
    return offer.member in pair.asker.fields.blocked or ask.member in pair.offerer.fields.blocked


def is_paused(pair: Pair) -> bool:
    """The member asked not to be asked until later."""
    until_ms = pair.offerer.fields.paused_until_ms
    return until_ms is not None and pair.told_ms < until_ms


def left_today(policy: Policy, member: MemberState, told_ms: int) -> int:
    """How often the member may still be asked within these 24 hours, by their own cap or else the policy's."""
    return day_cap(policy, member) - member.asked_since(told_ms - DAY_MS)


def left_this_week(policy: Policy, member: MemberState, told_ms: int) -> int:
    """How often the member may still be asked within these seven days, by their own cap or else the policy's."""
    return week_cap(policy, member) - member.asked_since(told_ms - WEEK_MS)


def left_open(policy: Policy, member: MemberState) -> int:
    """How many more proposals may wait for the member's answer at one time."""
    return policy.open_slots - len(member.open_matches)


def left_to_ask(policy: Policy, member: MemberState, told_ms: int) -> int:
    """How many proposals the member may be sent now: as many as every cap leaves room for."""
    left, asked = left_open(policy, member), len(member.asked_ms)
    if left <= min(day_cap(policy, member), week_cap(policy, member)) - asked:
        return left  # however lately they were asked
    return min(left, left_today(policy, member, told_ms), left_this_week(policy, member, told_ms))


def carries_enough(pair: Pair) -> bool:
    """Carries as much as the member, or else the policy, allows."""
    return len(pair.offerer.active_matches) >= active_cap(pair.policy, pair.offerer)


def day_cap(policy: Policy, member: MemberState) -> int:
    """How often the member may be asked within 24 hours."""
    cap = member.fields.asked_per_day_max
    return policy.asked_per_day_max if cap is None else cap


def week_cap(policy: Policy, member: MemberState) -> int:
    """How often the member may be asked within seven days."""
    cap = member.fields.asked_per_week_max
    return policy.asked_per_week_max if cap is None else cap


def active_cap(policy: Policy, member: MemberState) -> int:
    """How much the member may carry at one time."""
    cap = member.fields.active_max
    return policy.active_max if cap is None else cap


# fmt: off
REACH_RULES = (
    Rule("category",         is_other_category),
    Rule("too_far",          is_too_far),
)
HELPER_RULES = (  # read the offering side alone: a round asks them once per offer
    Rule("capacity",         lambda pair: not pair.offer.is_open),
    Rule("offer_paused",     lambda pair: pair.offer.paused),
    Rule("member_suspended", lambda pair: pair.offerer.suspended),
    Rule("member_paused",    is_paused),
    Rule("quiet_hours",      lambda pair: is_quiet(pair.offerer.fields.quiet, pair.told_ms)),
    Rule("asked_per_day",    lambda pair: left_today(pair.policy, pair.offerer, pair.told_ms) <= 0),
    Rule("asked_per_week",   lambda pair: left_this_week(pair.policy, pair.offerer, pair.told_ms) <= 0),
    Rule("active_cap",       carries_enough),
    Rule("open_slots",       lambda pair: left_open(pair.policy, pair.offerer) <= 0),
)
PAIR_RULES = (
    Rule("unit",             lambda pair: pair.offer.spec.unit != pair.ask.spec.unit),
    Rule("window",           windows_miss),
    Rule("own_offer",        lambda pair: pair.ask.spec.member == pair.offer.spec.member),
    Rule("blocked_pair",     is_blocked),
    Rule("asker_suspended",  lambda pair: pair.asker.suspended),
    Rule("ask_held",         lambda pair: pair.ask.on_hold),
    Rule("language",         shares_no_language),
    Rule("skills",           lacks_skill),
    Rule("accessibility",    lacks_accessibility),
    Rule("vetting",          is_under_vetting_floor),
    Rule("already_asked",    lambda pair: pair.offer.spec.member in pair.ask.asked),
)
# fmt: on
RULES = (*HELPER_RULES, *PAIR_RULES)
RULE_NAMES = ("", *(rule.name for rule in RULES))
"""Nothing refuses, and then the rules in reading order."""
CODE = {name: code for code, name in enumerate(RULE_NAMES)}
"""The place of each in `RULE_NAMES`: what stands for it in columns of numbers."""


def first_refusal(pair: Pair, rules: tuple[Rule, ...] = RULES) -> str | None:
    """The name of the first rule that refuses the pair, or None where it is feasible."""
    for rule in rules:
        if rule.refuses(pair):
            return rule.name
    return None
