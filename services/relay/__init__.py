"""Relay: an ask that one community refers is opened in its neighbour, and comes back where the neighbour cannot take it.

Reads the `decisions` of all partitions; writes `asks` and `operations`, through the door like everybody else. Owns one
small file, which says how far it read and what is on its way: it is computed from the log, and made anew if it is lost.
"""

from services.relay.agent import Relay
from services.relay.file import RelayUnwritableError
from services.relay.forwarding import SOURCE

__all__ = ["SOURCE", "Relay", "RelayUnwritableError"]
