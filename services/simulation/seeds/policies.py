"""Policies as no city would choose them: every dial somewhere, so that what holds under one holds under all."""

from random import Random

from schemas.policy import (
    CERTAIN_PPM,
    AcceptanceDial,
    HoldDial,
    MsByUrgency,
    Policy,
    PpmByUrgency,
    Ranking,
    ScoreDial,
)
from schemas.presets import CERTAIN

SECOND_MS, MINUTE_MS, HOUR_MS = 1_000, 60_000, 3_600_000
DAY_MS = 24 * HOUR_MS
CERTAIN_SHARE = 0.25
"""How many policies hold answers for certain."""


def draw_policy(draw: Random, version: int) -> Policy:
    """A policy that is accepted at every door; one in `CERTAIN_SHARE` asks nobody twice for the same unit."""
    some = draw.choice
    return Policy(
        name="drawn",
        version=version,
        score=_draw_score(draw),
        hold=HoldDial(near_m=some((0, 400)), ask_waits_s_max=some((0, 0, 600))),
        acceptance=CERTAIN if draw.random() < CERTAIN_SHARE else _draw_acceptance(draw),
        tick_ms=some((2 * SECOND_MS, 10 * SECOND_MS, MINUTE_MS)),
        leap_ms_max=some((DAY_MS, DAY_MS, DAY_MS, 10 * MINUTE_MS)),
        look_ages_s=some(((60, 120, 300, 900), (1,), (30, 3_600))),
        candidates_max=some((64, 64, 64, 5, 1)),
        solve_asks_max=some((1_000, 1_000, 3, 1)),
        proposals_open_per_unit=draw.randint(1, 8),
        open_slots=draw.randint(1, 3),
        active_max=draw.randint(1, 5),
        asked_per_day_max=some((3, 12, 12)),
        asked_per_week_max=some((40, 40, 40, 5)),
        answer_ms_min=some((0, MINUTE_MS)),
        proposal_life_ms=some((6 * HOUR_MS, HOUR_MS, 15 * MINUTE_MS, MINUTE_MS)),
        ask_life_ms=some((14 * DAY_MS, 14 * DAY_MS, 4 * HOUR_MS)),
        offer_life_ms=some((30 * DAY_MS, 30 * DAY_MS, 6 * HOUR_MS)),
        escalate_after_ms=_draw_escalation(draw),
        seen_horizon_ms=some((30 * DAY_MS, 30 * DAY_MS, DAY_MS, DAY_MS, HOUR_MS, 2 * MINUTE_MS)),
        waiting_room_ms=some((10 * MINUTE_MS, MINUTE_MS, 0)),
        waiting_room_max=some((1_000, 1_000, 3, 1)),
        accept_silence_ms=some((2 * DAY_MS, HOUR_MS, 0)),
        confirm_silence_ms=some((3 * DAY_MS, HOUR_MS, 0)),
    )


def _draw_score(draw: Random) -> ScoreDial:
    return ScoreDial(
        points_per_life_s=draw.choice((0, 8, 20, 56)),
        supply_window_ms=draw.choice((SECOND_MS, 10 * MINUTE_MS)),
        supply_reach_m=draw.choice((0, 300, 1_500)),
        points_per_waited_s=draw.choice((0, 3)),
        points_per_recent_ask=draw.choice((0, 60)),
    )


def _draw_acceptance(draw: Random) -> AcceptanceDial:
    some = draw.choice
    return AcceptanceDial(
        prior_ppm=some((250_000, 250_000, 20_000, CERTAIN_PPM - 1)),
        prior_weight=some((4, 1, 40)),
        decline_ppm=some((300_000, 0, 1_000_000)),
        sure_ppm=_draw_sure(draw),
        within_ms=some((15 * MINUTE_MS, MINUTE_MS, HOUR_MS)),
        ranking=some((Ranking.learned, Ranking.learned, Ranking.nearest)),
        near_m=some((4_000, 300, 0)),
        again_ppm=some((700_000, 0, 1_000_000)),
        asking_cost=some((0, 0, 0, 50_000, 400_000)),
        exploration_ppm=some((0, 0, 200_000, 1_000_000)),
    )


def _draw_sure(draw: Random) -> PpmByUrgency:
    critical, high, normal, low = sorted((draw.randrange(0, 1_000_001) for _ in range(4)), reverse=True)
    return PpmByUrgency(critical=critical, high=high, normal=normal, low=low)


def _draw_escalation(draw: Random) -> MsByUrgency:
    soon_ms = draw.choice((MINUTE_MS, HOUR_MS))
    return MsByUrgency(critical=soon_ms, high=2 * soon_ms, normal=8 * soon_ms, low=DAY_MS)
