"""Asks and offers as the engine holds them, with every default resolved."""

from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass

from schemas.codes import Urgency, Vetting
from schemas.model import HELD, CodeWord, CodeWords, Id, Languages, Ms, NeedCode, Needs, Place, ReachM, Units
from schemas.schedules import Schedule


@dataclass(frozen=True, slots=True, kw_only=True, config=HELD)
class Ask:
    """An ask as the engine holds it: every default resolved."""

    ask: Id
    member: Id
    need: NeedCode
    place: Place | None
    remote: bool
    reach_m: ReachM | None
    urgency: Urgency
    quantity: Units
    unit: CodeWord
    opened_ms: Ms
    earliest_ms: Ms
    deadline_ms: Ms
    """Last millisecond at which an acceptance counts."""
    languages: Languages
    skills: CodeWords
    accessibility: CodeWords
    vetting: Vetting
    schedule: Schedule | None = None
    on_behalf_of: Id | None = None
    root: Id
    path: tuple[Id, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, config=HELD)
class Offer:
    """An offer as the engine holds it: every default resolved."""

    offer: Id
    member: Id
    needs: Needs
    place: Place | None
    remote: bool
    radius_m: ReachM
    capacity: Units
    unit: CodeWord
    opened_ms: Ms
    from_ms: Ms
    deadline_ms: Ms
    schedule: Schedule | None = None


ASK: TypeAdapter[Ask] = TypeAdapter(Ask)
OFFER: TypeAdapter[Offer] = TypeAdapter(Offer)
