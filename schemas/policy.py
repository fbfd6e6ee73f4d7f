"""The policy: one versioned document whose fields are the dial between coverage, way and wait."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from schemas.model import REACH_M_MAX, DurationMs, Id, Model, ReachM

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


class HoldDial(Model):
    """When a planned pair is proposed, and when it is planned anew in the next round because a nearer one may come.

    A pair goes out once it is near, or a side is about to leave, or the ask has waited long enough. Asks of
    high and critical urgency are never held.
    """

    near_m: ReachM = 400
    last_call_s: Seconds = 14
    """A side that leaves within this is not held."""
    ask_waits_s_max: Seconds = 600
    """No ask is held longer than this after it opened."""


class Policy(Model):
    """Everything a network may decide about how it matches. Durations in milliseconds."""

    name: Id = "balanced"
    version: Annotated[int, Field(ge=1)] = 1
    tick_ms: Annotated[int, Field(ge=100, le=3_600_000)] = 2_000
    """Assignment rounds run when log time crosses a multiple of this."""
    leap_ms_max: Annotated[DurationMs, Field(ge=60_000)] = DAY_MS
    """Log time never moves further than this in one record without an operator's word."""

    score: ScoreDial = ScoreDial()
    hold: HoldDial = HoldDial()
    candidates_max: Annotated[int, Field(ge=1, le=2_000)] = 64
    """Feasible offers weighed per ask and round: the nearest, then by id. At most eight times as many are looked at."""
    solve_asks_max: Annotated[int, Field(ge=1, le=2_000)] = 1_000
    """Above this a round is solved greedily, never by the wall clock."""

    proposals_open_per_unit: Slots = 1
    open_slots: Slots = 3
    """Open proposals a member has at one time."""
    proposal_life_ms: Annotated[DurationMs, Field(ge=1_000)] = 15 * 60_000
    answer_ms_min: DurationMs = 60_000
    """Nobody is asked who would have less time than this to answer."""
    ask_life_ms: DurationMs = 14 * DAY_MS
    offer_life_ms: DurationMs = 30 * DAY_MS
    escalate_after_ms: MsByUrgency = MsByUrgency(critical=600_000, high=3_600_000, normal=DAY_MS, low=3 * DAY_MS)
    """An ask with unmet units that waited this long comes to a coordinator; the engine goes on."""

    asked_per_day_max: Annotated[int, Field(ge=0, le=1_000)] = 12
    asked_per_week_max: Annotated[int, Field(ge=0, le=1_000)] = 40
    active_max: Annotated[int, Field(ge=1, le=1_000)] = 5

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
        return (
            score.base
            + score.points_per_m * REACH_M_MAX
            + 2 * score.points_per_life_s * score.horizon_s
            + max(urgency.critical, urgency.high, urgency.normal, urgency.low)
            + score.points_per_waited_s * score.waiting_s_max
            + score.continuity
            + score.points_per_recent_ask * CAP_MAX
            + score.points_per_active * CAP_MAX
        )
