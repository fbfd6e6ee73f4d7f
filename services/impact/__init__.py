"""Impact: the ripple effects of what was decided, as running measures.

Reads the `decisions` topic; writes no topic; owns its rows (measures per community, and what it takes to count them), a
fold of that topic and of nothing else. Shows them as counters on /metrics, over all communities together, and per community
at /impact.
"""

from services.impact.measures import Gained, Measure, measured, standing_measures

__all__ = ["Gained", "Measure", "measured", "standing_measures"]
