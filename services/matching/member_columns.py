"""What rules and points need of members, as columns of whole numbers: one row a member, kept up by facts.

Some of it changes as time passes (quiet hours begin, a question asked yesterday counts no more). Such a row carries the
moment until which it holds, and is written anew when it is read after that.
"""

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

import numpy as np

from schemas.codes import VETTING_RANK
from schemas.members import MemberFields
from schemas.policy import DAY_MS, Policy
from services.matching.acceptance import chance_ppm, still_free_ppm
from services.matching.quiet import DAY_MINUTES, MINUTE_MS, is_quiet, local_minute
from services.matching.rules import CODE, active_cap, day_cap, left_open, week_cap
from services.matching.state import WEEK_MS, CommunityState, MemberState

ALWAYS_MS = 2**62
FIRST_ROWS = 64
ROOM = 8
"""A table that is full grows by its length over this: what is written to is what takes memory."""
WRITTEN_AT_START_MAX = 200_000
"""So many rows are written before anybody reads them: a second of a start, some tens of megabytes."""
BITS_MAX = 62
BITS_KEPT_MAX = 4_096
Numbers = np.ndarray[tuple[int], np.dtype[np.int64]]
Table = np.ndarray[tuple[int, int], np.dtype[np.int64]]
Shape = TypeVar("Shape", tuple[int], tuple[int, int])


