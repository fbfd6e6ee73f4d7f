"""The shipped policies: three points on the dial between coverage, way and wait."""

from collections.abc import Mapping

from schemas.policy import CERTAIN_PPM, AcceptanceDial, Policy, ScoreDial

NEAR = Policy(name="near", score=ScoreDial(points_per_life_s=8))
"""Short ways first: a little more coverage than the nearest at once, at an eighth less way."""

BALANCED = Policy(name="balanced", score=ScoreDial(points_per_life_s=20))
"""The default: more people helped at about the way that the nearest at once needs."""

REACH = Policy(name="reach", score=ScoreDial(points_per_life_s=56))
"""As many people helped as serving the longest-waiting first, at three quarters of its way."""

PRESETS: Mapping[str, Policy] = {policy.name: policy for policy in (NEAR, BALANCED, REACH)}

CERTAIN = AcceptanceDial(prior_ppm=CERTAIN_PPM, known_well_ppm=CERTAIN_PPM)
"""Whoever is asked accepts: pairs are final."""


def with_certain_answers(policy: Policy) -> Policy:
    """The policy for a place where whoever is asked accepts."""
    return policy.model_copy(update={"acceptance": CERTAIN, "proposals_open_per_unit": 1})
