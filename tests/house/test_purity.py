"""A pure module is told the time, draws nothing and touches nothing."""

import pytest

from tests.house.pure_modules import SHELLS, is_core, is_pure
from tests.house.purity import impure_calls, impure_imports, impure_neighbours
from tests.house.sources import ROOT, Source, breaches, read

OURS = read("schemas", "services")
PURE = [source for source in OURS if is_pure(source.path)]


def test_pure_modules_import_nothing_that_reaches_the_world() -> None:
    found = breaches(impure_imports, PURE)
    assert not found, found


def test_pure_modules_call_nothing_that_reaches_the_world() -> None:
    found = breaches(impure_calls, PURE)
    assert not found, found


def test_pure_modules_lean_on_pure_modules_only() -> None:
    found = breaches(impure_neighbours(frozenset(source.path for source in OURS)), PURE)
    assert not found, found


def test_the_engine_is_among_the_pure_modules() -> None:
    assert any(is_core(source.path) for source in PURE), "services/matching holds no pure module; see pure_modules.py"


def test_no_shell_is_listed_that_is_gone() -> None:
    gone = [path for path in SHELLS if "*" not in path and not (ROOT / path).exists()]
    assert not gone, f"{gone}: take it out of SHELLS in tests/house/pure_modules.py"


@pytest.mark.parametrize(
    ("path", "pure", "core"),
    [
        ("schemas/asks.py", True, False),
        ("services/matching/score.py", True, True),
        ("services/matching/deep/inside.py", True, True),
        ("services/matching/agent.py", False, False),
        ("services/intake/settings.py", False, False),
        ("services/board/tables.py", False, False),
        ("tests/house/sources.py", False, False),
    ],
)
def test_the_list_tells_pure_modules_and_cores_from_shells(path: str, pure: bool, core: bool) -> None:
    assert (is_pure(path), is_core(path)) == (pure, core)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("import time", "imports time; a core is told the time: take now_ms"),
        ("from datetime import datetime", "imports datetime; a core is told the time: take now_ms"),
        ("import random", "imports random; a core draws nothing"),
        ("from uuid import uuid4", "imports uuid.uuid4; a core draws nothing"),
        ("from numpy import random", "imports numpy.random; a core draws nothing"),
        ("from pathlib import Path", "imports pathlib; a core opens nothing"),
        ("import sqlite3", "imports sqlite3; a core opens nothing"),
        ("import http.client", "imports http; a core talks to nobody"),
        ("import os", "imports os; a core reads no environment"),
        ("def f():\n    import logging", "imports logging; a core writes no log"),
        ("import prometheus_client", "imports prometheus_client; a core counts nothing"),
        ("import faust", "imports faust; a core knows no stream library"),
        ("import asyncio", "imports asyncio; a core does one thing after the other"),
        ("import flask", "imports flask; nobody has said that it touches nothing"),
    ],
)
def test_an_import_that_reaches_the_world_is_named_with_its_remedy(text: str, told: str) -> None:
    (found,) = impure_imports("services/matching/score.py", text)
    line = text.count("\n") + 1
    assert found.startswith(f"services/matching/score.py:{line} {told}")


def test_imports_that_touch_nothing_are_left_alone() -> None:
    text = "import heapq\nimport numpy as np\nfrom uuid import UUID, uuid5\nfrom schemas.asks import Ask\n"
    assert impure_imports("services/matching/score.py", text) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("open('x')", "calls open(); a core opens nothing"),
        ("key = hash(ask)", "calls hash(); hash() differs from process to process"),
        ("key = id(ask)", "calls id(); an address differs from run to run"),
        ("print(ask)", "calls print(); a core writes no log"),
        ("import uuid\nuuid.uuid4()", "uses uuid.uuid4; a core draws nothing"),
        ("import numpy as np\nnp.random.default_rng()", "uses numpy.random; a core draws nothing"),
        ("import numpy as n\nn.load('x')", "uses numpy.load; a core opens nothing"),
    ],
)
def test_a_call_that_reaches_the_world_is_named_with_its_remedy(text: str, told: str) -> None:
    (found,) = impure_calls("services/matching/score.py", text)
    assert told in found


def test_a_pure_module_that_leans_on_a_shell_is_named() -> None:
    known = frozenset({"services/__init__.py", "services/matching/agent.py", "services/matching/score.py"})
    check = impure_neighbours(known)
    source = Source("services/matching/rules.py", "from services.matching import agent\n")

    (found,) = check(source.path, source.text)

    assert found.startswith("services/matching/rules.py:1 imports services.matching.agent, which is not pure")
    assert check(source.path, "from services.matching import score\n") == []
