"""Services never import each other's insides; schemas import no service."""

from functools import partial

import pytest

from tests.house.layers import broken_layers
from tests.house.sources import breaches, module_name, read

OURS = read("schemas", "services")
MODULES = frozenset(module_name(source.path) for source in OURS)

IMAGINED = frozenset(
    "schemas schemas.asks services services.board services.board.tables services.board.settings services.matching "
    "services.matching.score services.runtime services.runtime.log services.cli services.cli.main services.embedded.city".split()
)


def test_everyone_imports_only_from_the_layers_below() -> None:
    found = breaches(partial(broken_layers, modules=MODULES), OURS)
    assert not found, found


@pytest.mark.parametrize(
    ("path", "text", "told"),
    [
        ("schemas/asks.py", "import services.board", "schemas know no service"),
        ("services/matching/score.py", "from services.board import tables", "services meet through schemas and topics"),
        ("services/matching/score.py", "from services.board import Board", "services meet through schemas and topics"),
        ("services/board/tables.py", "from ..matching import score", "services meet through schemas and topics"),
        ("services/runtime/log.py", "import services.board", "services meet through schemas and topics"),
        ("services/cli/main.py", "from services.board.tables import rows", "import it from services.board"),
        ("services/cli/main.py", "from services.board import tables", "import it from services.board"),
        ("services/embedded/city.py", "import services.cli.main", "not the other way round"),
        ("services/board/tables.py", "from tests.house import sources", "what ships does not lean on its tests"),
    ],
)
def test_an_import_around_the_layers_is_named_with_the_way_to_go(path: str, text: str, told: str) -> None:
    found = broken_layers(path, text, IMAGINED)
    assert found
    assert all(line.startswith(f"{path}:1 imports ") for line in found)
    assert told in found[-1]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("services/matching/score.py", "from schemas.asks import Ask"),
        ("services/matching/score.py", "from services.runtime.log import Log"),
        ("services/matching/agent.py", "from services.matching.score import score"),
        ("services/cli/main.py", "from services.board import Board"),
        ("services/cli/main.py", "from services.board.settings import BoardSettings"),
        ("services/embedded/city.py", "import services.matching"),
        ("services/cli/main.py", "import services.embedded.city"),
    ],
)
def test_imports_from_below_and_public_faces_are_left_alone(path: str, text: str) -> None:
    assert broken_layers(path, text, IMAGINED) == []
