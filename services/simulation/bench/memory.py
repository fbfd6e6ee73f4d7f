"""What a process holds, by the kernel's account."""

import resource
import sys
from pathlib import Path

STATUS = Path("/proc/self/status")


def resident_bytes() -> int:
    """Held now; the most that was ever held, where the kernel does not say."""
    return _said("VmRSS")


def peak_bytes() -> int:
    """The most this process held since it began."""
    return _said("VmHWM")


def _said(name: str) -> int:
    if not STATUS.exists():  # of a child that was forked this counts the parent too; Linux says it better
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1]) * 1024
