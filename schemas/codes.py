"""The closed lists of words that events, facts and states share."""

from schemas.model import Code


class Urgency(Code):
    """How soon silence hurts. `critical` does not wait for the next assignment round."""

    critical = "critical"
    high = "high"
    normal = "normal"
    low = "low"
    unknown = "unknown"


class Vetting(Code):
    """How far a member was checked, lowest first: the floor of a need is met by its level or a higher one."""

    none = "none"
    basic = "basic"
    checked = "checked"
    trusted = "trusted"
    unknown = "unknown"


VETTING_RANK = {Vetting.unknown: 0, Vetting.none: 0, Vetting.basic: 1, Vetting.checked: 2, Vetting.trusted: 3}


class Verb(Code):
    """What somebody says about a match."""

    accept = "accept"
    decline = "decline"
    start = "start"
    complete = "complete"
    fail = "fail"
    miss = "miss"
    cancel = "cancel"
    confirm = "confirm"
    dispute = "dispute"
    report = "report"
    thank = "thank"
    unknown = "unknown"


class Reason(Code):
    """Why somebody declined, failed, cancelled, disputed or reported. Codes only: free text stays in the vault."""

    busy = "busy"
    too_far = "too_far"
    not_able = "not_able"
    not_safe = "not_safe"
    not_needed = "not_needed"
    nobody_there = "nobody_there"
    no_supplies = "no_supplies"
    illness = "illness"
    not_done = "not_done"
    misconduct = "misconduct"
    other = "other"
    unknown = "unknown"


class WithdrawnWhy(Code):
    """Why an ask or an offer was taken back by the one who made it."""

    solved = "solved"
    changed_mind = "changed_mind"
    mistake = "mistake"
    left = "left"
    other = "other"
    unknown = "unknown"


class Role(Code):
    """Who somebody is in a match."""

    asker = "asker"
    offerer = "offerer"
    coordinator = "coordinator"
    engine = "engine"
    unknown = "unknown"


class MatchStatus(Code):
    """Where a match stands; `services.matching.lifecycles` lists how it moves."""

    proposed = "proposed"
    accepted = "accepted"
    started = "started"
    completed = "completed"
    confirmed = "confirmed"
    disputed = "disputed"
    unconfirmed = "unconfirmed"
    declined = "declined"
    expired = "expired"
    withdrawn = "withdrawn"
    failed = "failed"
    no_show = "no_show"
    cancelled = "cancelled"
    reported = "reported"
    unknown = "unknown"


class FollowUp(Code):
    """What a match that was accepted is followed up by."""

    reminder = "reminder"
    """Help is due soon."""
    happened = "happened"
    """Did it happen?"""
    unknown = "unknown"


class EndedHow(Code):
    """How an ask or an offer left for good."""

    withdrawn = "withdrawn"
    expired = "expired"
    duplicate = "duplicate"
    referred = "referred"
    fulfilled = "fulfilled"
    unknown = "unknown"


class Mark(Code):
    """What a coordinator, or a long wait, set on an ask."""

    held = "held"
    escalated = "escalated"
    unknown = "unknown"
