"""The decisions log: exactly one block per journal record, empty allowed."""

from typing import Annotated, Literal

from pydantic import Field

from schemas.facts import Fact
from schemas.model import Id, Model, Ms

Chain = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class RoundCut(Model):
    """More had to be looked at than one record may: a round came to these, the others come with the next rounds."""

    community: Id
    asks: tuple[Id, ...]
    """Those that were looked at, by id."""
    offers: tuple[Id, ...]
    """Those that were free again and whose neighbours were all looked at, by id."""


class DecisionBlock(Model):
    """What one journal record led to.

    `source` is the journal offset it answers; readers require source = last + 1: lower is dropped, higher
    stops them. `chain` is the SHA-256 over the previous block's chain and this block's canonical facts.
    """

    version: Literal[1] = 1
    source: Annotated[int, Field(ge=0)]
    logic: Annotated[str, Field(max_length=64)]
    """Version of the rules, the solver and the taxonomy that decided."""
    policies: dict[str, str] = {}
    """Community → policy `name@version` that decided, for the communities this block speaks of."""
    now_ms: Ms
    """Where the engine stands in people's time: what was received by then has been decided."""
    told_ms: Ms
    """When people hear of it: the journal's stamp. Equal to `now_ms` once caught up."""
    cuts: tuple[RoundCut, ...] = ()
    """The rounds that did not come to everybody, for whoever folds: what they did not come to waits for the next."""
    facts: tuple[Fact, ...]
    chain: Chain
