from schemas.policy import Policy, Ranking
from services.simulation.acceptance.rivals import by_nearness, one_at_a_time

OURS = Policy(name="ours", tick_ms=5_000)


def test_nearness_changes_the_ranking_and_nothing_else() -> None:
    rival = by_nearness(OURS)

    assert rival.acceptance.ranking is Ranking.nearest
    back = rival.acceptance.model_copy(update={"ranking": Ranking.learned})
    assert rival.model_copy(update={"acceptance": back}) == OURS


def test_one_at_a_time_asks_one_for_an_ask_and_for_a_member_as_long_as_anybody_answers() -> None:
    rival = one_at_a_time(OURS)

    assert (rival.proposals_open_per_unit, rival.open_slots, rival.proposal_life_ms) == (1, 1, 45 * 60_000)
    assert rival.acceptance.ranking is Ranking.nearest
    assert rival.tick_ms == OURS.tick_ms
