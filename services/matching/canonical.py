"""Canonical forms: the hash over what was decided, and the hash over what is known."""

import hashlib

import orjson
from pydantic import TypeAdapter

from schemas.decisions import DecisionBlock
from schemas.facts import Fact
from services.matching.state import CommunityState, PartitionState

FACTS: TypeAdapter[tuple[Fact, ...]] = TypeAdapter(tuple[Fact, ...])
COMMUNITY: TypeAdapter[CommunityState] = TypeAdapter(CommunityState)
STATE: TypeAdapter[PartitionState] = TypeAdapter(PartitionState)


def next_chain(chain: str, block: DecisionBlock) -> str:
    """SHA-256 over the chain so far and everything this block says, its own chain left out."""
    said = block.model_dump_json(exclude={"chain"}).encode()
    return hashlib.sha256(chain.encode() + said).hexdigest()


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
