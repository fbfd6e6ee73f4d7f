"""Matching on Kafka: each partition of the journal has a task of its own, which decides it and writes what it decided.

A partition's decisions come about in numbered steps, as in `services.matching.agent` and in the runbooks:

1. cut: intake's; the journal has grown, and Faust hands its records to the partition's inbox.
2. decide: a journal record becomes a decision block, in memory.
   Killed here: nothing has happened; the same record is decided again, with the same outcome.
3. append decisions: the block goes to the log, acknowledged by all replicas, and stands where the decisions ended.
   Killed here: the next worker folds it; what was acknowledged further than decisions stand is decided from the journal.
4. commit: the journal's offset, which Faust commits as soon as a record lies in an inbox. A hint where to go on, no more.
   Killed here, or before it: what is handed out again was decided already, and is dropped.
5. snapshot: the state is kept, once folding has become dear.
   Killed here: a snapshot that was not finished does not count; the one before it does.

Whatever goes wrong on the way, the engine is thrown away and restored: state is what the log says, never what was left
in memory. One record of a partition is on its way at a time: a batch of several, written late by a worker whose
successor went on, could put a record of another history where readers look for the next one.
"""

from services.matching.partitions.held import Partitions
from services.matching.partitions.shared import Append, Shared

__all__ = ["Append", "Partitions", "Shared"]
