import copy
import pickle
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codes import Vetting
from schemas.taxonomy import Default, Need, Taxonomy, TaxonomyError, UnknownNeedError

FOOD = Need(code="oe:102", path="food", label="Food")
DELIVERY = Need(code="oe:102-03", path="food/food-delivery", label="Food Delivery", parent="oe:102")
PANTRY = Need(code="oe:102-04", path="food/food-pantry", label="Food Pantry", parent="oe:102")
GROCERIES = Need(
    code="cw:groceries", path="food/food-delivery/grocery-shopping", label="Grocery Shopping", parent="oe:102-03"
)
ERRANDS = Need(code="cw:errands", path="errands", label="Errands")
SMALL = Taxonomy.of([FOOD, DELIVERY, PANTRY, GROCERIES, ERRANDS])


class TestDescent:
    def test_food_delivery_satisfies_food(self) -> None:
        assert SMALL.satisfies("oe:102-03", "oe:102")

    def test_food_does_not_satisfy_food_delivery(self) -> None:
        assert not SMALL.satisfies("oe:102", "oe:102-03")

    def test_a_need_satisfies_itself(self) -> None:
        assert SMALL.satisfies("oe:102-03", "oe:102-03")

    def test_siblings_do_not_satisfy_each_other(self) -> None:
        assert not SMALL.satisfies("oe:102-03", "oe:102-04")

    def test_descent_crosses_namespaces_and_generations(self) -> None:
        assert SMALL.satisfies("cw:groceries", "oe:102")

    def test_answers_are_the_need_and_all_its_kinds_in_code_order(self) -> None:
        assert SMALL.answers("oe:102") == ("cw:groceries", "oe:102", "oe:102-03", "oe:102-04")
        assert SMALL.answers("oe:102-04") == ("oe:102-04",)

    def test_ancestors_go_from_the_need_to_its_root(self) -> None:
        assert SMALL.ancestors("cw:groceries") == ("cw:groceries", "oe:102-03", "oe:102")
        assert SMALL.ancestors("cw:errands") == ("cw:errands",)

    def test_a_code_from_another_taxonomy_stands_alone(self) -> None:
        assert not SMALL.knows("xx:new")
        assert SMALL.satisfies("xx:new", "xx:new")
        assert not SMALL.satisfies("xx:new", "oe:102")
        assert not SMALL.satisfies("oe:102", "xx:new")
        assert SMALL.answers("xx:new") == ("xx:new",)
        assert SMALL.ancestors("xx:new") == ("xx:new",)

    def test_the_dots_of_a_code_do_not_count(self) -> None:
        dotted = Need(code="cw:errands.post", path="post", label="Post")

        assert not Taxonomy.of([ERRANDS, dotted]).satisfies("cw:errands.post", "cw:errands")


class TestEntry:
    def test_a_known_code_gives_its_need(self) -> None:
        assert SMALL.knows("oe:102-03")
        assert SMALL.entry("oe:102-03") == DELIVERY

    def test_an_unknown_code_is_refused_with_a_way_on(self) -> None:
        with pytest.raises(UnknownNeedError, match=rf"need `xx:new` is not in taxonomy {SMALL.version}; look for"):
            SMALL.entry("xx:new")


class TestVersion:
    def test_the_order_of_needs_does_not_matter(self) -> None:
        turned = Taxonomy.of([ERRANDS, GROCERIES, PANTRY, DELIVERY, FOOD])

        assert turned.version == SMALL.version
        assert turned == SMALL
        assert hash(turned) == hash(SMALL)

    @pytest.mark.parametrize(
        "changed",
        [
            Need(code="cw:chores", path="errands", label="Errands"),
            Need(code="cw:errands", path="chores", label="Errands"),
            Need(code="cw:errands", path="errands", label="Chores"),
            Need(code="cw:errands", path="food/errands", label="Errands", parent="oe:102"),
            Need(code="cw:errands", path="errands", label="Errands", vetting_floor=Vetting.basic),
            Need(code="cw:errands", path="errands", label="Errands", remote=True),
        ],
    )
    def test_any_changed_field_is_another_version(self, changed: Need) -> None:
        assert Taxonomy.of([FOOD, DELIVERY, PANTRY, GROCERIES, changed]).version != SMALL.version

    def test_it_is_short_and_the_same_on_every_machine(self) -> None:
        assert re.fullmatch(r"[0-9a-f]{16}", SMALL.version)
        assert Taxonomy.of([FOOD]).version == "b3d5d30b6e725852"

    def test_a_taxonomy_survives_copying_and_pickling(self) -> None:
        assert copy.deepcopy(SMALL) == SMALL
        assert pickle.loads(pickle.dumps(SMALL)).answers("oe:102") == SMALL.answers("oe:102")

    def test_a_taxonomy_and_its_needs_cannot_be_changed(self) -> None:
        with pytest.raises(AttributeError):
            SMALL.version = "other"  # type: ignore[misc]
        with pytest.raises(AttributeError):
            SMALL.needs[0].label = "Other"  # type: ignore[misc]


