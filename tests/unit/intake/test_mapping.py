import csv
import io
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from schemas.operations import CommunityDefined
from schemas.policy import Policy
from schemas.taxonomy.load import load as load_taxonomy
from services.intake.door import Admitted, admit
from services.intake.lines import lines_of
from services.intake.mapping import MappingError, parse
from services.intake.mapping_files import find_mapping, shipped_mappings
from services.intake.table import events_in_table

PAGE = Path(__file__).resolve().parents[3] / "docs" / "mappings.md"
FIELDS = {"ask": {"column": "id"}}


def document(**changed: Any) -> dict[str, Any]:
    """A mapping of ask withdrawals; a key changed to `...` is left out."""
    whole = {
        "describes": "Asks taken back.",
        "community": {"id": "north"},
        "time": {"column": "at", "unit": "s", "origin": "2026-01-05T08:00:00Z"},
        "kinds": {"row": {"event": "ask.withdrawn", "id": {"column": "id"}, "fields": FIELDS}},
    } | changed
    return {key: value for key, value in whole.items() if value is not ...}


def kind(**changed: Any) -> dict[str, Any]:
    return {"row": {"event": "ask.withdrawn", "id": {"column": "id"}, "fields": FIELDS} | changed}


def test_a_mapping_gives_its_community() -> None:
    mapping = parse(
        document(community={"id": "north", "origin_lat": 52.5, "origin_lon": -13.400001, "cell_m": 100}), "m"
    )

    assert mapping.definition == CommunityDefined(
        community="north", origin_lat_udeg=52_500_000, origin_lon_udeg=-13_400_001, cell_m=100
    )
    answer = admit(mapping.first_event(), source="load", communities={}, knows_need=lambda _: False)
    assert isinstance(answer, Admitted)
    assert answer.event == mapping.definition


def test_the_longest_id_of_a_community_still_makes_an_event() -> None:
    mapping = parse(document(community={"id": "n" * 80}), "m")

    assert isinstance(admit(mapping.first_event(), source="s", communities={}, knows_need=lambda _: False), Admitted)


def test_wishes_are_laid_over_a_policy_deeply() -> None:
    mapping = parse(document(policy={"open_slots": 2, "score": {"base": 7}}), "m")
    given = Policy(name="near", tick_ms=500)

    policy = mapping.policy_over(given)

    assert policy == given.model_copy(update={"open_slots": 2, "score": given.score.model_copy(update={"base": 7})})


def test_wishes_that_no_policy_can_take_are_told_with_their_path() -> None:
    mapping = parse(document(), "m").model_copy(update={"policy": {"open_slots": 0}})

    with pytest.raises(ValueError, match=r"\$\.policy\.open_slots: input should be greater than or equal to 1"):
        mapping.policy_over(Policy())


def test_nested_fields_are_read_by_their_path_and_columns_are_gathered() -> None:
    fields = {"ask": {"column": "a"}, "place": {"x_m": {"column": "x"}, "y_m": {"value": 5}}}
    mapping = parse(document(kind_column="what", kinds=kind(event="ask.changed", fields=fields)), "m")

    assert list(mapping.kinds["row"].fields) == ["ask", "place.x_m", "place.y_m"]
    assert mapping.columns() == {"what", "at", "id", "a", "x"}


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (document(describes=...), "describes: Field required"),
        (document(surprise=1), "surprise: Extra inputs are not permitted"),
        (document(kinds={}), "kinds: "),
        (document(kinds=kind() | {"other": kind()["row"]}), "rows of several kinds need a `kind_column`"),
        (document(policy={"open_slot": 1}), "$.policy.open_slot is no field"),
        (document(community={"id": "a b"}), "community.id: String should match pattern"),
        (document(time={"column": "at"}), "units count from an `origin`"),
        (document(time={"column": "at", "unit": "rfc3339", "origin": "2026-01-05T08:00:00Z"}), "rfc3339 moments have"),
        (document(time={"column": "at", "origin": "1969-01-05T08:00:00Z"}), "before 1970 or beyond 2248"),
        (document(time={"column": "at", "origin": "2026-01-05T08:00:00"}), "time.origin: "),
        (document(kinds=kind(event="ask.eaten")), "`ask.eaten` is no event this version knows; one of ask.changed"),
        (document(kinds=kind(fields={})), "`ask.withdrawn` also needs ask; give a column or a constant for each"),
        (document(kinds=kind(fields=FIELDS | {"colour": {"value": 1}})), "`ask.withdrawn` has no field colour"),
        (document(kinds=kind(fields=FIELDS | {"community": {"value": "x"}})), "`ask.withdrawn` has no field community"),
        (document(kinds=kind(fields="none")), "kinds.row.fields: "),
        (document(kinds=kind(fields={"ask": {"value": 1, "column": "id"}})), "give either `value` or `column`"),
        (document(kinds=kind(fields={"ask": {"value": "a", "prefix": "x"}})), "takes nothing beside it"),
        (document(kinds=kind(fields={"ask": {"column": "id", "as": "date"}})), "kinds.row.fields.ask.as: "),
        (document(kinds=kind(id={})), "kinds.row.id: Value error, give either `value` or `column`"),
    ],
)
def test_a_mapping_that_does_not_hold_together_is_told_where(broken: dict[str, Any], told: str) -> None:
    with pytest.raises(MappingError, match=re.escape(told)) as refused:
        parse(broken, "own.toml")

    assert str(refused.value).startswith("mapping own.toml does not hold together; see docs/mappings.md: ")


