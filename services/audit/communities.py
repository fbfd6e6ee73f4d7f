"""Facts about a community as a whole: its definition, its policy, and the clock it shares."""

from schemas.events import Received
from schemas.facts import ClockHeld, CommunityKnown, LeapGranted, PolicyTaken
from schemas.operations import CommunityDefined, LeapAllowed, PolicySet
from services.audit.books import Town
from services.audit.breach import demand
from services.audit.log_time import Clock
from services.audit.rules import AS_SAID, LOG_TIME
from services.audit.scene import Scene
from services.audit.silence import expect_all


def found(towns: dict[str, Town], fact: CommunityKnown, event: Received) -> None:
    """Take in a community's definition.

    Raises:
        BrokenRuleError: it is not what was said.
    """
    demand(
        fact.definition == event.data,
        AS_SAID,
        f"the community {fact.community} is known otherwise than it was defined",
        "its definition is the event's",
    )
    town = towns.setdefault(fact.community, Town(fact.community, fact.definition))
    town.definition = fact.definition


def take_policy(town: Town, fact: PolicyTaken, event: Received) -> None:
    """Take in the policy that decides from here on.

    Raises:
        BrokenRuleError: it is not the one that was set.
    """
    said = event.data
    demand(
        isinstance(said, CommunityDefined) or (isinstance(said, PolicySet) and said.policy == fact.policy),
        AS_SAID,
        f"the policy {fact.policy.name}@{fact.policy.version} is in force",
        "it is not the one that the event set",
    )
    town.policy = fact.policy
    expect_all(town)


def grant_leap(clock: Clock, fact: LeapGranted, event: Received, scene: Scene) -> None:
    """Take in how far an operator lets time go on.

    Raises:
        BrokenRuleError: it is not as far as was said.
    """
    said = event.data
    demand(
        isinstance(said, LeapAllowed) and said.until_ms == fact.until_ms,
        AS_SAID,
        f"log time may go on until {fact.until_ms}",
        "the operator said otherwise",
    )
    clock.allowed_ms = max(clock.allowed_ms, fact.until_ms)
    clock.is_held = clock.is_held and not scene.hears_words


def hold_clock(clock: Clock, fact: ClockHeld, scene: Scene) -> None:
    """Take in that time was held.

    Raises:
        BrokenRuleError: it was not, that was said before, or an operator has just let it go on as far.
    """
    moment = scene.moment
    demand(
        moment.wanted_ms == fact.wanted_ms and not clock.is_held,
        LOG_TIME,
        f"log time is said to be held before {fact.wanted_ms}",
        "it leaps nowhere"
        if moment.wanted_ms is None
        else f"it is held before {moment.wanted_ms}, and that is said once, until somebody speaks",
    )
    reaches = scene.hears_words and fact.wanted_ms <= clock.allowed_ms
    demand(not reaches, LOG_TIME, f"log time is said to be held before {fact.wanted_ms}", "an operator just allowed it")
    clock.is_held = True
