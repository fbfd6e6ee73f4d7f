"""The one-process product: every service over one data folder on one machine, and what it takes to run it.

Reads and writes the files of a data folder; owns no topic: it puts the services together and orders their effects.
"""

from services.embedded.data_folder import DataFolder
from services.embedded.endpoint import PortTakenError
from services.embedded.errors import (
    EmbeddedError,
    FolderUnwritableError,
    ImportedFolderError,
    LeapError,
    NoDataError,
    NotFreshError,
    NotToQuarantineError,
    UnreadableRecordError,
    VirtualFolderError,
)
from services.embedded.handover import HandoverError, hand_over, quarantine_there, reach
from services.embedded.importing import Imported, import_journal
from services.embedded.operator_events import SOURCE, operator_event
from services.embedded.quarantining import QuarantinedEvent, quarantined_events, undecided_event
from services.embedded.replaying import Replayed, ReplayedPartition, replay
from services.embedded.running import Health, Running
from services.embedded.second_chance import ReplayedLetter, letters_of, replay_dead_letters
from services.embedded.serving import serving
from services.embedded.settings import EmbeddedSettings
from services.embedded.shell import OPERATOR, Embedded, Step
from services.embedded.troubles import Trouble
from services.embedded.verifying import Proof, Verified, VerifiedPartition, verify

__all__ = [
    "OPERATOR",
    "SOURCE",
    "DataFolder",
    "Embedded",
    "EmbeddedError",
    "EmbeddedSettings",
    "FolderUnwritableError",
    "HandoverError",
    "Health",
    "Imported",
    "ImportedFolderError",
    "LeapError",
    "NoDataError",
    "NotFreshError",
    "NotToQuarantineError",
    "PortTakenError",
    "Proof",
    "QuarantinedEvent",
    "Replayed",
    "ReplayedLetter",
    "ReplayedPartition",
    "Running",
    "Step",
    "Trouble",
    "UnreadableRecordError",
    "Verified",
    "VerifiedPartition",
    "VirtualFolderError",
    "hand_over",
    "import_journal",
    "letters_of",
    "operator_event",
    "quarantine_there",
    "quarantined_events",
    "reach",
    "replay",
    "replay_dead_letters",
    "serving",
    "undecided_event",
    "verify",
]
