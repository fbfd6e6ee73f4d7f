"""What rules and points need of asks, as a table of whole numbers: one row an ask, written when it is first weighed."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from schemas.codes import VETTING_RANK
from schemas.listed import Ask
from services.matching.acceptance import MILLION, sure_ppm
from services.matching.member_columns import FIRST_ROWS, MemberColumns, Numbers, Table
from services.matching.offer_columns import OfferColumns
from services.matching.score import of_urgency
from services.matching.state import AskState, CommunityState

FAR_AWAY = 2**40
"""Further than anybody goes, and more than any row."""


class AskColumns(NamedTuple):
    """Asks, or their pairs, side by side."""

    x_m: Numbers
    y_m: Numbers
    reach_m: Numbers
    deadline_ms: Numbers
    earliest_ms: Numbers
    opened_ms: Numbers
    unit: Numbers
    floor: Numbers
    """Vetting that the ask and its need demand, as a rank."""
    languages: Numbers
    """Codes as bits, see `MemberColumns.bits`."""
    skills: Numbers
    accessibility: Numbers
    is_rare: Numbers
    """It wishes for a code that has no bit."""
    urgency: Numbers
    """In points."""
    bound_ppm: Numbers
    """It is covered where nobody accepts soon with this chance or less."""


class AskTable:
    """Rows of asks by name. A row is used again once its ask is closed."""

    def __init__(self, community: CommunityState, members: MemberColumns, offers: OfferColumns) -> None:
        self._policy = community.policy
        self._members = members
        self._offers = offers
        self._row_of: dict[str, int] = {}
        self._said: list[Ask | None] = []
        """Of each row: what it was written from."""
        self._free: list[int] = []
        self._rows: Table = np.zeros((FIRST_ROWS, len(AskColumns._fields)), dtype=np.int64)

    def columns(self, asks: Sequence[AskState]) -> AskColumns:
        """What stands in these asks' rows."""
        said = self._said
        rows = []
        for ask in asks:
            spec = ask.spec
            row = self._row_of.get(spec.ask)
            if row is None or said[row] is not spec:
                row = self._write(spec)
            rows.append(row)
        return AskColumns(*np.ascontiguousarray(self._rows[rows].T))

    def forget(self, name: str) -> None:
        """An ask is closed."""
        row = self._row_of.pop(name, None)
        if row is not None:
            self._said[row] = None
            self._free.append(row)

    def _write(self, spec: Ask) -> int:
        row = self._row_of.get(spec.ask)
        if row is None:
            row = self._row_of[spec.ask] = self._new_row()
        self._said[row] = spec
        self._rows[row] = self._numbers(spec)
        return row

    def _new_row(self) -> int:
        if self._free:
            return self._free.pop()
        self._said.append(None)
        if len(self._said) > len(self._rows):
            self._rows = np.concatenate([self._rows, np.zeros_like(self._rows)])
        return len(self._said) - 1

    def _numbers(self, spec: Ask) -> tuple[int, ...]:
        """A row of `AskColumns`."""
        assert spec.place is not None, "only asks with a place are weighed by columns"
        members, policy = self._members, self._policy
        return (
            spec.place.x_m,
            spec.place.y_m,
            FAR_AWAY if spec.reach_m is None else spec.reach_m,
            spec.deadline_ms,
            spec.earliest_ms,
            spec.opened_ms,
            self._offers.unit_of(spec.unit),
            max(VETTING_RANK[spec.vetting], self._offers.floor_of(spec.need)),
            members.bits(spec.languages),
            members.bits(spec.skills),
            members.bits(spec.accessibility),
            not members.has_bits((*spec.languages, *spec.skills, *spec.accessibility)),
            of_urgency(policy.score.urgency, spec.urgency),
            MILLION - sure_ppm(policy.acceptance.sure_ppm, spec.urgency),
        )
