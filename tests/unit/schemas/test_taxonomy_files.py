import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import schemas.taxonomy
from schemas.codes import Vetting
from schemas.taxonomy import NEED_CODE_PATTERN, Need, Taxonomy, TaxonomyError
from schemas.taxonomy.load import load
from schemas.taxonomy.tables import ROWS_MAX
from schemas.taxonomy.vocabulary import Term, load_accessibility, load_skills

SHIPPED = Path(schemas.taxonomy.__file__).parent


@pytest.fixture(scope="module")
def shipped() -> Taxonomy:
    return load()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small taxonomy of one's own, ready to be spoiled."""
    write(tmp_path, "open_eligibility.csv", "taxonomy_id,name,parent_id,parent_name,path", "102,Food,,,food")
    write(tmp_path, "commonweal.csv", "code,label,parent,path", "cw:soup,Soup,oe:102,food/soup")
    write(tmp_path, "needs_defaults.csv", "code,vetting,remote", "oe:102,basic,no")
    write(tmp_path, "skills.csv", "code,label", "driving,Driving")
    return tmp_path


def write(folder: Path, name: str, *lines: str) -> None:
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def refusal_of(folder: Path) -> str:
    with pytest.raises(TaxonomyError) as refused:
        load(folder)
    return str(refused.value)


