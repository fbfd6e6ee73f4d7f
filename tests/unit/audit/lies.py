"""Lies, each in a log that was honest before: what was decided is changed, and nothing else.

A lie names the rule it breaks and where the auditor must find it.
"""

from collections.abc import Callable, Mapping

from tests.unit.audit.false_facts import FALSE
from tests.unit.audit.forbidden_proposals import FORBIDDEN
from tests.unit.audit.left_out import LEFT_OUT
from tests.unit.audit.liars import Lie

LIES: Mapping[str, Callable[[], Lie]] = {lie.__name__: lie for lie in (*FORBIDDEN, *FALSE, *LEFT_OUT)}
