"""The policies a policy is held against where people may not answer. Pure."""

from schemas.policy import Policy, Ranking

LIFE_MS = 45 * 60_000
"""As long as anybody answers."""


def by_nearness(policy: Policy) -> Policy:
    """The same policy, ranking by nearness and not by who is likely to accept: nothing else is changed."""
    acceptance = policy.acceptance.model_copy(update={"ranking": Ranking.nearest})
    return policy.model_copy(update={"acceptance": acceptance})


def one_at_a_time(policy: Policy) -> Policy:
    """The nearest is asked, and nobody else until they answer or no answer can be expected; nobody for two at once."""
    update = {"proposals_open_per_unit": 1, "open_slots": 1, "proposal_life_ms": LIFE_MS}
    return by_nearness(policy).model_copy(update=update)
