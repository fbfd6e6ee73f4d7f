"""Whether somebody may be asked, and whether the proposal says what is so."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from schemas.codes import VETTING_RANK
from schemas.decisions import RoundCut
from schemas.events import Received
from schemas.facts import Proposed
from schemas.operations import ProposedByHand, Reassigned
from schemas.policy import CERTAIN_PPM, Policy
from schemas.taxonomy import Taxonomy
from services.audit import rules
from services.audit.books import AskBook, MatchBook, MemberBook, OfferBook, Town, open_ones
from services.audit.breach import demand
from services.audit.chances import accepts_ppm, uncovered_ppm
from services.audit.neighbourhoods import open_around
from services.audit.places import agreed_m, sleeps, way_m
from services.audit.points import Sides, wrong_part
from services.audit.scene import Scene
from services.audit.silence import expect_match

MATCHES = uuid5(NAMESPACE_URL, "urn:commonweal:match")
DAY_MS = 86_400_000
WEEK_MS = 7 * DAY_MS
BY_HAND = "by-hand"


def check_cut(towns: Mapping[str, Town], cut: RoundCut, scene: Scene) -> None:
    """Hold a round that did not come to everybody against what it says it came to.

    Raises:
        BrokenRuleError: that is not there, it is more than is enough for a block, or the round asked for others.
    """
    stands, load = f"a round came to {len(cut.asks)} asks and {len(cut.offers)} offers", scene.load
    town = towns.get(cut.community)
    demand(town is not None, rules.KNOWN, stands, f"nobody defined the community {cut.community}")
    assert town is not None
    strange = [name for name in cut.asks if name not in town.asks]
    demand(not strange, rules.KNOWN, stands, f"{', '.join(strange[:1])} is none of the asks")
    load.looks += len(cut.asks)
    most = None if load.bounds is None else load.bounds.looks_max
    fits = most is not None and max(load.looks, len(cut.offers)) <= most
    demand(fits, rules.BOUNDED, stands, f"{most} are enough for a block")
    came_to = dict.fromkeys(cut.asks)
    others = [ask for place, ask in load.proposals if place == town.name and ask not in came_to]
    demand(not others, rules.BOUNDED, stands, f"it asked for {', '.join(others[:1])}, which is none of them")


@dataclass(frozen=True, slots=True)
class Case:
    """A proposal with all it is judged by."""

    town: Town
    said: Proposed
    ask: AskBook
    offer: OfferBook
    asker: MemberBook
    offerer: MemberBook
    event: Received | None
    scene: Scene
    way_m: int | None

    @property
    def policy(self) -> Policy:
        """What the community decides by."""
        return self.town.policy

    @property
    def is_by_hand(self) -> bool:
        """A coordinator chose, who may overrule the way, a slot, and that somebody was asked before."""
        return self.said.explanation.solver == BY_HAND

    @property
    def pair(self) -> str:
        """The proposal in words."""
        return f"offer {self.said.offer} is proposed for ask {self.said.ask}"


def propose(town: Town, fact: Proposed, event: Received | None, scene: Scene) -> None:
    """Take in that somebody is asked.

    Raises:
        BrokenRuleError: they may not be, or the proposal says what is not so.
    """
    ask, offer = town.asks.get(fact.ask), town.offers.get(fact.offer)
    demand(ask is not None and ask.ended is None, rules.KNOWN, f"ask {fact.ask} is proposed", "no such ask is open")
    demand(
        offer is not None and offer.ended is None,
        rules.KNOWN,
        f"offer {fact.offer} is proposed",
        "no such offer is open",
    )
    assert ask is not None
    assert offer is not None
    asker, offerer = town.known_member(ask.spec.member), town.known_member(offer.spec.member)
    case = Case(town, fact, ask, offer, asker, offerer, event, scene, way_m(ask.spec, offer.spec))
    for check in CHECKS:
        check(case)
    _write(case)


def _is_the_pair(case: Case) -> None:
    said, ask, offer = case.said, case.ask.spec, case.offer.spec
    sides = (said.asker, said.offerer) == (ask.member, offer.member)
    demand(sides, rules.SIDES, f"{case.pair} between two members", "these are not who asks and who offers")
    demand(said.asker != said.offerer, rules.OWN_OFFER, case.pair, "both are the same member's")
    wanted = str(uuid5(MATCHES, f"{said.community}/{said.ask}/{said.offer}/{said.attempt}"))
    demand(said.match == wanted, rules.MATCH_ID, f"the match is called {said.match}", f"what it joins gives {wanted}")
    demand(
        said.match not in case.town.matches, rules.MATCH_ID, f"match {said.match} is proposed", "it was proposed before"
    )
    counted = said.attempt == case.ask.attempts + 1
    demand(counted, rules.ATTEMPT, f"{case.pair} as attempt {said.attempt}", f"{case.ask.attempts} were made before")


def _was_chosen(case: Case) -> None:
    """By hand by a coordinator's event that names the pair, otherwise by a round, which no event causes."""
    said, event = case.said, None if case.event is None else case.event.data
    match event:
        case None:
            holds = not case.is_by_hand
        case ProposedByHand():
            holds = case.is_by_hand and (event.ask, event.offer) == (said.ask, said.offer)
        case Reassigned():
            freed = case.town.matches.get(event.match)
            holds = case.is_by_hand and event.offer == said.offer and freed is not None and freed.said.ask == said.ask
        case _:
            holds = False
    how = "by hand" if case.is_by_hand else "by a round"
    demand(holds, rules.BY_HAND, f"{case.pair} {how}", "its cause does not say so")


