"""An ask that was referred is opened in the neighbour, once."""

from collections import Counter
from collections.abc import Iterable, Iterator

from schemas.asks import AskOpened
from schemas.facts import AskEnded
from services.relay import SOURCE as RELAY
from services.runtime.dead_letters import Letter
from services.simulation.seeds.checks.records import Histories

Hop = tuple[str, str, str]
"""From a community, to another, and the first ask of the chain."""


def every_referral_arrives(histories: Histories, put_aside: Iterable[Letter]) -> Iterator[str]:
    """Breaches between what was referred and what the relay opened; what the door refused it is excused."""
    referred, arrived = Counter(_referred(histories)), Counter(_arrived(histories))
    if any(letter.source == RELAY for letter in put_aside):
        return
    for hop in (referred - arrived) + (arrived - referred):
        source, target, root = hop
        yield f"ask {root} was referred from {source} to {target} {referred[hop]} times and opened {arrived[hop]} times"


def _referred(histories: Histories) -> Iterator[Hop]:
    for decided in histories.decided.values():
        for one in decided:
            for fact in one.block.facts:
                if isinstance(fact, AskEnded) and fact.referred is not None and fact.to_community is not None:
                    yield fact.community, fact.to_community, fact.referred.root


def _arrived(histories: Histories) -> Iterator[Hop]:
    """Events of the relay, each counted once however often it was sent."""
    events = {event.uid: event for decided in histories.decided.values() for one in decided for event in one.events}
    for event in events.values():
        if event.source == RELAY and isinstance(event.data, AskOpened):
            yield event.data.path[-1], event.data.community, event.data.root or event.data.ask
