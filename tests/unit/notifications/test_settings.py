"""What an operator may set about notifications."""

import pytest

from services.notifications import NotificationSettings


def test_the_environment_says_how_often_a_member_is_contacted() -> None:
    assert NotificationSettings.from_environment({}).contacts_per_day_max == 30
    assert NotificationSettings.from_environment({"COMMONWEAL_CONTACTS_PER_DAY_MAX": "5"}).contacts_per_day_max == 5


@pytest.mark.parametrize("said", ["0", "many", "-1", "1000"])
def test_a_limit_that_is_none_is_refused_in_a_sentence(said: str) -> None:
    with pytest.raises(ValueError, match=r"COMMONWEAL_CONTACTS_PER_DAY_MAX is .* is wanted"):
        NotificationSettings.from_environment({"COMMONWEAL_CONTACTS_PER_DAY_MAX": said})