def _has_units(case: Case) -> None:
    units, unmet, room = case.said.units, case.ask.unmet, case.offer.room
    stands = f"{case.pair} for {units} units"
    demand(units <= unmet, rules.UNITS, stands, f"{unmet} units of the ask are unmet")
    demand(units <= room, rules.CAPACITY, stands, f"{room} units of the offer are free")
    most, out = unmet * case.policy.proposals_open_per_unit, len(open_ones(case.ask.matches))
    fits = case.is_by_hand or out < most
    demand(fits, rules.OPEN_PER_UNIT, f"{stands}, beside {out} that are out", f"the policy lets {most} be out")


def _may_be_matched(case: Case) -> None:
    """Neither side is paused, held, suspended or blocked."""
    said, told_ms = case.said, case.scene.moment.told_ms
    demand(not case.offer.paused, rules.PAUSED, case.pair, "the offer is paused")
    until_ms = case.offerer.fields.paused_until_ms
    demand(until_ms is None or told_ms >= until_ms, rules.PAUSED, case.pair, f"who offers paused until {until_ms}")
    demand(not case.ask.on_hold, rules.ON_HOLD, case.pair, "a coordinator holds the ask")
    demand(not case.offerer.suspended, rules.SUSPENDED, case.pair, "who offers is suspended")
    demand(not case.asker.suspended, rules.SUSPENDED, case.pair, "who asks is suspended")
    is_blocked = said.offerer in case.asker.fields.blocked or said.asker in case.offerer.fields.blocked
    demand(not is_blocked, rules.BLOCKED, case.pair, "one of the two blocked the other")
    asleep = sleeps(case.offerer.fields.quiet, told_ms)
    demand(not asleep, rules.QUIET_HOURS, f"{case.pair} at {told_ms}", "these are quiet hours of who offers")


def _is_within_caps(case: Case) -> None:
    """Nobody is asked too often, or beside too much. A slot may be overruled by hand; no cap may."""
    told_ms, fields = case.scene.moment.told_ms, case.offerer.fields
    for rule, span_ms, own, shared in (
        (rules.ASKED_PER_DAY, DAY_MS, fields.asked_per_day_max, case.policy.asked_per_day_max),
        (rules.ASKED_PER_WEEK, WEEK_MS, fields.asked_per_week_max, case.policy.asked_per_week_max),
    ):
        cap, asked = shared if own is None else own, case.offerer.asked_since(told_ms - span_ms)
        demand(asked < cap, rule, f"{case.pair}, who was asked {asked} times lately", f"the cap is {cap}")
    cap = case.policy.active_max if fields.active_max is None else fields.active_max
    active, slots = case.offerer.active_count(), case.policy.open_slots
    demand(active < cap, rules.ACTIVE_CAP, f"{case.pair}, who carries {active} matches", f"the cap is {cap}")
    out = case.offerer.open_count()
    fits = case.is_by_hand or out < slots
    demand(fits, rules.OPEN_SLOTS, f"{case.pair}, who has {out} proposals to answer", f"the policy gives {slots} slots")


