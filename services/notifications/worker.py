"""Notifications on Kafka: a Faust service over `decisions`, its rows in a Faust table, its requests on `notifications`."""

import time
from collections.abc import Sequence

from schemas.decisions import DecisionBlock
from schemas.topics import CONTACT_BUDGETS, DECISIONS, NOTIFICATIONS
from services.notifications.records import record
from services.notifications.requests import Requested, requests
from services.notifications.settings import NotificationSettings
from services.runtime.ledger import Page
from services.runtime.log.records import NewRecord
from services.runtime.worker import FaustService, LedgerTable, Workplace, faust_app

TABLE = "contact-budgets"


def build(place: Workplace) -> FaustService:
    """The service; connects nothing.

    Raises:
        ValueError: a setting is out of bounds.
    """
    settings = NotificationSettings.from_environment(place.env)
    service = FaustService(faust_app(place), place, [DECISIONS, NOTIFICATIONS, CONTACT_BUDGETS])
    table = LedgerTable(service, TABLE)

    def fold(page: Page, block: DecisionBlock) -> Requested:
        return requests(page, block, settings.contacts_per_day_max)

    async def send(partition: int, requested: Requested) -> None:
        await service.send(NOTIFICATIONS.name, partition, _still_worth_telling(place, requested))

    table.follow(DECISIONS, fold, send)
    return service


def _still_worth_telling(place: Workplace, requested: Requested) -> Sequence[NewRecord]:
    """Never for a decision past its own deadline by this machine's clock: after an outage, or where rows are made anew.

    What is left out here was decided and counted in the budget all the same, so that rows depend on the log alone.
    """
    now_ms, records = int(time.time() * 1_000), list[NewRecord]()
    for why in requested.withheld:
        place.metrics.notifications_withheld.inc(reason=why)
    for notification in requested.notifications:
        if notification.deadline_ms < now_ms:
            place.metrics.notifications_withheld.inc(reason="past_deadline")
            continue
        place.metrics.notifications_requested.inc(kind=notification.occasion.value)
        records.append(record(notification))
    return records