class TestDefaults:
    def test_kinds_take_the_nearest_broader_default(self) -> None:
        laid = SMALL.with_defaults(
            [
                Default(code="oe:102", vetting_floor=Vetting.basic, remote=True),
                Default(code="oe:102-03", vetting_floor=Vetting.checked),
                Default(code="cw:groceries", remote=False),
            ]
        )

        assert (laid.entry("oe:102-04").vetting_floor, laid.entry("oe:102-04").remote) == (Vetting.basic, True)
        assert (laid.entry("oe:102-03").vetting_floor, laid.entry("oe:102-03").remote) == (Vetting.checked, True)
        assert (laid.entry("cw:groceries").vetting_floor, laid.entry("cw:groceries").remote) == (Vetting.checked, False)

    def test_a_default_may_lower_what_stands_above(self) -> None:
        laid = SMALL.with_defaults(
            [
                Default(code="oe:102", vetting_floor=Vetting.trusted),
                Default(code="oe:102-04", vetting_floor=Vetting.none),
            ]
        )

        assert laid.entry("oe:102-04").vetting_floor == Vetting.none

    def test_a_need_without_any_default_keeps_its_own(self) -> None:
        shared = Need(code="cw:call", path="call", label="Call", vetting_floor=Vetting.basic, remote=True)

        assert Taxonomy.of([shared, FOOD]).with_defaults([Default(code="oe:102")]).entry("cw:call") == shared

    def test_a_default_for_an_unknown_need_is_refused(self) -> None:
        with pytest.raises(TaxonomyError, match="default 1: a default for `xx:new`, which is not in the taxonomy"):
            SMALL.with_defaults([Default(code="xx:new")])

    def test_the_fallback_word_unknown_is_no_floor(self) -> None:
        with pytest.raises(TaxonomyError, match="default 1: vetting floor `unknown` of `oe:102` is no floor"):
            SMALL.with_defaults([Default(code="oe:102", vetting_floor=Vetting.unknown)])


class TestFind:
    def test_labels_that_hold_every_word_come_first(self) -> None:
        assert [need.code for need in SMALL.find("food")] == ["oe:102", "oe:102-03", "oe:102-04", "cw:groceries"]

    def test_the_beginnings_of_words_in_any_order_and_case_are_enough(self) -> None:
        assert [need.code for need in SMALL.find("DELIV fo")] == ["oe:102-03", "cw:groceries"]

    def test_words_of_label_and_path_count_together(self) -> None:
        assert SMALL.find("grocery delivery") == (GROCERIES,)

    def test_a_code_finds_exactly_its_need(self) -> None:
        assert SMALL.find(" oe:102 ") == (FOOD,)

    @pytest.mark.parametrize("text", ["", "  ", "&", "food zebra"])
    def test_what_is_not_there_is_not_found(self, text: str) -> None:
        assert SMALL.find(text) == ()


