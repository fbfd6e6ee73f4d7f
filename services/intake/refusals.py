"""Why something was not let in: a closed list of reasons, and the one shape every refusal has."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

WORD_LENGTH_MAX: Final = 40
DETAIL_CHARS_MAX: Final = 500


class Why(StrEnum):
    """Reason codes, in the order in which the door asks. They are stable: dashboards and partners count them."""

    source_limited = "source_limited"
    """The source sent more, or more rubbish, than its limits allow; its own breaker is open."""
    too_large = "too_large"
    not_utf8 = "not_utf8"
    not_json = "not_json"
    too_deep = "too_deep"
    duplicate_key = "duplicate_key"
    not_an_object = "not_an_object"
    unknown_version = "unknown_version"
    unknown_type = "unknown_type"
    type_mismatch = "type_mismatch"
    """The envelope and its data disagree about what happened."""
    personal_data = "personal_data"
    """A name, a contact, an address or free text: those belong in the vault."""
    wrong_source = "wrong_source"
    """The event claims another source than the one that was authenticated."""
    unknown_community = "unknown_community"
    bad_place = "bad_place"
    unknown_need = "unknown_need"
    invalid = "invalid"
    """Anything else the published schema does not allow."""
    bad_row = "bad_row"
    """A row of a table that the mapping cannot read."""
    unreadable = "unreadable"
    """A record on an inbound topic that is no event, whoever wrote it there."""
    wrong_topic = "wrong_topic"
    """An event on a topic for another kind: who may write where is what keeps policies from strangers."""
    wrong_partition = "wrong_partition"
    """An event outside its community's partition: there is one order, and one engine, per community."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A refusal: a code for machines and a sentence for the sender.

    The sentence says what was wrong, where, and what to do. It never contains what was sent, since that may be
    somebody's name.
    """

    reason: Why
    detail: str
    """Cut to `DETAIL_CHARS_MAX`: the sender chose how many fields there are to complain about."""

    def __post_init__(self) -> None:
        if len(self.detail) > DETAIL_CHARS_MAX:
            object.__setattr__(self, "detail", self.detail[: DETAIL_CHARS_MAX - 1] + "…")

    def __str__(self) -> str:
        return f"{self.reason.value}: {self.detail}"


def shown(key: object) -> str:
    """A key as a sentence may show it: itself where it reads like a field's name, a placeholder otherwise."""
    if isinstance(key, int):
        return f"[{key}]"
    if isinstance(key, str) and _is_a_field_name(key):
        return key
    return "(a name not shown)"


def path_of(*steps: object) -> str:
    """The JSON path of something in an event: `$.data.byday[2]`."""
    return "$" + "".join(shown(step) if isinstance(step, int) else f".{shown(step)}" for step in steps)


def _is_a_field_name(key: str) -> bool:
    """Letters and underscores only: what was sent as a key may be a person's number or address."""
    return len(key) <= WORD_LENGTH_MAX and key.isascii() and key.replace("_", "").isalpha()
