"""The policy: one versioned document whose fields are the dial between coverage, way and wait."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from schemas.model import REACH_M_MAX, Code, DurationMs, Id, Model, Ppm, ReachM

Weight = Annotated[int, Field(ge=0, le=100_000)]
ScorePoints = Annotated[int, Field(ge=0, le=100_000_000)]
Seconds = Annotated[int, Field(ge=0, le=86_400 * 30)]
Slots = Annotated[int, Field(ge=1, le=20)]
DAY_MS = 86_400_000
CAP_MAX = 1_000
SCORE_SUM_MAX = 2**45
"""Leaves the solver eight more bits to tell equal sums apart before 2**53."""


class ByUrgency(Model):
    """One number per urgency."""

    critical: ScorePoints
    high: ScorePoints
    normal: ScorePoints
    low: ScorePoints


class MsByUrgency(Model):
    """One duration per urgency, in milliseconds."""

    critical: DurationMs
    high: DurationMs
    normal: DurationMs
    low: DurationMs


class ScoreDial(Model):
    """What a pair is worth, in whole points; a round takes the pairs that are worth most together.

    A point is what a metre of way costs at `points_per_m` 1; the other weights are read against it. The one
    dial between coverage, way and wait is `points_per_life_s`: the higher, the more is kept for who leaves soon.
    """

    base: ScorePoints = 1_000_000
    """What any match is worth before anything is added or taken away: above every cost, more matches come first."""
    points_per_m: Weight = 1
    points_per_life_s: Weight = 20
    """Taken away for each second a side has left, up to `horizon_s`, where it is likely to be met later as well."""
    horizon_s: Seconds = 900
    supply_window_ms: Annotated[int, Field(ge=1_000, le=DAY_MS)] = 600_000
    """How far back arrivals count as recent local supply."""
    supply_reach_m: ReachM = 1_500
    """How far around a place arrivals count as local."""
    urgency: ByUrgency = ByUrgency(critical=60_000, high=8_000, normal=0, low=0)
    points_per_waited_s: Weight = 0
    waiting_s_max: Seconds = 3_600
    continuity: ScorePoints = 300
    """Added for a pair that completed and confirmed a match before."""
    points_per_recent_ask: Weight = 60
    """Taken away for each time the member was asked within the last 24 hours."""
    points_per_active: Weight = 120
    """Taken away for each match the member carries now."""


class PpmByUrgency(Model):
    """One share per urgency, in parts per million."""

    critical: Ppm
    high: Ppm
    normal: Ppm
    low: Ppm


class Ranking(Code):
    """By what the offers for an ask are ranked."""

    learned = "learned"
    """By who is likely to accept, how near they are, and how often they were asked lately."""
    nearest = "nearest"
    unknown = "unknown"


CERTAIN_PPM = 1_000_000
# fmt: off
ANSWERED_PPM = (
          0,  37_161, 146_095, 216_706, 269_765, 312_510, 348_395, 379_354, 406_590, 430_904, 452_859, 472_866,
    491_236, 508_208, 523_973, 538_684, 552_465, 565_421, 577_638, 589_190, 600_140, 610_543, 620_445, 629_889,
    638_909, 647_540, 655_808, 663_739, 671_358, 678_683, 685_734, 692_528, 699_079, 705_403, 711_512, 717_417,
    723_130, 728_661, 734_018, 739_212, 744_248, 749_136, 753_881, 758_491, 762_970, 767_326, 771_563, 775_686,
    779_700, 783_609, 787_417, 791_129, 794_747, 798_276, 801_718, 805_078, 808_357, 811_558, 814_685, 817_740,
    820_725, 823_643, 826_496, 829_285, 832_013, 834_682, 837_294, 839_850, 842_352, 844_801, 847_200, 849_550,
    851_852, 854_107, 856_317, 858_483, 860_606, 862_688, 864_729, 866_731, 868_694, 870_620, 872_510, 874_364,
    876_184, 877_970, 879_723, 881_445, 883_135, 884_794, 886_424, 888_024, 889_597, 891_141, 892_659, 894_150,
    895_615, 897_055, 898_471, 899_862, 901_230, 902_575, 903_897, 905_197, 906_475, 907_733, 908_969, 910_186,
    911_383, 912_560, 913_718, 914_858, 915_979, 917_083, 918_169, 919_238, 920_290, 921_326, 922_346, 923_349,
    924_338,
)
# fmt: on
"""Share of all answers that have come after 0, 1, 2 … minutes: 1 - 1.498 exp(-0.007 t - 0.435 t^(1/3)), 0 where
negative."""


class AcceptanceDial(Model):
    """How the answers of people who may not answer are expected, and how many are asked for them.

    With `prior_ppm` at a million an answer is certain, a proposal is as good as a match, and pairs are final: then
    one proposal a unit is out, and waiting for a nearer one pays (`HoldDial`).
    """

    prior_ppm: Ppm = 250_000
    """Chance to accept of a member of whom no answer is known."""
    prior_weight: Annotated[int, Field(ge=1, le=1_000)] = 3
    """How many answers the prior counts as."""
    decline_ppm: Ppm = 300_000
    """Share of those who do not accept that say so."""
    answered_ppm: Annotated[tuple[Ppm, ...], Field(min_length=2, max_length=1_441)] = ANSWERED_PPM
    """Share of all answers that have come after 0, 1, 2 … minutes; the last one stands for all that follow."""
    sure_ppm: PpmByUrgency = PpmByUrgency(critical=900_000, high=600_000, normal=290_000, low=200_000)
    """More people are asked while an acceptance within `within_ms`, given the silence so far, is less likely."""
    within_ms: Annotated[DurationMs, Field(ge=60_000)] = 15 * 60_000
    ranking: Ranking = Ranking.learned
    near_m: ReachM = 4_000
    """A pair this far apart is worth half of one at no distance; 0: the way counts by `points_per_m` alone."""
    again_ppm: Ppm = 780_000
    """What each time a member was asked within 24 hours leaves of a pair's worth."""
    taken_ppm: Ppm = 800_000
    """How surely a member who accepts one of the proposals they have open is gone for the others."""
    known_well_ppm: Annotated[int, Field(ge=CERTAIN_PPM, le=10 * CERTAIN_PPM)] = 1_500_000
    """How many times as much a pair is worth who completed and confirmed a match before."""
    stand_ins: Annotated[int, Field(ge=0, le=100_000)] = 40
    """Who stands where few others offer is kept for asks that have few: a pair is worth the square of n / (n + this) of
    its points, n being the open offers in the nine square kilometres around; 0: it does not count."""
    asking_cost: ScorePoints = 0
    """What asking somebody costs, in points: nobody is asked whose answer is worth less. The dial between
    fulfilling and asking."""
    exploration_ppm: Ppm = 0
    """Share of looks in which one of those asked is drawn by lot, so that policies can be compared."""

    @model_validator(mode="after")
    def _answers_only_grow(self) -> Self:
        if list(self.answered_ppm) != sorted(self.answered_ppm):
            raise ValueError("`answered_ppm` falls somewhere; answers that have come stay answered")
        return self

    @property
    def is_certain(self) -> bool:
        """Whoever is asked accepts: a proposal is as good as a match."""
        return self.prior_ppm == CERTAIN_PPM