def _asked_before(case: Case) -> None:
    """An earlier proposal of the ask to the same member must have been withdrawn."""
    earlier = [match for match in case.ask.matches.values() if match.said.offerer == case.said.offerer]
    stays = [match.said.match for match in earlier if match.status.value != "withdrawn"]
    fits = case.is_by_hand or not stays
    demand(fits, rules.ASKED_ONCE, case.pair, f"who offers was asked for it by {', '.join(stays)}")


def _windows_meet(case: Case) -> None:
    ask, offer = case.ask.spec, case.offer.spec
    answer_by_ms = case.scene.moment.told_ms + case.policy.answer_ms_min
    left = min(ask.deadline_ms, offer.deadline_ms)
    demand(
        answer_by_ms <= left,
        rules.WINDOW,
        case.pair,
        f"to answer takes until {answer_by_ms}, they are there until {left}",
    )
    meets = offer.from_ms <= ask.deadline_ms and ask.earliest_ms <= offer.deadline_ms
    demand(meets, rules.WINDOW, case.pair, "the two are never there together")


def _fits(case: Case) -> None:
    """What is offered answers what is asked, by somebody who can."""
    ask, offer, fields = case.ask.spec, case.offer.spec, case.offerer.fields
    demand(ask.unit == offer.unit, rules.SAME_UNIT, case.pair, f"they count in {offer.unit} and {ask.unit}")
    spoken = not ask.languages or set(ask.languages) & set(fields.languages)
    demand(spoken, rules.CAPABLE, case.pair, "who offers speaks none of the languages wished for")
    demand(set(ask.skills) <= set(fields.skills), rules.CAPABLE, case.pair, "who offers lacks a skill")
    provided = set(ask.accessibility) <= set(fields.accessibility)
    demand(provided, rules.CAPABLE, case.pair, "who offers does not provide for an accessibility need")
    checked = VETTING_RANK[fields.vetting]
    demand(checked >= VETTING_RANK[ask.vetting], rules.CAPABLE, case.pair, "who offers was checked for less than asked")
    if case.scene.taxonomy is not None:
        _answers_the_need(case, case.scene.taxonomy, checked)


def _answers_the_need(case: Case, taxonomy: Taxonomy, checked: int) -> None:
    need = case.ask.spec.need
    answering = [offered for offered in case.offer.spec.needs if taxonomy.satisfies(offered, need)]
    demand(answering, rules.CATEGORY, case.pair, f"nothing offered is {need}, or a kind of it")
    floor = max(_floor(taxonomy, need), min(_floor(taxonomy, offered) for offered in answering))
    demand(checked >= floor, rules.CAPABLE, case.pair, f"who offers was checked for less than {need} needs")


def _floor(taxonomy: Taxonomy, need: str) -> int:
    return VETTING_RANK[taxonomy.entry(need).vetting_floor] if taxonomy.knows(need) else 0


def _is_in_reach(case: Case) -> None:
    ask, offer, said = case.ask.spec, case.offer.spec, case.said
    is_remote = ask.remote and offer.remote
    stands = f"{case.pair} at a distance of {said.distance_m} m"
    demand(said.distance_m == case.way_m, rules.DISTANCE, stands, f"between the two places it is {case.way_m} m")
    agreed = agreed_m(ask, offer)
    near = is_remote or case.is_by_hand or (case.way_m is not None and case.way_m <= agreed)
    demand(near, rules.REACH, stands, f"both agreed to {agreed} m")


def _adds_up(case: Case) -> None:
    """Points are the sum of their parts; what the auditor can compute by itself, it does."""
    parts, points = case.said.explanation.parts, case.said.points
    total = sum(parts.values())
    demand(points == total, rules.SCORE, f"{case.pair} for {points} points", f"the parts add up to {total}")
    if case.scene.is_current:
        name, stands, wanted = wrong_part(case.policy, _sides(case), parts)
        demand(not name, rules.SCORE, f"{case.pair}, and its part {name} is {stands} points", wanted)
    counts = case.said.explanation
    fell = sum(one.count for one in counts.fell)
    adds_up = counts.considered == counts.feasible + fell
    demand(
        adds_up, rules.COUNTED, f"{counts.considered} were considered", f"{counts.feasible} were feasible, {fell} fell"
    )


