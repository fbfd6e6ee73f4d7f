"""The chain of hashes over a partition's decisions, computed from the bytes as they were written."""

import hashlib

from services.audit.breach import demand
from services.audit.rules import CHAIN

NO_CHAIN = "0" * 64
"""What the first block of a partition continues."""
BEFORE_CHAIN = b',"chain":"'
AFTER_CHAIN = b'"}'


def continued(chain: str, written: bytes) -> str:
    """The chain after a block: SHA-256 over the chain before it, and all that was written up to where its own begins.

    Raises:
        BrokenRuleError: the bytes do not end in a chain, or it is not the one that continues.
    """
    content, mark, last = written.rpartition(BEFORE_CHAIN)
    said = last.removesuffix(AFTER_CHAIN).decode(errors="replace")
    demand(mark and last.endswith(AFTER_CHAIN), CHAIN, "the block does not end in its chain", "each block ends in one")
    wanted = hashlib.sha256(chain.encode() + content).hexdigest()
    demand(said == wanted, CHAIN, f"the block says its chain is {said}", f"what is written gives {wanted}")
    return wanted
