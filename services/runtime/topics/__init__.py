"""Topics as code: what `schemas.topics` declares, compared with a cluster, brought to it, and checked by each service.

Writes topics and their settings, never a record.
"""

from services.runtime.topics.applying import apply, plan
from services.runtime.topics.checking import check
from services.runtime.topics.differing import Change, ClusterDiffers, Difference, Plan

__all__ = ["Change", "ClusterDiffers", "Difference", "Plan", "apply", "check", "plan"]
