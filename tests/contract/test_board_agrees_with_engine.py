"""Engine and board fold the same facts: what one decides by and the other shows is the same."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings

from schemas.codes import MatchStatus
from schemas.journal import JournalRecord
from schemas.listed import ASK, OFFER
from schemas.states import ask_status, offer_status
from schemas.taxonomy.load import load
from services.board import BoardReader, BoardWriter
from services.board.folding import fold
from services.board.rows import Rows
from services.board.telling import At
from services.matching import Engine
from services.matching.state import AskState, CommunityState, MemberState, OfferState
from tests.property.journals import TOWN, journals

TAXONOMY = load()


@given(journals())
def test_the_board_shows_what_the_engine_decides_by(journal: Sequence[JournalRecord]) -> None:
    engine, rows = Engine(TAXONOMY), Rows()
    for record in journal:
        block = engine.apply(record)
        for position, fact in enumerate(block.facts):
            fold(rows, At(0, block.source, position, block.now_ms), fact)
        town = engine.state.communities[TOWN]
        for name, ask in town.asks.items():
            assert shown_ask(rows, name) == decided_ask(town, ask)
        for name, offer in town.offers.items():
            assert shown_offer(rows, name) == decided_offer(offer)
        for name, match in town.matches.items():
            shown = rows.matches.get((TOWN, name))
            assert shown is not None
            assert (shown.status, shown.moved_ms, shown.units) == (match.status, match.moved_ms, match.units)
        for name, member in town.members.items():
            assert shown_member(rows, name) == decided_member(member)


def shown_ask(rows: Rows, name: str) -> tuple[object, ...]:
    ask = rows.asks.get((TOWN, name))
    assert ask is not None
    marks = (ask.held_ms is not None, ask.escalated_ms is not None)
    return (ask.status, ask.units_held, ask.units_fulfilled, *marks, ask.ended, ask.spec)


def decided_ask(town: CommunityState, ask: AskState) -> tuple[object, ...]:
    status = ask_status(
        ended=ask.ended,
        on_hold=ask.on_hold,
        quantity=ask.spec.quantity,
        held=ask.held,
        fulfilled=ask.fulfilled,
        proposals=sum(town.matches[match].status is MatchStatus.proposed for match in ask.matches),
    )
    return (status, ask.held, ask.fulfilled, ask.on_hold, ask.escalated, ask.ended, ASK.dump_json(ask.spec).decode())


def shown_offer(rows: Rows, name: str) -> tuple[object, ...]:
    offer = rows.offers.get((TOWN, name))
    assert offer is not None
    return (offer.status, offer.units_held, offer.units_fulfilled, bool(offer.paused), offer.ended, offer.spec)


def decided_offer(offer: OfferState) -> tuple[object, ...]:
    used = offer.held + offer.fulfilled
    status = offer_status(ended=offer.ended, paused=offer.paused, capacity=offer.spec.capacity, used=used)
    return (status, offer.held, offer.fulfilled, offer.paused, offer.ended, OFFER.dump_json(offer.spec).decode())


def shown_member(rows: Rows, name: str) -> tuple[object, ...]:
    member = rows.members.get((TOWN, name))
    if member is None:  # asked or offered, and said nothing about themself
        return (0, 0, False, False)
    return (member.open_proposals, member.active, bool(member.gone), bool(member.suspended))


def decided_member(member: MemberState) -> tuple[object, ...]:
    return (len(member.open_matches), len(member.active_matches), member.gone, member.suspended)


@given(journal=journals())
@settings(max_examples=20)
def test_the_tables_take_in_whatever_an_engine_writes(
    tmp_path_factory: pytest.TempPathFactory, journal: Sequence[JournalRecord]
) -> None:
    path: Path = tmp_path_factory.mktemp("boards") / "board.db"
    engine = Engine(TAXONOMY)
    blocks = [engine.apply(record) for record in journal]
    with BoardWriter(path) as board:
        assert board.apply_all(0, blocks) == len(journal)
    with BoardReader(path) as reader:
        (standing,) = reader.standings()
        assert (standing.next_source, standing.chain) == (engine.next_offset, engine.state.chain)
        assert reader.number("SELECT count(*) FROM timeline") == sum(len(block.facts) for block in blocks)