def _sides(case: Case) -> Sides:
    told_ms, helper, asker = case.scene.moment.told_ms, case.said.offerer, case.said.asker
    asked, is_open = case.offerer.asked_since(told_ms - DAY_MS), case.offerer.open_count()
    if not case.is_by_hand:  # a round is planned before any of its proposals are out
        out = case.scene.proposed_in.get(case.town.name, {}).get(helper, 0)
        asked, is_open = asked - out, is_open - out
    sent_out = case.scene.sent_out.get(case.town.name, {})
    return Sides(
        ask=case.ask.spec,
        offer=case.offer.spec,
        told_ms=told_ms,
        way_m=case.way_m or 0,
        helped_before=asker in case.offerer.helped or helper in case.asker.helped,
        asked_lately=asked,
        active=case.offerer.active_count(),
        to_answer=is_open,
        accept_ppm=case.said.accept_ppm,
        uncovered_ppm=uncovered_ppm(case.town, case.ask, told_ms, sent_out) if not case.is_by_hand else CERTAIN_PPM,
        offers_around=open_around(case.town, case.said.offer) if not case.is_by_hand else None,
    )


def _expires_rightly(case: Case) -> None:
    said, told_ms = case.said, case.scene.moment.told_ms
    demand(
        said.proposed_ms == told_ms,
        rules.EXPIRY,
        f"{case.pair} at {said.proposed_ms}",
        f"people hear of it at {told_ms}",
    )
    deadline_ms = min(case.ask.spec.deadline_ms, case.offer.spec.deadline_ms)
    wanted_ms = min(told_ms + case.policy.proposal_life_ms, deadline_ms)
    demand(
        said.expires_ms == wanted_ms, rules.EXPIRY, f"{case.pair} until {said.expires_ms}", f"it is until {wanted_ms}"
    )


def _has_chances(case: Case) -> None:
    said = case.said
    is_chance = 0 < said.chance_ppm <= 1_000_000 and 0 <= said.accept_ppm <= 1_000_000
    stands = f"{case.pair} with chances of {said.chance_ppm} and {said.accept_ppm} ppm"
    demand(is_chance, rules.CHANCES, stands, "what was done had a chance, and nothing has more than all")
    is_drawn = said.chance_ppm < 1_000_000
    explores = case.policy.acceptance.exploration_ppm > 0 and not case.is_by_hand
    demand(explores or not is_drawn, rules.CHANCES, stands, "nothing was drawn by lot")
    if case.scene.is_current:
        learned = accepts_ppm(case.policy.acceptance, case.offerer)
        demand(said.accept_ppm == learned, rules.CHANCES, stands, f"what was answered so far comes to {learned}")


CHECKS: tuple[Callable[[Case], None], ...] = (
    _is_the_pair,
    _was_chosen,
    _may_be_matched,
    _asked_before,
    _is_within_caps,
    _has_units,
    _windows_meet,
    _fits,
    _is_in_reach,
    _adds_up,
    _expires_rightly,
    _has_chances,
)


def _write(case: Case) -> None:
    said, town = case.said, case.town
    match = MatchBook(said, moved_ms=said.proposed_ms)
    town.matches[said.match] = match
    case.ask.matches[said.match] = match
    case.ask.attempts = said.attempt
    case.offer.matches[said.match] = match
    offerer = town.member(said.offerer)
    offerer.live[said.match] = match
    offerer.asked_ms = [at_ms for at_ms in offerer.asked_ms if at_ms > said.proposed_ms - WEEK_MS]
    offerer.asked_ms.append(said.proposed_ms)
    expect_match(town, match)
    if case.event is None:
        asked = case.scene.proposed_in.setdefault(town.name, {})
        asked[said.offerer] = asked.get(said.offerer, 0) + 1
        case.scene.load.propose(town.name, said.ask)
        case.scene.sent_out.setdefault(town.name, {})[said.match] = None
    case.scene.brought.setdefault(town.name, {})["match", said.match] = None
