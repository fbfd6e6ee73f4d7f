"""The doctor: looks at everything a worker stands on, and says what is wrong and what to do. Changes nothing."""

from services.runtime.doctor.examining import examine
from services.runtime.doctor.finding import Finding, State

__all__ = ["Finding", "State", "examine"]
