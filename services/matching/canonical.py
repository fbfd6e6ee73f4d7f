"""Canonical forms: the hash over what was decided, and the hash over what is known."""

import hashlib

import orjson
from pydantic import TypeAdapter

from schemas.decisions import DecisionBlock
from services.matching.state import CommunityState, PartitionState

COMMUNITY: TypeAdapter[CommunityState] = TypeAdapter(CommunityState)
CHAIN_TAIL = len(',"chain":""}') + 64
"""How many bytes at the end of a written block are its chain."""
STATE: TypeAdapter[PartitionState] = TypeAdapter(PartitionState)


def encode(block: DecisionBlock) -> bytes:
    """A decision block as it is written to the log; its chain stands last."""
    return block.model_dump_json().encode()


def next_chain(chain: str, written: bytes) -> str:
    """SHA-256 over the chain so far and what was written, up to where its own chain begins.

    Over the bytes, not over what this version makes of them: a later version with one more field reads old
    blocks differently and must still find them unchanged.
    """
    return hashlib.sha256(chain.encode() + written[:-CHAIN_TAIL]).hexdigest()


def sealed(chain: str, block: DecisionBlock) -> DecisionBlock:
    """The block with the chain it continues `chain` by."""
    return block.model_copy(update={"chain": next_chain(chain, encode(block))})


def state_hash(state: PartitionState) -> str:
    """SHA-256 of the domain state in canonical form: sorted keys, no offsets, no clock, no trace of how blocks were cut."""
    domain = {name: COMMUNITY.dump_python(known, mode="json") for name, known in state.communities.items()}
    return hashlib.sha256(orjson.dumps(domain, option=orjson.OPT_SORT_KEYS)).hexdigest()


def freeze(state: PartitionState) -> bytes:
    """The whole state as bytes, for a snapshot."""
    return STATE.dump_json(state)


def thaw(data: bytes) -> PartitionState:
    """The state that was frozen."""
    return STATE.validate_json(data)
