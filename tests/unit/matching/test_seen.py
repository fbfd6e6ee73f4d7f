"""Seen events: a dictionary in everything that is asked of it, in a fraction of the room."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from services.matching.seen import PAGE, SLOTS_MIN, Seen

UIDS = st.integers(0, 40).map(lambda number: f"partner-{number % 3}/ä{number}")


@given(st.lists(st.tuples(UIDS, st.integers(0, 3), st.booleans())))
def test_it_says_what_a_dictionary_would_say(steps: Sequence[tuple[str, int, bool]]) -> None:
    seen, known, now_ms = Seen(), dict[str, int](), 0
    for uid, later_ms, forgets in steps:
        now_ms += later_ms
        if forgets:
            seen.forget(now_ms - 4)
            known = {one: at_ms for one, at_ms in known.items() if at_ms >= now_ms - 4}
        assert (uid in seen) == (uid in known)
        assert seen.setdefault(uid, now_ms) == known.setdefault(uid, now_ms)
        assert list(seen.items()) == list(known.items())
    assert len(seen) == len(known)
    assert repr(seen) == repr(known)


def test_what_was_forgotten_long_ago_leaves_no_trace() -> None:
    seen, rounds = Seen(), 3 * SLOTS_MIN + 2 * PAGE
    for number in range(rounds):
        seen.setdefault(f"s/{number}", number)
        seen.forget(number - 5)

    assert list(seen.items()) == [(f"s/{number}", number) for number in range(rounds - 6, rounds)]
    assert "s/1" not in seen
    assert seen.setdefault("s/1", rounds) == rounds


def test_many_at_once_are_as_many_one_by_one() -> None:
    several = [(f"s/{number}", number // 7) for number in range(3 * PAGE + 5)]
    at_once, one_by_one = Seen(several[: PAGE - 1]), Seen()
    at_once.update(several[PAGE - 1 :])
    for uid, at_ms in several:
        one_by_one.setdefault(uid, at_ms)

    assert at_once == one_by_one == dict(several)
    assert all(at_once[uid] == at_ms for uid, at_ms in several)
    assert at_once != Seen(several[1:])