class TestRefusals:
    """What does not form a taxonomy is refused, and the message names what stands where and what to do."""

    @pytest.mark.parametrize(
        ("needs", "message"),
        [
            (
                [FOOD, FOOD],
                "need 2: `oe:102` at `food` already stands at need 1; remove one of the two",
            ),
            (
                [FOOD, Need(code="oe:102", path="meals", label="Food")],
                (
                    "need 2: `oe:102` stands at `meals`, and at need 1 at `food`; a code means one need: "
                    "give one of them a code of its own"
                ),
            ),
            (
                [FOOD, Need(code="cw:food", path="food", label="Food")],
                (
                    "need 2: `cw:food` stands at `food`, where need 1 has `oe:102`; a path means one need: "
                    "rename one of them"
                ),
            ),
            (
                [Need(code="cw:soup", path="food/soup", label="Soup", parent="oe:999")],
                (
                    "need 1: parent `oe:999` of `cw:soup` is not in the taxonomy; "
                    "name a need that is, or leave the parent empty for a root"
                ),
            ),
            (
                [
                    Need(code="cw:a", path="a", label="A", parent="cw:b"),
                    Need(code="cw:b", path="b", label="B", parent="cw:c"),
                    Need(code="cw:c", path="c", label="C", parent="cw:a"),
                ],
                (
                    "need 1: `cw:a` descends from itself (cw:a < cw:b < cw:c < cw:a); "
                    "make one of them a root or give it another parent"
                ),
            ),
            (
                [Need(code="cw:a", path="a", label="A", parent="cw:a")],
                "need 1: `cw:a` descends from itself (cw:a < cw:a); make one of them a root or give it another parent",
            ),
            (
                [FOOD, Need(code="cw:soup", path="meals/soup", label="Soup", parent="oe:102")],
                (
                    "need 2: path `meals/soup` of `cw:soup` must continue its parent's, `food/...`, by one word; "
                    "correct the path or the parent"
                ),
            ),
            (
                [FOOD, Need(code="cw:soup", path="food/hot/soup", label="Soup", parent="oe:102")],
                (
                    "need 2: path `food/hot/soup` of `cw:soup` must continue its parent's, `food/...`, by one word; "
                    "correct the path or the parent"
                ),
            ),
            (
                [Need(code="cw:soup", path="food/soup", label="Soup")],
                (
                    "need 1: path `food/soup` of `cw:soup` must be one word, since it is a root; "
                    "correct the path or the parent"
                ),
            ),
            (
                [Need(code="Soup", path="soup", label="Soup")],
                (
                    "need 1: `Soup` is not the code of a need; write a namespace, a colon and a code in small letters, "
                    "digits, dots and dashes, such as `oe:102-03` or `cw:errands.groceries`"
                ),
            ),
            (
                [Need(code="cw:soup", path="Soup", label="Soup")],
                (
                    "need 1: `Soup` is not the path of a need; write words of small letters, digits and dashes "
                    "divided by `/`, such as `food/food-delivery`"
                ),
            ),
            (
                [Need(code="cw:soup", path="soup", label=" ")],
                "need 1: `cw:soup` has no label; write the words that people are shown",
            ),
            (
                [Need(code="cw:soup", path="soup", label="Soup", vetting_floor=Vetting.unknown)],
                (
                    "need 1: vetting floor `unknown` of `cw:soup` is no floor; write none, basic, checked or trusted, "
                    "or leave it empty to take the broader need's"
                ),
            ),
        ],
    )
    def test_needs_that_form_no_forest(self, needs: list[Need], message: str) -> None:
        with pytest.raises(TaxonomyError) as refused:
            Taxonomy.of(needs)

        assert message == str(refused.value)

    def test_a_circle_that_only_hangs_above_a_need_is_found_too(self) -> None:
        hanging = Need(code="cw:a", path="a", label="A", parent="cw:b")
        turning = Need(code="cw:b", path="b", label="B", parent="cw:b")

        with pytest.raises(TaxonomyError, match="need 2: `cw:b` descends from itself"):
            Taxonomy.of([hanging, turning])


@st.composite
def forests(draw: st.DrawFn) -> list[Need]:
    """Up to a dozen needs, each a root or a kind of an earlier one, in any order."""
    needs: list[Need] = []
    for number in range(draw(st.integers(min_value=1, max_value=12))):
        above = draw(st.sampled_from([None, *needs]))
        path = f"n{number}" if above is None else f"{above.path}/n{number}"
        namespace = draw(st.sampled_from(["oe", "cw"]))
        parent = None if above is None else above.code
        needs.append(Need(code=f"{namespace}:n{number}", path=path, label=f"N{number}", parent=parent))
    return draw(st.permutations(needs))


@given(forests())
def test_satisfies_answers_ancestors_and_paths_tell_the_same_story(needs: list[Need]) -> None:
    taxonomy = Taxonomy.of(needs)
    for offered in needs:
        for asked in needs:
            satisfied = taxonomy.satisfies(offered.code, asked.code)

            assert satisfied == (offered.code in taxonomy.answers(asked.code))
            assert satisfied == (asked.code in taxonomy.ancestors(offered.code))
            assert satisfied == f"{offered.path}/".startswith(f"{asked.path}/")


@given(forests())
def test_the_order_in_which_needs_are_written_changes_nothing(needs: list[Need]) -> None:
    assert Taxonomy.of(needs) == Taxonomy.of(sorted(needs, key=lambda need: need.path))