class HoldDial(Model):
    """When a planned pair is proposed, and when it is planned anew in the next round because a nearer one may come.

    Counts only where answers are certain (`AcceptanceDial`): elsewhere nobody waits for a nearer one who may not answer.

    A pair goes out once it is near, or a side is about to leave, or the ask has waited long enough. Asks of
    high and critical urgency are never held.
    """

    near_m: ReachM = 400
    last_call_s: Seconds = 14
    """A side that leaves within this is not held."""
    ask_waits_s_max: Seconds = 600
    """No ask is held longer than this after it opened."""


class FollowUpDial(Model):
    """How a match that was accepted is followed up. Quiet hours are for whoever tells people."""

    remind_before_ms: DurationMs = 2 * 3_600_000
    """A reminder comes so long before help is due, if help was promised at least as long before that."""
    happens_within_ms: DurationMs = 2 * DAY_MS
    """Help is expected by the ask's deadline, and at most so long after it could begin."""
    happened_after_ms: DurationMs = 2 * 3_600_000
    """So long after help was expected both sides are asked: did it happen?"""


class Policy(Model):
    """Everything a network may decide about how it matches. Durations in milliseconds."""

    name: Id = "balanced"
    version: Annotated[int, Field(ge=1)] = 1
    tick_ms: Annotated[int, Field(ge=100, le=3_600_000)] = 2_000
    """Assignment rounds run this often, each community's at moments of its own."""
    leap_ms_max: Annotated[DurationMs, Field(ge=60_000)] = DAY_MS
    """Log time never moves further than this in one record without an operator's word."""

    score: ScoreDial = ScoreDial()
    hold: HoldDial = HoldDial()
    acceptance: AcceptanceDial = AcceptanceDial()
    candidates_max: Annotated[int, Field(ge=1, le=2_000)] = 64
    """Feasible offers weighed per ask and round: the nearest, then by id. At most eight times as many are looked at."""
    solve_asks_max: Annotated[int, Field(ge=1, le=2_000)] = 1_000
    """Above this a round is solved greedily, never by the wall clock."""

    look_ages_s: Annotated[tuple[Seconds, ...], Field(min_length=1, max_length=100)] = (
        60,
        120,
        180,
        240,
        300,
        420,
        600,
        900,
        1_200,
        1_800,
        2_700,
        3_600,
    )
    """When a waiting ask is looked at again after the last thing that happened to it; then again and again at the
    distance of the last two. In between, only when something happens to it or near it."""
    proposals_open_per_unit: Slots = 20
    """At most so many are asked at one time; where answers are certain, one is."""
    open_slots: Slots = 3
    """Open proposals a member has at one time."""
    proposal_life_ms: Annotated[DurationMs, Field(ge=1_000)] = 45 * 60_000
    answer_ms_min: DurationMs = 60_000
    """Nobody is asked who would have less time than this to answer."""
    ask_life_ms: DurationMs = 14 * DAY_MS
    offer_life_ms: DurationMs = 30 * DAY_MS
    series_ahead_ms: DurationMs = 2 * DAY_MS
    """An occurrence of a recurring ask or offer is listed so long before it begins."""
    escalate_after_ms: MsByUrgency = MsByUrgency(critical=600_000, high=3_600_000, normal=DAY_MS, low=3 * DAY_MS)
    """An ask with unmet units that waited this long comes to a coordinator; the engine goes on."""

    asked_per_day_max: Annotated[int, Field(ge=0, le=1_000)] = 20
    asked_per_week_max: Annotated[int, Field(ge=0, le=1_000)] = 40
    active_max: Annotated[int, Field(ge=1, le=1_000)] = 5

    follow_up: FollowUpDial = FollowUpDial()
    accept_silence_ms: DurationMs = 2 * DAY_MS
    """Accepted and then silent past what was needed: `unconfirmed`, and a coordinator is asked."""
    confirm_silence_ms: DurationMs = 3 * DAY_MS

    seen_horizon_ms: Annotated[DurationMs, Field(ge=60_000)] = 30 * DAY_MS
    """Event ids, and what has ended, are remembered this long; an older event is refused as too late."""
    waiting_room_ms: DurationMs = 600_000
    waiting_room_max: Annotated[int, Field(ge=0, le=100_000)] = 1_000

    @model_validator(mode="after")
    def _sums_stay_whole(self) -> Self:
        """Refuse a dial whose worst round would leave the range in which whole numbers are exact everywhere."""
        worst = self.worst_pair_points()
        if worst * self.solve_asks_max > SCORE_SUM_MAX:
            raise ValueError(
                f"the worst pair is worth {worst} points, times solve_asks_max {self.solve_asks_max}: "
                f"more than 2**45; lower the largest weight"
            )
        return self

    def worst_pair_points(self) -> int:
        """The largest magnitude a pair's points can have under this policy."""
        score, urgency = self.score, self.score.urgency
        worst = (
            score.base
            + score.points_per_m * REACH_M_MAX
            + 2 * score.points_per_life_s * score.horizon_s
            + max(urgency.critical, urgency.high, urgency.normal, urgency.low)
            + score.points_per_waited_s * score.waiting_s_max
            + score.continuity
            + score.points_per_recent_ask * CAP_MAX
            + score.points_per_active * CAP_MAX
        )
        return worst * -(-self.acceptance.known_well_ppm // CERTAIN_PPM) + self.acceptance.asking_cost
