"""Matching decides: journal in, decisions out.

Reads `journal`, writes `decisions`, owns the engine's state and its snapshots. Everything here is pure but the shells
(`agent.py` over an embedded log, `worker.py` and `partitions/` on Kafka, `recovery.py`): deciding is a fold that knows no
clock, no chance and no disk.
"""

from services.matching.bugs import sentence_of_bug, sentence_of_event
from services.matching.canonical import Sealed, encode, sealed
from services.matching.decide.proposals import match_id
from services.matching.engine import Engine, IndexFactory, StaleBlockError
from services.matching.grid import GridIndex
from services.matching.index import NaiveIndex
from services.matching.quarantine import EventFailedError, quarantined_in
from services.matching.recovery import keep, restore
from services.matching.standing import why_waits
from services.matching.waiting_asks import WaitingAsks

__all__ = [
    "Engine",
    "EventFailedError",
    "GridIndex",
    "IndexFactory",
    "NaiveIndex",
    "Sealed",
    "StaleBlockError",
    "WaitingAsks",
    "encode",
    "keep",
    "match_id",
    "quarantined_in",
    "restore",
    "sealed",
    "sentence_of_bug",
    "sentence_of_event",
    "why_waits",
]
