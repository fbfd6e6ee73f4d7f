"""A bug on demand: a core that raises while it decides one offer, after part of the work was done."""

import pytest

from schemas.events import Received
from schemas.facts import AnyFact
from schemas.offers import OfferOpened
from schemas.taxonomy import Taxonomy
from services.matching.decide import events as deciding
from services.matching.decide.moment import Moment
from services.matching.decide.offers import open_offer
from services.matching.state import CommunityState


def poison(monkeypatch: pytest.MonkeyPatch, offer: str) -> None:
    """From here on nobody can decide that this offer is opened."""

    def raising(
        community: CommunityState, event: Received, said: OfferOpened, moment: Moment, taxonomy: Taxonomy
    ) -> list[AnyFact]:
        facts = open_offer(community, event, said, moment, taxonomy)
        assert said.offer != offer, f"offer {said.offer} cannot be listed"
        return facts

    monkeypatch.setitem(deciding.DECIDE, OfferOpened, raising)
