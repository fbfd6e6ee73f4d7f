"""Topics as code, against a real cluster."""

import pytest

from schemas.topics import TOPICS
from services.runtime.kafka import KafkaSettings, administering
from services.runtime.topics import apply, check, plan

pytestmark = pytest.mark.slow


def test_an_applied_cluster_is_as_the_code_has_it(kafka: KafkaSettings) -> None:
    check(kafka)

    assert plan(kafka).is_empty
    assert apply(kafka).changes == ()
    with administering(kafka, "list topics") as admin:
        there = {name for name in admin.list_topics() if name.startswith(kafka.prefix)}
    assert there == {kafka.topic(name) for name in TOPICS}
