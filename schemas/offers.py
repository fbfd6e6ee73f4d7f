"""What an offerer says: an offer is opened, changed, paused, resumed, withdrawn."""

from typing import Literal, Self

from pydantic import model_validator

from schemas.codes import WithdrawnWhy
from schemas.model import CodeWord, Id, Model, Ms, Needs, Place, ReachM, Units
from schemas.schedules import Schedule


class OfferOpened(Model):
    """Somebody offers help.

    Languages, skills, vetting, quiet hours and caps are the member's (`Member`), not the offer's. The offer
    stands from `from_ms` (None: at once) until `list_until_ms`, inclusively (None: the policy's `offer_life_ms`).
    """

    type: Literal["offer.opened"] = "offer.opened"
    community: Id
    offer: Id
    member: Id
    needs: Needs
    """What is offered; each also answers the broader needs it is a kind of."""
    place: Place | None = None
    remote: bool = False
    """Can help without coming, for asks that are remote."""
    radius_m: ReachM = 0
    capacity: Units = 1
    unit: CodeWord = "visit"
    from_ms: Ms | None = None
    list_until_ms: Ms | None = None
    schedule: Schedule | None = None

    @model_validator(mode="after")
    def _is_somewhere(self) -> Self:
        if self.place is None and not self.remote:
            raise ValueError("an offer is on site or remote: give `place`, or set `remote`")
        return self


class OfferChanged(Model):
    """The offerer corrects an open offer: a field that is set replaces the old value, one left out stays."""

    type: Literal["offer.changed"] = "offer.changed"
    community: Id
    offer: Id
    needs: Needs | None = None
    place: Place | None = None
    radius_m: ReachM | None = None
    capacity: Units | None = None
    from_ms: Ms | None = None
    list_until_ms: Ms | None = None


class OfferPaused(Model):
    """No new proposals until the offer is resumed; what was accepted stays."""

    type: Literal["offer.paused"] = "offer.paused"
    community: Id
    offer: Id


class OfferResumed(Model):
    """The offer may be proposed again."""

    type: Literal["offer.resumed"] = "offer.resumed"
    community: Id
    offer: Id


class OfferWithdrawn(Model):
    """The offerer takes the offer back; open proposals of it are withdrawn with it, accepted matches stay."""

    type: Literal["offer.withdrawn"] = "offer.withdrawn"
    community: Id
    offer: Id
    why: WithdrawnWhy = WithdrawnWhy.other
