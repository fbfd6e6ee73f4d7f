"""What `verify` found in a run's folder, in words for somebody who has never heard of it."""

from pathlib import Path

from services.audit import RULES
from services.embedded import DataFolder, Verified, verify


def prove(folder: Path) -> Verified:
    """Hold everything that was decided against what was asked.

    Raises:
        LogError, EmbeddedError: the folder cannot be read.
    """
    log = DataFolder(folder).read_log()
    try:
        return verify(log)
    finally:
        log.close()


def proof_sentences(found: Verified) -> list[str]:
    """What was looked at, and what was found."""
    records, facts = (sum(getattr(one, name) for one in found.partitions) for name in ("records", "facts"))
    solved = sum(one.solved for one in found.partitions)
    looked = (
        f"An auditor that shares no code with the engine read {records:,} decisions with {facts:,} facts beside what had "
        f"been asked, and held them against {len(RULES)} rules: one yes for each unit of help, nobody asked at night or "
        "too often, every event answered."
    )
    again = (
        "Then everything was decided once more, and came out the same, byte for byte; and in "
        f"{solved:,} choices between people nobody could have chosen better."
    )
    if found.breach is not None:
        return [looked, f"It found that not all of it is right. {found.breach.sentence}"]
    return [looked, again, "It is: nothing was found that breaks a rule."]
