"""What rules and points need of members, as columns of whole numbers: one row a member, kept up by facts.

Some of it changes as time passes (quiet hours begin, a question asked yesterday counts no more). Such a row carries the
moment until which it holds, and is written anew when it is read after that.
"""

import numpy as np

from schemas.codes import VETTING_RANK
from schemas.policy import DAY_MS
from services.matching.acceptance import chance_ppm, still_free_ppm
from services.matching.quiet import DAY_MINUTES, MINUTE_MS, is_quiet, local_minute
from services.matching.rules import active_cap, day_cap, left_open, week_cap
from services.matching.state import WEEK_MS, CommunityState, MemberState

ALWAYS_MS = 2**62
FIRST_ROWS = 64
BITS_MAX = 62
Numbers = np.ndarray[tuple[int], np.dtype[np.int64]]

COLUMNS = (
    "suspended",
    "paused_until_ms",
    "is_quiet",
    "day_full_until_ms",
    "week_full_until_ms",
    "carries_enough",
    "no_slots",
    "vetting",
    "chance_ppm",
    "free_ppm",
    "recent",
    "active",
    "languages",
    "skills",
    "accessibility",
    "has_blocked",
    "has_helped",
    "holds_until_ms",
)


class MemberColumns:
    """Rows of members by name. A row is never taken back: whoever comes again gets the same one."""

    def __init__(self, community: CommunityState) -> None:
        self._community = community
        self.row_of: dict[str, int] = {}
        self.names: list[str] = []
        self._bit_of: dict[str, int] = {}
        for name in COLUMNS:
            setattr(self, name, np.zeros(FIRST_ROWS, dtype=np.int64))

    suspended: Numbers
    paused_until_ms: Numbers
    is_quiet: Numbers
    day_full_until_ms: Numbers
    week_full_until_ms: Numbers
    carries_enough: Numbers
    no_slots: Numbers
    vetting: Numbers
    chance_ppm: Numbers
    free_ppm: Numbers
    recent: Numbers
    active: Numbers
    languages: Numbers
    """Codes as bits, see `bits`."""
    skills: Numbers
    accessibility: Numbers
    has_blocked: Numbers
    has_helped: Numbers
    holds_until_ms: Numbers

    def row(self, name: str) -> int:
        """The row of a member, made if there is none."""
        row = self.row_of.get(name)
        if row is None:
            row = self.row_of[name] = len(self.names)
            self.names.append(name)
            if row == len(self.suspended):
                for column in COLUMNS:
                    setattr(self, column, np.concatenate([getattr(self, column), np.zeros(row, dtype=np.int64)]))
            self.note(name)
        return row

    def note(self, name: str) -> None:
        """Something about a member changed: the row is written anew when it is read next."""
        row = self.row_of.get(name)
        if row is not None:
            self.holds_until_ms[row] = 0

    def hold_at(self, rows: Numbers, told_ms: int) -> None:
        """See to it that these rows say what is so at `told_ms`."""
        stale = rows[self.holds_until_ms[rows] <= told_ms]
        for row in dict.fromkeys(stale.tolist()):
            self._write(row, self._community.member(self.names[row]), told_ms)

    def bits(self, codes: tuple[str, ...]) -> int:
        """The codes as bits of a number; codes beyond the first `BITS_MAX` ever heard of have none."""
        number = 0
        for code in codes:
            bit = self._bit_of.setdefault(code, len(self._bit_of))
            if bit < BITS_MAX:
                number |= 1 << bit
        return number

    def has_bits(self, codes: tuple[str, ...]) -> bool:
        """Every one of the codes has a bit."""
        return all(self._bit_of.setdefault(code, len(self._bit_of)) < BITS_MAX for code in codes)

    def _write(self, row: int, member: MemberState, told_ms: int) -> None:
        policy, fields = self._community.policy, member.fields
        recent = member.asked_since(told_ms - DAY_MS)
        quiet_until_ms = ALWAYS_MS if fields.quiet is None else _flips_ms(member, told_ms)
        recent_until_ms = member.asked_ms[-recent] + DAY_MS if recent else ALWAYS_MS
        self.suspended[row] = member.suspended
        self.paused_until_ms[row] = fields.paused_until_ms or 0
        self.is_quiet[row] = is_quiet(fields.quiet, told_ms)
        self.day_full_until_ms[row] = _full_until_ms(member, day_cap(policy, member), DAY_MS)
        self.week_full_until_ms[row] = _full_until_ms(member, week_cap(policy, member), WEEK_MS)
        self.carries_enough[row] = len(member.active_matches) >= active_cap(policy, member)
        self.no_slots[row] = left_open(policy, member) <= 0
        self.vetting[row] = VETTING_RANK[fields.vetting]
        accept_ppm = chance_ppm(policy.acceptance, member)
        self.chance_ppm[row] = accept_ppm
        self.free_ppm[row] = still_free_ppm(policy.acceptance, member, accept_ppm)
        self.recent[row] = recent
        self.active[row] = len(member.active_matches)
        self.languages[row] = self.bits(fields.languages)
        self.skills[row] = self.bits(fields.skills)
        self.accessibility[row] = self.bits(fields.accessibility)
        self.has_blocked[row] = bool(fields.blocked)
        self.has_helped[row] = bool(member.helped)
        self.holds_until_ms[row] = min(quiet_until_ms, recent_until_ms)


def _full_until_ms(member: MemberState, cap: int, span_ms: int) -> int:
    """The member was asked `cap` times within a span until then; told times never go back, so the last ones count."""
    if cap == 0:
        return ALWAYS_MS
    return member.asked_ms[-cap] + span_ms if len(member.asked_ms) >= cap else 0


def _flips_ms(member: MemberState, told_ms: int) -> int:
    """Until when a member surely stays as quiet, or as awake, as at `told_ms`."""
    quiet = member.fields.quiet
    assert quiet is not None, "who has no quiet hours never changes"
    changes = [offset.from_ms for offset in quiet.offsets if offset.from_ms > told_ms]
    ends_at = quiet.to_minute if is_quiet(quiet, told_ms) else quiet.from_minute
    minutes = (ends_at - local_minute(quiet, told_ms)) % DAY_MINUTES or DAY_MINUTES
    return min([(told_ms // MINUTE_MS + minutes) * MINUTE_MS, *changes])
