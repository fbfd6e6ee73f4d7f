"""The canonical form of what was decided, and the hash that chains it."""

import hashlib

from schemas.decisions import DecisionBlock

CHAIN_TAIL = len(',"chain":""}') + 64
"""How many bytes at the end of a written block are its chain."""


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
