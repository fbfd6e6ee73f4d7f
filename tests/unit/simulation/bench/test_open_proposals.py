from services.simulation.bench.open_proposals import Open, OpenProposals
from services.simulation.chance import chance


def some(count: int, bound: int) -> OpenProposals:
    proposals = OpenProposals(bound, chance(1, "test"))
    for number in range(count):
        proposals.add(Open(f"m-{number}", "a", "h"))
    return proposals


def test_no_more_are_kept_than_the_bound() -> None:
    assert len(some(50, bound=10)) == 10


def test_each_is_drawn_once_and_then_nobody() -> None:
    proposals = some(10, bound=10)
    drawn = [one.match for one in iter(proposals.draw, None)]

    assert sorted(drawn) == sorted(f"m-{number}" for number in range(10))
    assert proposals.draw() is None


def test_what_is_no_longer_open_is_not_drawn() -> None:
    proposals = some(10, bound=10)
    proposals.take("m-3")
    proposals.take("m-9")
    proposals.take("never heard of")

    drawn = {one.match for one in iter(proposals.draw, None)}
    assert drawn == {f"m-{number}" for number in range(10)} - {"m-3", "m-9"}


def test_one_that_took_anothers_place_is_drawn_and_the_other_is_not() -> None:
    proposals = some(200, bound=5)
    drawn = [one.match for one in iter(proposals.draw, None)]

    assert len(set(drawn)) == 5
    assert set(drawn) != {f"m-{number}" for number in range(5)}
