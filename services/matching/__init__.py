"""Matching decides: journal in, decisions out.

Reads `journal`, writes `decisions`, owns the engine's state and its snapshots. Everything here is pure but
`agent.py`: deciding is a fold that knows no clock, no chance and no disk.
"""

from services.matching.engine import Engine, StaleBlockError
from services.matching.standing import why_waits

__all__ = ["Engine", "StaleBlockError", "why_waits"]
