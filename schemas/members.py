"""What the engine may know of a member: capabilities, boundaries and limits. Names and contacts live in the vault."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from schemas.codes import Vetting
from schemas.model import CodeWords, Count, Id, Languages, Members, Model, Ms
from schemas.schedules import MinuteOfDay, Offsets

Cap = Annotated[int, Field(ge=0, le=1_000)]


class QuietHours(Model):
    """When a member is not to be asked, in local minutes of the day; over midnight if `from_minute` is later."""

    from_minute: MinuteOfDay
    to_minute: MinuteOfDay
    offsets: Offsets = ()
    """Local time, ascending; UTC where empty or before the first."""

    @model_validator(mode="after")
    def _transitions_ascend(self) -> Self:
        starts = [offset.from_ms for offset in self.offsets]
        if starts != sorted(starts):
            raise ValueError("`offsets` are not in ascending order of `from_ms`; sort them")
        return self


class MemberFields(Model):
    """The parts of a charter that decide matches."""

    languages: Languages = ()
    skills: CodeWords = ()
    accessibility: CodeWords = ()
    """What the member provides as a helper: step-free transport, a scent-free home."""
    vetting: Vetting = Vetting.none
    quiet: QuietHours | None = None
    asked_per_day_max: Cap | None = None
    """How often to be asked in any 24 hours; None: the policy's."""
    asked_per_week_max: Cap | None = None
    active_max: Cap | None = None
    """Accepted and not yet completed at one time; None: the policy's."""
    blocked: Members = ()
    paused_until_ms: Ms | None = None
    asked_before: Count = 0
    """How often the member was asked elsewhere before joining, as far as that is known."""
    accepted_before: Count = 0
    """How many of these the member accepted."""

    @model_validator(mode="after")
    def _accepts_what_was_asked(self) -> Self:
        if self.accepted_before > self.asked_before:
            raise ValueError("`accepted_before` is more than `asked_before`; both count the same proposals")
        return self


class MemberJoined(MemberFields):
    """A member, with everything the engine needs to respect. Joining again replaces what was known."""

    type: Literal["member.joined"] = "member.joined"
    community: Id
    """The home community."""
    member: Id


class MemberChanged(Model):
    """A field that is set replaces the old value, one left out stays."""

    type: Literal["member.changed"] = "member.changed"
    community: Id
    member: Id
    languages: Languages | None = None
    skills: CodeWords | None = None
    accessibility: CodeWords | None = None
    vetting: Vetting | None = None
    quiet: QuietHours | None = None
    asked_per_day_max: Cap | None = None
    asked_per_week_max: Cap | None = None
    active_max: Cap | None = None
    blocked: Members | None = None
    paused_until_ms: Ms | None = None


class MemberLeft(Model):
    """The member is gone: open asks and offers end, open proposals are withdrawn."""

    type: Literal["member.left"] = "member.left"
    community: Id
    member: Id


class MemberLoad(Model):
    """What a member carries and was asked lately, as the board shows it."""

    open_proposals: Count = 0
    active: Count = 0
    asked: Count = 0
    accepted: Count = 0
    declined: Count = 0
    silent: Count = 0
