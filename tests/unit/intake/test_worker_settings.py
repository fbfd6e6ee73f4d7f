import pytest

from services.intake.settings import IntakeSettingsError, IntakeWorkerSettings


def test_the_environment_is_read_once_and_the_defaults_stay_for_the_rest() -> None:
    settings = IntakeWorkerSettings.from_environment(
        {"COMMONWEAL_INTAKE_LINGER_MS": "5", "COMMONWEAL_SOURCE_BURST_MAX": "7", "COMMONWEAL_INTAKE_COMMIT_MS": ""}
    )

    assert settings.linger_ms == 5
    assert settings.lanes.linger_s == 0.005
    assert settings.limits.burst_max == 7
    assert settings.limits.events_per_minute_max == IntakeWorkerSettings().limits.events_per_minute_max
    assert settings.commit_ms == IntakeWorkerSettings().commit_ms


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("COMMONWEAL_INTAKE_LINGER_MS", "soon"),
        ("COMMONWEAL_INTAKE_LINGER_MS", "-1"),
        ("COMMONWEAL_INTAKE_CUT_RECORDS_MAX", "0"),
        ("COMMONWEAL_SOURCE_WINDOW_EVENTS", "0"),
    ],
)
def test_what_cannot_be_is_refused_by_name(name: str, said: str) -> None:
    with pytest.raises(IntakeSettingsError, match=r"COMMONWEAL_(INTAKE|SOURCE)_"):
        IntakeWorkerSettings.from_environment({name: said})
