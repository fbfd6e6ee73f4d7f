from services.matching.ranked import Ranked, Scored
from services.matching.state import OfferState
from tests.unit.matching.pairs import pair

OFFER: OfferState = pair().offer
ALL = [Scored(OFFER, "O1", "N", points) for points in (9, 8, 7, 6)]


def test_all_are_found_out_only_when_somebody_looks_further() -> None:
    looked: list[str] = []

    def everybody() -> list[Scored]:
        looked.append("further")
        return ALL

    ranked = Ranked(ALL[:2], everybody)
    assert ranked.first(2) == ALL[:2]
    assert not looked
    assert ranked.first(3) == ALL[:3]
    assert list(ranked) == ALL
    assert looked == ["further"]


def test_one_after_the_other_they_are_all() -> None:
    assert list(Ranked(ALL[:1], lambda: ALL)) == ALL
    assert list(Ranked(ALL)) == ALL
    assert list(Ranked([])) == []