class TestFiles:
    def test_a_folder_of_ones_own_is_read(self, folder: Path) -> None:
        own = load(folder)

        assert own.satisfies("cw:soup", "oe:102")
        assert own.entry("cw:soup") == Need(
            code="cw:soup", path="food/soup", label="Soup", parent="oe:102", vetting_floor=Vetting.basic
        )

    def test_an_unknown_parent_is_named_with_file_and_line(self, folder: Path) -> None:
        write(folder, "commonweal.csv", "code,label,parent,path", "", "cw:soup,Soup,oe:999,food/soup")

        assert refusal_of(folder).startswith("commonweal.csv line 3: parent `oe:999` of `cw:soup` is not in")

    def test_a_circle_is_named_with_file_and_line(self, folder: Path) -> None:
        write(folder, "commonweal.csv", "code,label,parent,path", "cw:a,A,cw:b,a", "cw:b,B,cw:a,b")

        assert refusal_of(folder).startswith("commonweal.csv line 2: `cw:a` descends from itself (cw:a < cw:b < cw:a)")

    def test_a_need_in_both_files_is_named_with_both_lines(self, folder: Path) -> None:
        write(folder, "commonweal.csv", "code,label,parent,path", "oe:102,Food,,food")

        assert refusal_of(folder).startswith(
            "commonweal.csv line 2: `oe:102` at `food` already stands at open_eligibility.csv line 2"
        )

    def test_a_second_default_is_named_with_both_lines(self, folder: Path) -> None:
        write(folder, "needs_defaults.csv", "code,vetting,remote", "oe:102,basic,", "oe:102,,yes")

        assert refusal_of(folder) == (
            "needs_defaults.csv line 3: a second default for `oe:102`; "
            "the first is at needs_defaults.csv line 2; keep one"
        )

    @pytest.mark.parametrize(
        ("row", "message"),
        [
            ("oe:7,basic,no", "a default for `oe:7`, which is not in the taxonomy; correct or remove it"),
            ("oe:102,unknown,no", "vetting `unknown` of `oe:102` is unknown; write none, basic, checked or trusted,"),
            ("oe:102,saint,no", "vetting `saint` of `oe:102` is unknown; write none, basic, checked or trusted,"),
            ("oe:102,basic,maybe", "remote `maybe` of `oe:102` is unknown; write yes or no,"),
            ("oe:102,basic", "2 cells, 3 wanted (code,vetting,remote); put a cell that holds a comma in double quotes"),
        ],
    )
    def test_a_bad_default_is_named_with_file_and_line(self, folder: Path, row: str, message: str) -> None:
        write(folder, "needs_defaults.csv", "code,vetting,remote", row)

        assert refusal_of(folder).startswith(f"needs_defaults.csv line 2: {message}")

    def test_a_missing_file_is_named(self, folder: Path) -> None:
        (folder / "commonweal.csv").unlink()

        assert refusal_of(folder) == f"commonweal.csv is missing in {folder}; put it there or install again"

    def test_other_columns_are_refused(self, folder: Path) -> None:
        write(folder, "commonweal.csv", "code,label", "cw:soup,Soup")

        assert refusal_of(folder) == "commonweal.csv line 1: columns `code,label`, wanted `code,label,parent,path`"

    def test_an_empty_file_is_refused(self, folder: Path) -> None:
        (folder / "commonweal.csv").write_bytes(b"")

        assert refusal_of(folder) == "commonweal.csv line 1: columns ``, wanted `code,label,parent,path`"

    def test_broken_quotes_are_named_with_file_and_line(self, folder: Path) -> None:
        write(folder, "commonweal.csv", "code,label,parent,path", 'cw:soup,"Soup" hot,oe:102,food/soup')

        assert refusal_of(folder).startswith("commonweal.csv line 2: not CSV (")

    def test_other_encodings_are_refused(self, folder: Path) -> None:
        (folder / "commonweal.csv").write_bytes(b"code,label,parent,path\ncw:soup,S\xf6up,oe:102,food/soup\n")

        assert refusal_of(folder) == "commonweal.csv: byte 32 is not UTF-8; save the file as UTF-8"

    def test_a_file_without_end_is_refused(self, folder: Path) -> None:
        rows = [f"cw:n{number},N,,n{number}" for number in range(ROWS_MAX + 1)]
        write(folder, "commonweal.csv", "code,label,parent,path", *rows)

        assert refusal_of(folder) == "commonweal.csv: 20001 rows, at most 20000 wanted; split or shorten it"

    def test_what_a_spreadsheet_saves_reads_the_same(self, folder: Path) -> None:
        plain = load(folder).version
        text = 'code,label,parent,path\r\n"cw:soup", Soup ,oe:102,food/soup\r\n'
        (folder / "commonweal.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())

        assert load(folder).version == plain

    def test_nothing_is_read_before_load_is_called_and_nothing_after(self) -> None:
        program = """
import sys
opened = []
def watch(event, arguments):
    if event == "open" and str(arguments[0]).endswith(".csv"):
        opened.append(str(arguments[0]).replace(chr(92), "/").rsplit("/", 1)[-1])
sys.addaudithook(watch)
import schemas.taxonomy, schemas.taxonomy.load, schemas.taxonomy.vocabulary
at_import = len(opened)
taxonomy = schemas.taxonomy.load.load()
after_load = list(opened)
taxonomy.answers("oe:102"), taxonomy.satisfies("oe:102-03", "oe:102"), taxonomy.find("food"), taxonomy.entry("oe:102")
print(at_import, ",".join(after_load), len(opened))
"""
        ran = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=60)

        assert ran.stdout.split() == ["0", "open_eligibility.csv,commonweal.csv,needs_defaults.csv", "3"]


