"""What must hold once a seed was lived through, each check a function from what lies in the folder to sentences.

No sentence is good news: each is a breach, and names the partition, the record and what stands there.
"""

from services.simulation.seeds.checks.answers import every_event_is_answered
from services.simulation.seeds.checks.intake import nothing_is_lost_at_the_door
from services.simulation.seeds.checks.redeciding import naive_engine_decides_what_is_recorded, verify_finds_nothing
from services.simulation.seeds.checks.referrals import every_referral_arrives
from services.simulation.seeds.checks.tables import board_is_a_fold, replay_comes_to_the_living_state

__all__ = [
    "board_is_a_fold",
    "every_event_is_answered",
    "every_referral_arrives",
    "naive_engine_decides_what_is_recorded",
    "nothing_is_lost_at_the_door",
    "replay_comes_to_the_living_state",
    "verify_finds_nothing",
]
