"""What is committed runs anywhere: no registry's address, no path of the machine it was made on."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.house.sources import breaches, committed
from tests.house.traces import traces


def test_nothing_committed_tells_of_a_registry_or_a_machine() -> None:
    found = breaches(traces, committed())
    assert not found, found


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("-i https://py" + "pi.org/simple", "names a package registry"),
        ("https://files.python" + "hosted.org/packages/x.whl", "names a package registry"),
        ("https://arti" + "factory.example.com/api", "names a package registry"),
        ("--index" + "-url https://example.org/x", "says where packages come from"),
        ("https://packages.example.org/simp" + "le", "says where packages come from"),
        ('data = "/ho' + 'me/ada/commonweal"', "holds a path of one machine"),
        ("see /wo" + "rk/main", "holds a path of one machine"),
        ("--data=/tm" + "p/demo", "holds a path of one machine"),
    ],
)
def test_a_trace_is_named_with_its_remedy(line: str, told: str) -> None:
    found = traces("docs/install.md", f"first\n{line}\n")
    assert found
    assert found[0].startswith(f"docs/install.md:2 {told}")


@pytest.mark.parametrize(
    "line",
    [
        "https://www.apache.org/licenses/",
        "https://example.org/home/ada",
        "docs/work/plan.md",
        "--data DIR",
        "numpy==2.4.6 --hash=sha256:00ff",
        "POST /matches/42/accept",
    ],
)
def test_plain_lines_are_left_alone(line: str) -> None:
    assert traces("docs/install.md", line) == []


def test_an_unpacked_archive_is_read_whole_but_for_what_tools_have_made(tmp_path: Path) -> None:
    for name in (".venv/lib/x.py", "docs/a.md", "docs/picture.png", "tests/x.pyc"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"\x89PNG\xff" if name.endswith("png") else b"x")
    assert [source.path for source in committed(tmp_path)] == ["docs/a.md"]


@pytest.mark.skipif(shutil.which("git") is None, reason="asks git, which is not on this machine")
def test_files_that_git_ignores_and_pictures_are_not_read(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    (tmp_path / ".gitignore").write_text("ignored.txt\n")
    (tmp_path / "ignored.txt").write_text("x")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\xff")
    (tmp_path / "new.txt").write_text("x")
    assert [source.path for source in committed(tmp_path)] == [".gitignore", "new.txt"]