class TestShipped:
    """The data that comes with Commonweal."""

    def test_food_delivery_satisfies_food(self, shipped: Taxonomy) -> None:
        assert shipped.satisfies("oe:102-03", "oe:102")
        assert shipped.satisfies("cw:errands.groceries", "oe:102")
        assert not shipped.satisfies("oe:102", "oe:102-03")

    def test_open_eligibility_is_whole(self, shipped: Taxonomy) -> None:
        codes = [need.code for need in shipped.needs if need.code.startswith("oe:")]

        assert len(codes) == 290
        assert [code for code in codes if "-" not in code] == [f"oe:{number}" for number in range(101, 112)]

    def test_a_label_that_repeats_is_two_needs_told_apart_by_code_and_path(self, shipped: Taxonomy) -> None:
        assert [(need.code, need.path) for need in shipped.find("baby clothes")] == [
            ("oe:104-01-01", "goods/baby-supplies/baby-clothes"),
            ("oe:104-02-01", "goods/clothing/baby-clothes"),
        ]

    def test_where_an_id_and_its_parent_disagree_the_parent_counts(self, shipped: Taxonomy) -> None:
        assert shipped.ancestors("oe:104-05-01") == ("oe:104-05-01", "oe:104-04", "oe:104")

    def test_each_file_keeps_to_its_own_namespace(self) -> None:
        listed = (SHIPPED / "commonweal.csv").read_text(encoding="utf-8").splitlines()[1:]

        assert [line for line in listed if not line.startswith("cw:")] == []
        assert (SHIPPED / "open_eligibility.csv").read_text(encoding="utf-8").startswith("taxonomy_id,name,parent_id,")

    def test_the_open_eligibility_file_is_attributed(self) -> None:
        notice = (SHIPPED / "NOTICE.md").read_text(encoding="utf-8")

        assert "Aunt Bertha" in notice
        assert "https://creativecommons.org/licenses/by-sa/3.0/" in notice
        assert "What we changed" in notice
        for file in sorted(SHIPPED.glob("*.csv")):
            assert f"`{file.name}`" in notice

    def test_every_code_may_travel_in_an_event(self, shipped: Taxonomy) -> None:
        assert [need.code for need in shipped.needs if not re.fullmatch(NEED_CODE_PATTERN, need.code)] == []

    def test_every_root_says_what_its_kinds_start_from(self) -> None:
        listed = (SHIPPED / "needs_defaults.csv").read_text(encoding="utf-8").splitlines()[1:]
        complete = [line.split(",")[0] for line in listed if all(line.split(","))]
        roots = [need.code for need in load().needs if need.parent is None]

        assert [root for root in roots if root not in complete] == []

    @pytest.mark.parametrize(
        ("code", "floor", "remote"),
        [
            ("cw:errands.groceries", Vetting.basic, False),
            ("cw:company.check-in-calls", Vetting.basic, True),
            ("cw:company.visits", Vetting.checked, False),
            ("cw:babysitting", Vetting.trusted, False),
            ("cw:childcare-swap", Vetting.trusted, False),
            ("cw:rides.medical", Vetting.checked, False),
            ("cw:paperwork.bills", Vetting.trusted, True),
            ("cw:lending.tools", Vetting.none, False),
            ("cw:interpreting.in-person", Vetting.basic, False),
            ("oe:101-06-01", Vetting.trusted, False),
            ("oe:102-04", Vetting.none, False),
            ("oe:108-03-03", Vetting.trusted, False),
            ("oe:107-07", Vetting.checked, True),
        ],
    )
    def test_care_and_money_need_more_vetting_than_things(
        self, shipped: Taxonomy, code: str, floor: Vetting, *, remote: bool
    ) -> None:
        assert (shipped.entry(code).vetting_floor, shipped.entry(code).remote) == (floor, remote)

    def test_all_files_load_from_a_copy_to_the_same_version(self, shipped: Taxonomy, tmp_path: Path) -> None:
        for file in sorted(SHIPPED.glob("*.csv")):
            shutil.copy(file, tmp_path)

        assert load(tmp_path) == shipped


class TestVocabulary:
    def test_skills_are_codes_with_words(self) -> None:
        skills = load_skills()

        assert Term("heavy-lifting", "Heavy lifting") in skills
        assert {"driving", "first-aid", "sign-language"} <= {term.code for term in skills}
        assert list(skills) == sorted(skills)

    def test_accessibility_needs_are_codes_with_words(self) -> None:
        codes = [term.code for term in load_accessibility()]

        assert {"step-free", "wheelchair", "quiet", "scent-free", "pet-free"} <= set(codes)
        assert codes == sorted(codes)

    @pytest.mark.parametrize(
        ("row", "message"),
        [
            ("Driving,Driving", "`Driving` is not a code; write small letters, digits and dashes"),
            ("driving,Again", "`driving` already stands at skills.csv line 2; keep one"),
            ("cooking,", "`cooking` has no label; write the words that people are shown"),
        ],
    )
    def test_a_bad_term_is_named_with_file_and_line(self, folder: Path, row: str, message: str) -> None:
        write(folder, "skills.csv", "code,label", "driving,Driving", row)

        with pytest.raises(TaxonomyError) as refused:
            load_skills(folder)

        assert str(refused.value) == f"skills.csv line 3: {message}"