def with_room(table: np.ndarray[Shape, np.dtype[np.int64]]) -> np.ndarray[Shape, np.dtype[np.int64]]:
    """The table, and room for some more rows, all zero."""
    room = np.zeros((max(len(table) // ROOM, FIRST_ROWS), *table.shape[1:]), dtype=np.int64)
    return np.concatenate([table, room])


class Charter(NamedTuple):
    """What a member has said of themselves: written anew when they say something else."""

    vetting: Numbers
    languages: Numbers
    """Codes as bits, see `MemberColumns.bits`."""
    skills: Numbers
    accessibility: Numbers
    has_blocked: Numbers


class Standing(NamedTuple):
    """How a member stands now: written anew after whatever happened to them."""

    holds_until_ms: Numbers
    refusal: Numbers
    """The first of the rules that read the member alone to refuse them, see `rules.CODE`; 0 where none does."""
    chance_ppm: Numbers
    free_ppm: Numbers
    recent: Numbers
    active: Numbers
    has_helped: Numbers


HOLDS_UNTIL = Standing._fields.index("holds_until_ms")
REFUSAL = Standing._fields.index("refusal")
CHANCE = Standing._fields.index("chance_ppm")
OF_CHARTER = {name: place for place, name in enumerate(Charter._fields)}
CHARTER_WIDTH, STANDING_WIDTH = len(Charter._fields), len(Standing._fields)


class MemberColumns:
    """Rows of members by name. A row is never taken back: whoever comes again gets the same one."""

    def __init__(self, community: CommunityState) -> None:
        self._community = community
        self.row_of: dict[str, int] = {}
        self.names: list[str] = []
        self._bit_of: dict[str, int] = {}
        self._bits_of: dict[tuple[str, ...], int] = {}
        """What `bits` said of some codes: most say one of a few things."""
        self.some_block = False
        """Somebody whose row was ever written has blocked somebody."""
        self._said: list[MemberFields | None] = []
        """Of each row: from which fields its charter was written."""
        self._charters: Table = np.zeros((FIRST_ROWS, CHARTER_WIDTH), dtype=np.int64)
        self._standings: Table = np.zeros((FIRST_ROWS, STANDING_WIDTH), dtype=np.int64)

    def row(self, name: str) -> int:
        """The row of a member, made if there is none."""
        row = self.row_of.get(name)
        if row is None:
            row = self.row_of[name] = len(self.names)
            self.names.append(name)
            self._said.append(None)
            if row == len(self._charters):
                self._charters, self._standings = with_room(self._charters), with_room(self._standings)
        return row

    def rows(self, names: Sequence[str], numbers: Sequence[int]) -> list[int]:
        """The rows of many members; where nobody has one yet, all are made at once.

        Then many of them are written, too: otherwise the first rounds after a start would have to.

        Args:
            numbers: from 0 on, as many as there are names: the same objects serve again.
        """
        if self.names:
            return [self.row(name) for name in names]
        self.row_of = dict.fromkeys(names, 0)
        self.names = list(self.row_of)
        self.row_of.update(zip(self.names, numbers, strict=False))
        self._said = [None] * len(self.names)
        rows = len(self.names) + len(self.names) // ROOM + FIRST_ROWS
        self._charters = np.zeros((rows, CHARTER_WIDTH), dtype=np.int64)
        self._standings = np.zeros((rows, STANDING_WIDTH), dtype=np.int64)
        self._write(range(min(len(self.names), WRITTEN_AT_START_MAX)), self._community.round_ms)
        return list(map(self.row_of.__getitem__, names))

    def note(self, name: str) -> None:
        """Something about a member changed: the row is written anew when it is read next."""
        row = self.row_of.get(name)
        if row is not None:
            self._standings[row, HOLDS_UNTIL] = 0

    def hold_at(self, rows: Numbers, told_ms: int) -> Table:
        """How the members of these rows stand at `told_ms`: rows of `Standing`, written anew where they must be."""
        holds_until_ms = self._standings.take(rows * STANDING_WIDTH + HOLDS_UNTIL)  # of the whole table, unrolled
        stale = rows[holds_until_ms <= told_ms].tolist()
        if stale:
            self._write(list(dict.fromkeys(stale)), told_ms)
        return self._standings.take(rows, axis=0)

    def said(self, rows: Numbers, what: str) -> Numbers:
        """One column of what the members of these rows have said of themselves; `hold_at` has seen to them.

        Args:
            what: a field of `Charter`.
        """
        return self._charters.take(rows * CHARTER_WIDTH + OF_CHARTER[what])  # of the whole table, unrolled

    def chances(self, rows: Table) -> Table:
        """The chances that the members of these rows accept; `hold_at` has seen to them."""
        chances: Table = self._standings[rows, CHANCE]
        return chances

    def bits(self, codes: tuple[str, ...]) -> int:
        """The codes as bits of a number; codes beyond the first `BITS_MAX` ever heard of have none."""
        number = self._bits_of.get(codes)
        if number is None:
            known = [self._bit_of.setdefault(code, len(self._bit_of)) for code in codes]
            number = sum({1 << bit for bit in known if bit < BITS_MAX})
            if len(self._bits_of) < BITS_KEPT_MAX:
                self._bits_of[codes] = number
        return number

    def has_bits(self, codes: tuple[str, ...]) -> bool:
        """Every one of the codes has a bit."""
        return all(self._bit_of.setdefault(code, len(self._bit_of)) < BITS_MAX for code in codes)

    def _write(self, rows: Sequence[int], told_ms: int) -> None:
        members = {row: self._community.member(self.names[row]) for row in rows}
        said = {row: member.fields for row, member in members.items() if self._said[row] is not member.fields}
        if said:
            self._charters[list(said)] = [self._charter(fields) for fields in said.values()]
        for row, fields in said.items():
            self._said[row] = fields
        if members:
            self._standings[list(members)] = [self._standing(member, told_ms) for member in members.values()]

    def _charter(self, fields: MemberFields) -> tuple[int, ...]:
        """A row of `Charter`."""
        self.some_block = self.some_block or bool(fields.blocked)
        return (
            VETTING_RANK[fields.vetting],
            self.bits(fields.languages),
            self.bits(fields.skills),
            self.bits(fields.accessibility),
            bool(fields.blocked),
        )

    def _standing(self, member: MemberState, told_ms: int) -> tuple[int, ...]:
        """A row of `Standing`."""
        policy = self._community.policy
        recent = member.asked_since(told_ms - DAY_MS)
        week_full_until_ms = _full_until_ms(member, week_cap(policy, member))
        accept_ppm = chance_ppm(policy.acceptance, member)
        return (
            _holds_until_ms(member, told_ms, recent, week_full_until_ms),
            CODE[_refusal(policy, member, told_ms, recent, week_full_until_ms)],
            accept_ppm,
            still_free_ppm(policy.acceptance, member, accept_ppm),
            recent,
            len(member.active_matches),
            bool(member.helped),
        )


def _full_until_ms(member: MemberState, cap: int) -> int:
    """The member was asked `cap` times within a week until then; told times never go back, so the last ones count."""
    if cap == 0:
        return ALWAYS_MS
    return member.asked_ms[-cap] + WEEK_MS if len(member.asked_ms) >= cap else 0


def _refusal(policy: Policy, member: MemberState, told_ms: int, recent: int, week_full_until_ms: int) -> str:
    """The first of the rules that read the member alone to refuse them, or nothing.

    Args:
        recent: how often they were asked within a day.
    """
    if member.suspended:
        return "member_suspended"
    fields = member.fields
    if fields.paused_until_ms is not None and told_ms < fields.paused_until_ms:
        return "member_paused"
    if fields.quiet is not None and is_quiet(fields.quiet, told_ms):
        return "quiet_hours"
    if recent >= day_cap(policy, member):
        return "asked_per_day"
    if told_ms < week_full_until_ms:
        return "asked_per_week"
    if len(member.active_matches) >= active_cap(policy, member):
        return "active_cap"
    return "open_slots" if left_open(policy, member) <= 0 else ""


def _holds_until_ms(member: MemberState, told_ms: int, recent: int, week_full_until_ms: int) -> int:
    """Until when nothing of a member's row changes by itself.

    Args:
        recent: how often they were asked within a day.
    """
    until_ms, fields = ALWAYS_MS, member.fields
    if recent:
        until_ms = member.asked_ms[-recent] + DAY_MS
    if told_ms < week_full_until_ms:
        until_ms = min(until_ms, week_full_until_ms)
    if fields.paused_until_ms is not None and told_ms < fields.paused_until_ms:
        until_ms = min(until_ms, fields.paused_until_ms)
    return until_ms if fields.quiet is None else min(until_ms, _flips_ms(member, told_ms))


def _flips_ms(member: MemberState, told_ms: int) -> int:
    """Until when a member surely stays as quiet, or as awake, as at `told_ms`."""
    quiet = member.fields.quiet
    assert quiet is not None, "who has no quiet hours never changes"
    changes = [offset.from_ms for offset in quiet.offsets if offset.from_ms > told_ms]
    ends_at = quiet.to_minute if is_quiet(quiet, told_ms) else quiet.from_minute
    minutes = (ends_at - local_minute(quiet, told_ms)) % DAY_MINUTES or DAY_MINUTES
    return min([(told_ms // MINUTE_MS + minutes) * MINUTE_MS, *changes])