class TestFiles:
    def test_city_hour_is_shipped(self) -> None:
        mapping = find_mapping("city-hour")

        assert "city-hour" in shipped_mappings()
        assert (mapping.answers, mapping.community.cell_m) == ("accept", 1)
        assert mapping.policy == {"open_slots": 1, "proposals_open_per_unit": 1, "answer_ms_min": 2_000}
        assert mapping.time.origin_ms == 1_767_600_000_000

    @pytest.mark.parametrize("name", shipped_mappings())
    def test_every_shipped_mapping_holds_together(self, name: str) -> None:
        assert find_mapping(name).describes

    def test_a_mapping_of_ones_own_is_found_by_its_path(self, tmp_path: Path) -> None:
        own = tmp_path / "own.toml"
        own.write_text(
            'describes = "x"\n[community]\nid = "north"\n[time]\ncolumn = "at"\norigin = 2026-01-05T08:00:00Z\n'
            '[kinds.row]\nevent = "ask.withdrawn"\nid = { column = "id" }\nfields.ask = { column = "id" }\n',
            encoding="utf-8",
        )

        assert find_mapping(str(own)) == parse(document(describes="x"), "own")

    def test_a_mapping_that_is_nowhere_names_those_there_are(self, tmp_path: Path) -> None:
        with pytest.raises(MappingError, match=r"No such file or directory; give the path .* \(city-hour"):
            find_mapping(str(tmp_path / "none.toml"))

    @pytest.mark.parametrize("text", [b"= 1", b"\xff"])
    def test_a_file_that_is_no_toml_is_told_so(self, tmp_path: Path, text: bytes) -> None:
        own = tmp_path / "own.toml"
        own.write_bytes(text)

        with pytest.raises(MappingError, match=r"mapping own\.toml is not TOML in UTF-8"):
            find_mapping(str(own))


class TestPage:
    def test_the_example_of_the_page_runs_as_it_says(self) -> None:
        table, mapping, event = (self.block(language) for language in ("csv", "toml", "json"))

        events = list(
            events_in_table(
                parse(tomllib.loads(mapping), "groceries.toml"),
                lines_of(io.BytesIO(table.encode())),
                source="load",
                name="groceries.csv",
            )
        )

        assert [one.refused for one in events] == [None] * (len(list(csv.reader(table.splitlines()))) - 1)
        assert json.loads(events[0].raw) == json.loads(event)
        assert json.loads(events[1].raw)["data"]["needs"] == ["cw:errands.groceries", "cw:errands"]
        home = {"riverside": CommunityDefined(community="riverside", origin_lat_udeg=52_500_000)}
        for one in events:
            answer = admit(one.raw, source="load", communities=home, knows_need=load_taxonomy().knows)
            assert isinstance(answer, Admitted), answer

    def test_the_page_names_every_key_and_word_of_a_mapping(self) -> None:
        page = PAGE.read_text(encoding="utf-8")
        keys = ("describes", "kind_column", "delimiter", "answers", "origin_lat", "cell_m", "origin", "policy", "event")
        words = ("text", "whole", "number", "flag", "list", "time", "after", "separator", "prefix", "words", "optional")

        assert [word for word in (*keys, *words) if word not in page] == []

    def block(self, language: str) -> str:
        found = re.search(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
        assert found is not None
        return found[1]
