"""The image: from the lock, for nobody in particular, and with all that the services need."""

import re
import tomllib

from tests.house.lock import pins
from tests.house.sources import ROOT

TEXT = (ROOT / "deploy/Dockerfile").read_text(encoding="utf-8")
BUILD, FINAL = re.split(r"^FROM ", TEXT, flags=re.MULTILINE)[1:]


def test_both_stages_stand_on_the_same_pinned_image() -> None:
    images = [stage.split()[0] for stage in (BUILD, FINAL)]
    assert images[0] == images[1]
    assert re.fullmatch(r"python:\d+\.\d+\.\d+-slim-\w+", images[0])


def test_nothing_is_installed_that_the_lock_does_not_hash() -> None:
    installs = re.findall(r"pip install(.*?)(?:\\|$)", TEXT, flags=re.MULTILINE)
    assert len(installs) == 3
    assert all("--require-hashes" in one or "--no-deps wheel/" in one for one in installs), installs


def test_what_builds_the_package_is_found_in_the_lock() -> None:
    dev = (ROOT / "requirements/dev.txt").read_text(encoding="utf-8")
    assert "/^setuptools==/" in BUILD
    assert "setuptools" in {name for name, _, _ in pins(dev)}


def test_what_it_takes_out_again_is_the_broker_of_our_own() -> None:
    (taken,) = re.findall(r"pip uninstall --quiet --yes (.*)$", TEXT, flags=re.MULTILINE)
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    broker = {re.split(r"\W", one)[0] for one in extras["broker"]}
    assert broker <= set(taken.split())
    kept = {re.split(r"[^\w-]", one)[0] for one in extras["kafka"]}
    assert kept.isdisjoint(taken.split())


def test_every_file_it_copies_is_there_and_let_through() -> None:
    copied = [
        name for line in re.findall(r"^COPY (?!--from)(.*)$", TEXT, flags=re.MULTILINE) for name in line.split()[:-1]
    ]
    let_through = (ROOT / "deploy/Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert copied == ["requirements", "pyproject.toml", "LICENSE", "schemas", "services"]
    assert all((ROOT / name).exists() and f"!{name}" in let_through for name in copied)


def test_it_runs_as_nobody_in_particular_and_says_how_it_is() -> None:
    user = re.search(r"^USER (\d+):(\d+)$", FINAL, flags=re.MULTILINE)
    assert user is not None
    assert user[1] != "0"
    assert "HEALTHCHECK" in FINAL
    assert "/health/live" in FINAL
    assert 'ENTRYPOINT ["commonweal"]' in FINAL


def test_it_bears_the_version_of_the_package() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert f'org.opencontainers.image.version="{version}"' in FINAL
