"""Stories of people who may not answer: how many are asked, who is asked first, and what silence leads to."""

from schemas.facts import Proposed
from tests.unit.matching.stories import check


def test_as_many_are_asked_as_make_an_acceptance_likely_enough_and_the_first_acceptance_wins() -> None:
    check("""
        policy answers=uncertain
        ask    A1 food cell=0,0
        offer  O1 food cell=0,1
        offer  O2 food cell=0,2
        offer  O3 food cell=0,3
        offer  O4 food cell=0,4
        tick   2s           -> proposed A1 O1, proposed A1 O2, proposed A1 O3
        accept A1 O2        -> accepted A1 O2, withdrawn A1 O1, withdrawn A1 O3
        accept A1 O1        -> refused not_proposed
        tick   2h           -> nothing
    """)


def test_a_decline_asks_the_next_in_the_same_record() -> None:
    check("""
        policy  answers=uncertain
        ask     A1 food cell=0,0
        offer   O1 food cell=0,1
        offer   O2 food cell=0,2
        offer   O3 food cell=0,3
        offer   O4 food cell=0,4
        tick    2s          -> proposed A1 O1, proposed A1 O2, proposed A1 O3
        decline A1 O2       -> declined A1 O2, proposed A1 O4
    """)


def test_silence_asks_more_people_before_the_first_ones_have_run_out() -> None:
    check("""
        policy answers=uncertain
        ask    A1 food cell=0,0
        offer  O1 food cell=0,1
        offer  O2 food cell=0,2
        offer  O3 food cell=0,3
        offer  O4 food cell=0,4
        tick   2s           -> proposed A1 O1, proposed A1 O2, proposed A1 O3
        tick   58s          -> nothing
        tick   1m           -> proposed A1 O4
    """)


def test_whoever_accepted_before_is_asked_first_although_somebody_is_nearer() -> None:
    story = check("""
        policy answers=uncertain proposals_open_per_unit=1
        member m-near asked=10 accepted=1
        member m-far asked=10 accepted=9
        ask    A1 food cell=0,0
        offer  O1 food cell=0,1 by=m-near
        offer  O2 food cell=0,5 by=m-far
        tick   2s           -> proposed A1 O2
    """)
    (proposal,) = [fact for block in story.blocks for fact in block.facts if isinstance(fact, Proposed)]
    assert proposal.accept_ppm == (3 * 250_000 + 9 * 1_000_000) // 13
    assert sum(proposal.explanation.parts.values()) == proposal.points


def test_an_acceptance_in_vain_is_refused_and_still_learned_from() -> None:
    story = check("""
        policy answers=uncertain
        ask    A1 food cell=0,0
        offer  O1 food cell=0,1
        offer  O2 food cell=0,2
        tick   2s           -> proposed A1 O1, proposed A1 O2
        accept A1 O2        -> accepted A1 O2, withdrawn A1 O1
        accept A1 O1        -> refused not_proposed
        accept A1 O1        -> refused not_proposed
        ask    A2 food cell=0,0
        tick   2s           -> proposed A2 O1
    """)
    (again,) = [fact for fact in story.blocks[-1].facts if isinstance(fact, Proposed)]
    assert again.accept_ppm == (3 * 250_000 + 1_000_000) // 4
    members = story.engine.state.communities["town"].members
    assert (members["m-O1"].accepted, members["m-O1"].tried_ppm) == (1, 1_000_000)
    assert (members["m-O2"].accepted, members["m-O2"].tried_ppm) == (1, 1_000_000)


def test_a_new_offer_wakes_who_is_covered_least_and_has_waited_longest() -> None:
    check("""
        policy answers=uncertain open_slots=1
        ask    A2 food cell=0,0
        tick   2s           -> nothing
        ask    A1 food cell=0,0
        tick   2s           -> nothing
        offer  O1 food cell=0,1
        tick   2s           -> proposed A2 O1
        offer  O2 food cell=0,1
        tick   2s           -> proposed A1 O2
    """)


def test_a_critical_ask_asks_more_people_and_at_once() -> None:
    check("""
        policy answers=uncertain
        offer  O1 food cell=0,1
        offer  O2 food cell=0,2
        offer  O3 food cell=0,3
        offer  O4 food cell=0,4
        offer  O5 food cell=0,5
        ask    A1 food cell=0,0 urgency=critical -> proposed A1 O1, proposed A1 O2, proposed A1 O3, proposed A1 O4, proposed A1 O5
    """)


def test_every_unit_is_covered_for_itself() -> None:
    check("""
        policy answers=uncertain
        member m-1 asked=1000 accepted=1000
        member m-2 asked=1000 accepted=1000
        member m-3 asked=1000 accepted=1000
        ask    A1 food cell=0,0 units=2
        offer  O1 food cell=0,1 by=m-1
        offer  O2 food cell=0,2 by=m-2
        offer  O3 food cell=0,3 by=m-3
        tick   2s           -> proposed A1 O1, proposed A1 O2
    """)


def test_no_more_are_asked_than_the_policy_lets_be_out_however_unlikely_a_yes_is() -> None:
    check("""
        policy answers=uncertain proposals_open_per_unit=2
        ask    A1 food cell=0,0
        offer  O1 food cell=0,1
        offer  O2 food cell=0,2
        offer  O3 food cell=0,3
        tick   2s           -> proposed A1 O1, proposed A1 O2
        tick   2m           -> nothing
    """)


def test_who_was_let_go_soon_is_thought_no_less_likely_to_accept_and_who_stayed_silent_is() -> None:
    story = check("""
        policy   answers=uncertain
        ask      A1 food cell=0,0
        offer    O1 food cell=0,1 by=m-let-go
        tick     2s           -> proposed A1 O1
        tick     1m           -> nothing
        withdraw A1           -> withdrawn A1 O1, ended A1 withdrawn
        ask      A2 tools cell=0,0
        offer    O2 tools cell=0,1 by=m-silent
        tick     2s           -> proposed A2 O2
        tick     16m          -> expired A2 O2
        ask      A3 food cell=0,0
        tick     2s           -> proposed A3 O1
    """)
    (again,) = [fact for fact in story.blocks[-1].facts if isinstance(fact, Proposed)]
    assert again.accept_ppm > 240_000
    members = story.engine.state.communities["town"].members
    assert 0 < members["m-let-go"].tried_ppm < 100_000, "few answers have come by then"
    assert members["m-silent"].tried_ppm == 1_000_000


def test_an_offer_that_has_given_all_is_nobodys_stand_in_any_more() -> None:
    story = check("""
        policy answers=uncertain
        ask    A1 food cell=0,0
        offer  O1 food cell=0,1
        tick   2s           -> proposed A1 O1
        accept A1 O1        -> accepted A1 O1
        ask    A2 food cell=0,0
        offer  O2 food cell=0,1
        tick   2s           -> proposed A2 O2
    """)
    first, second = [fact for block in story.blocks for fact in block.facts if isinstance(fact, Proposed)]
    assert first.explanation.parts["stand_ins"] == second.explanation.parts["stand_ins"] < 0
