"""How often Python's garbage collector looks around in a process that decides.

What is decided has no cycles: models, tuples and rows of numbers are gone with the last name for them. The collector's
own pace, every 700 new objects, goes through the youngest tens of times in a block to find nothing (measured: an eighth
of the engine's time). What does have cycles, in libraries, is still found, only later.
"""

import gc

NEW_OBJECTS_MAX = 200_000
"""So many more made than gone, and the youngest are looked through: some tens of megabytes at most. A round over a city
makes a hundred thousand that are gone when it is over: with fewer here, they would be gone through to find nothing."""
YOUNG_ROUNDS, MIDDLE_ROUNDS = 20, 50


def collect_rarely() -> None:
    """Set the collector's pace for this process; to do so again changes nothing."""
    gc.set_threshold(NEW_OBJECTS_MAX, YOUNG_ROUNDS, MIDDLE_ROUNDS)
