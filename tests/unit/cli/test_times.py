import pytest
import typer

from services.cli.times import time_ms


@pytest.mark.parametrize(
    ("text", "wanted_ms"),
    [
        (None, None),
        ("500ms", 500),
        ("2s", 2_000),
        ("7", 7_000),
        ("3min", 180_000),
        ("6h", 21_600_000),
        ("1d", 86_400_000),
    ],
)
def test_a_span_is_a_whole_number_with_its_unit(text: str | None, wanted_ms: int | None) -> None:
    assert time_ms("--tick", text) == wanted_ms


@pytest.mark.parametrize("text", ["soon", "", "s", "2 s", "1.5h", "-3s", "4weeks", "²s"])
def test_anything_else_is_refused_in_a_sentence(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as refused:
        time_ms("--ask-patience", text)

    assert refused.value.exit_code == 2
    assert f"--ask-patience is {text}; give a time such as 2s" in capsys.readouterr().err
