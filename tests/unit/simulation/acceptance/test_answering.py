from dataclasses import dataclass

from schemas.acknowledgements import Acknowledged
from schemas.codes import Verb
from services.simulation.acceptance.answering import InTheirTime
from services.simulation.acceptance.people import Answer, People
from services.simulation.said import Said
from tests.unit.board.decided import START_MS, Decided


@dataclass(frozen=True)
class Ready(People):
    """Everybody's answer is known beforehand."""

    verb: Verb | None = Verb.accept

    def answer(self, member: str, ask: str) -> Answer | None:
        return None if self.verb is None else Answer(self.verb, 5_000)


def said(verb: Verb | None) -> tuple[InTheirTime, list[Said]]:
    answers = InTheirTime(Ready(1, 0.2, verb))
    (block,) = Decided().ask().offer().proposed().block().blocks
    return answers, list(answers.answers_to(block, START_MS))


def test_an_acceptance_is_said_after_its_delay_and_kept() -> None:
    answers, (one,) = said(Verb.accept)

    assert isinstance(one.event, Acknowledged)
    assert (one.at_ms, one.event.match, one.event.verb) == (START_MS + 5_000, "M1", Verb.accept)
    assert answers.accepted_ms == {"M1": START_MS + 5_000}


def test_a_decline_gives_a_reason_and_is_no_acceptance() -> None:
    answers, (one,) = said(Verb.decline)

    assert isinstance(one.event, Acknowledged)
    assert (one.event.verb, one.event.reason is None) == (Verb.decline, False)
    assert answers.accepted_ms == {}


def test_the_silent_say_nothing() -> None:
    answers, silence = said(None)

    assert (silence, answers.accepted_ms) == ([], {})
