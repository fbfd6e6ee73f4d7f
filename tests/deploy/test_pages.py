"""The operators' pages: settings, alerts and commands as they are in the code."""

import re
from typing import Any

import pytest
import yaml

from tests.deploy.commands import exists
from tests.deploy.settings import CLASSES, defaults, names_read
from tests.house.sources import ROOT, read

OPERATIONS = ROOT / "docs/operations.md"
TEXT = OPERATIONS.read_text(encoding="utf-8")
PAGES = [OPERATIONS, *sorted((ROOT / "docs/runbooks").glob("*.md"))]
SETTING = re.compile(r"^\| `(COMMONWEAL_\w+)` \| (?:`([^`]*)`)? ?\|", re.MULTILINE)
ALERT = re.compile(r"^\| `(\w+)` \| [^|]+ \| (page|ticket) \|$", re.MULTILINE)
COMMAND = re.compile(r"`(?:\$ )?commonweal ([a-z][^`]*)`")
LINK = re.compile(r"\]\(([^)#:]+)?(?:#([\w-]+))?\)")

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def test_all_that_reads_the_environment_is_asked_what_it_reads() -> None:
    readers = {source.path for source in read("services") if "def from_environment(" in source.text}
    asked = {f"{settings.__module__.replace('.', '/')}.py" for settings in CLASSES}
    assert readers == asked, "name it in tests/deploy/settings.py, and its settings in docs/operations.md"


def test_the_settings_listed_are_those_that_are_read() -> None:
    assert {name for name, _ in SETTING.findall(TEXT)} == names_read()


def test_the_defaults_listed_are_those_of_the_code() -> None:
    assert dict(SETTING.findall(TEXT)) == defaults()


def test_the_alerts_listed_are_the_rules() -> None:
    rules = yaml.safe_load((ROOT / "deploy/prometheus/rules.yml").read_text(encoding="utf-8"))
    severities = {rule["alert"]: rule["labels"]["severity"] for group in rules["groups"] for rule in group["rules"]}
    assert dict(ALERT.findall(TEXT)) == severities


@each_page
def test_a_command_that_a_page_tells_exists(page: Any) -> None:
    unknown = [command for command in COMMAND.findall(page.read_text(encoding="utf-8")) if not exists(command.split())]
    assert unknown == []


@each_page
def test_a_page_leads_to_pages_and_sections_that_exist(page: Any) -> None:
    for path, section in LINK.findall(page.read_text(encoding="utf-8")):
        there = page.parent / path if path else page
        assert there.exists(), f"{page.name} leads to {path}"
        if section:
            headings = re.findall(r"^#+ (.*)$", there.read_text(encoding="utf-8"), re.MULTILINE)
            assert section in {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@each_page
def test_a_file_that_a_page_names_exists(page: Any) -> None:
    named = re.findall(r"`((?:deploy|docs|schemas)/[\w./-]+)`", page.read_text(encoding="utf-8"))
    assert [path for path in named if not (ROOT / path).exists()] == []
