"""Intake: validate, locate, order.

Reads what people and files send, and the inbound topics (asks, offers, acknowledgements, members, operations). Writes
the inbound topics, while there is no gateway to do so, the journal and the dead letters. Owns the mappings, and decides
nothing: what an event leads to is matching's to say.
"""

from services.intake.agent import Intake, IntakeError
from services.intake.blocks import encode
from services.intake.breaker import SourceLimits
from services.intake.inbound import INBOUND_ORDER
from services.intake.jsonl import events_in_lines
from services.intake.lines import lines_of
from services.intake.mapping import CsvMapping, MappingError
from services.intake.mapping_files import find_mapping, shipped_mappings
from services.intake.raw_events import RawEvent, sorted_by_time
from services.intake.refusals import Rejected, Why
from services.intake.reports import SubmitReport
from services.intake.settings import IntakeSettings, IntakeSettingsError
from services.intake.table import events_in_table

__all__ = [
    "INBOUND_ORDER",
    "CsvMapping",
    "Intake",
    "IntakeError",
    "IntakeSettings",
    "IntakeSettingsError",
    "MappingError",
    "RawEvent",
    "Rejected",
    "SourceLimits",
    "SubmitReport",
    "Why",
    "encode",
    "events_in_lines",
    "events_in_table",
    "find_mapping",
    "lines_of",
    "shipped_mappings",
    "sorted_by_time",
]
