"""The audit: an independent reading of what was decided.

Reads `journal` and `decisions`, writes and owns nothing. Everything here is pure, and nothing here shares code with
what decides: its books, its table of moves, its distances and its clock are its own, so that a mistake made there is
not made here as well.
"""

from services.audit.auditor import Auditor
from services.audit.bounds import BOUNDS, Bounds
from services.audit.breach import Breach, BrokenRuleError
from services.audit.chain import NO_CHAIN, continued
from services.audit.differences import difference
from services.audit.optimality import why_not_best
from services.audit.rules import BEST_ANSWER, DECIDED_AGAIN, DENSE, FOLDS, RULES, STEPPED_OVER, Rule

__all__ = [
    "BEST_ANSWER",
    "BOUNDS",
    "DECIDED_AGAIN",
    "DENSE",
    "FOLDS",
    "NO_CHAIN",
    "RULES",
    "STEPPED_OVER",
    "Auditor",
    "Bounds",
    "Breach",
    "BrokenRuleError",
    "Rule",
    "continued",
    "difference",
    "why_not_best",
]
