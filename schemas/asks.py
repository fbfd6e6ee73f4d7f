"""What an asker says: an ask is opened, changed, withdrawn. Words follow HSDS 3.0 where it has them."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from schemas.codes import Urgency, Vetting, WithdrawnWhy
from schemas.model import CodeWord, CodeWords, Id, Languages, Model, Ms, NeedCode, Place, ReachM, Units
from schemas.schedules import Schedule

HouseholdSize = Annotated[int, Field(ge=1, le=100)]


class AskOpened(Model):
    """Somebody asks for help.

    A field left out means "no wish": no languages means any language. At least one of `place` and `remote`
    is set. `needed_by_ms` is when the help must have begun; `list_until_ms` is when to stop looking (the
    earlier of the two ends the search; the policy's `ask_life_ms` where neither is set). Both count
    inclusively.
    """

    type: Literal["ask.opened"] = "ask.opened"
    community: Id
    ask: Id
    member: Id
    """Who asks: an opaque id, or a one-off id for an anonymous ask."""
    need: NeedCode
    place: Place | None = None
    remote: bool = False
    reach_m: ReachM | None = None
    """From how far help may come; None leaves it to the offer's own radius."""
    urgency: Urgency = Urgency.normal
    quantity: Units = 1
    unit: CodeWord = "visit"
    earliest_ms: Ms | None = None
    needed_by_ms: Ms | None = None
    list_until_ms: Ms | None = None
    languages: Languages = ()
    """Any one of these will do."""
    skills: CodeWords = ()
    accessibility: CodeWords = ()
    vetting: Vetting = Vetting.none
    """At least this; the need's own floor counts as well."""
    on_behalf_of: Id | None = None
    anonymous: bool = False
    household_size: HouseholdSize | None = None
    schedule: Schedule | None = None
    root: Id | None = None
    """The first ask of a referral chain; None: this one."""
    path: Annotated[tuple[Id, ...], Field(max_length=3)] = ()
    """Communities a referral came through, first one first."""

    @model_validator(mode="after")
    def _is_somewhere(self) -> Self:
        if self.place is None and not self.remote:
            raise ValueError("an ask is on site or remote: give `place`, or set `remote`")
        return self


class AskChanged(Model):
    """The asker corrects an open ask: a field that is set replaces the old value, one left out stays."""

    type: Literal["ask.changed"] = "ask.changed"
    community: Id
    ask: Id
    place: Place | None = None
    reach_m: ReachM | None = None
    urgency: Urgency | None = None
    quantity: Units | None = None
    earliest_ms: Ms | None = None
    needed_by_ms: Ms | None = None
    list_until_ms: Ms | None = None
    languages: Languages | None = None
    skills: CodeWords | None = None
    accessibility: CodeWords | None = None


class AskWithdrawn(Model):
    """The asker takes the ask back; open proposals for it are withdrawn with it."""

    type: Literal["ask.withdrawn"] = "ask.withdrawn"
    community: Id
    ask: Id
    why: WithdrawnWhy = WithdrawnWhy.other
