"""Where mappings are found: shipped ones by name, one's own by path."""

import tomllib
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from services.intake.mapping import CsvMapping, MappingError, parse


def shipped_mappings() -> tuple[str, ...]:
    """The names of the mappings that come with Commonweal, in order."""
    return tuple(sorted(file.name.removesuffix(".toml") for file in _folder().iterdir() if file.name.endswith(".toml")))


def find_mapping(name_or_path: str) -> CsvMapping:
    """The shipped mapping of this name, or the one in this file.

    Raises:
        MappingError: there is neither, or it is not TOML, or does not hold together.
    """
    shipped = name_or_path in shipped_mappings()
    file = _folder() / f"{name_or_path}.toml" if shipped else Path(name_or_path)
    try:
        return parse(tomllib.loads(file.read_text(encoding="utf-8")), file.name)
    except OSError as error:
        raise MappingError(
            f"no mapping {name_or_path}: {error.strerror or 'it cannot be read'}; give the path of a TOML file, "
            f"or the name of a shipped one ({', '.join(shipped_mappings())})"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingError(f"mapping {file.name} is not TOML in UTF-8: {error}; see docs/mappings.md") from None


def _folder() -> Traversable:
    return files("services.intake") / "mappings"
