"""The taxonomy as a value: which offered needs answer which asked ones. Reads nothing, changes nothing."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from schemas.taxonomy.checks import check_defaults, check_needs
from schemas.taxonomy.needs import Default, Need, UnknownNeedError

VERSION_DIGITS = 16

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """A forest of needs. Built by `of`, handed around, never changed; equal when its needs are equal.

    A code it does not hold stands alone: it answers itself and nothing else. So an event written
    under another taxonomy can still be decided, and two people who mean the same code still meet.
    """

    needs: tuple[Need, ...]
    """Every need, in code order."""
    version: str
    """The first 16 hex digits of the SHA-256 over every field of every need: equal data, equal version."""
    _by_code: Mapping[str, Need] = field(repr=False, compare=False)
    _lines: Mapping[str, tuple[str, ...]] = field(repr=False, compare=False)
    _answers: Mapping[str, tuple[str, ...]] = field(repr=False, compare=False)

    @classmethod
    def of(cls, needs: Iterable[Need], origins: Sequence[str] = ()) -> Self:
        """The taxonomy of these needs, whatever their order.

        Args:
            needs: parents may stand after their children.
            origins: where each need was written ("commonweal.csv line 7"), for errors only.

        Raises:
            TaxonomyError: the needs do not form a forest of unique codes and paths.
        """
        listed = tuple(needs)
        check_needs(listed, origins)
        ordered = tuple(sorted(listed, key=lambda need: need.code))
        by_code = {need.code: need for need in ordered}
        lines = {code: _line(code, by_code) for code in by_code}
        return cls(ordered, _version(ordered), by_code, lines, _answers(lines))

    def with_defaults(self, defaults: Iterable[Default], origins: Sequence[str] = ()) -> Self:
        """The same needs, each with the defaults of itself or else of the nearest broader need that has one.

        Raises:
            TaxonomyError: a default for a need that is not here, or two for one need.
        """
        listed = tuple(defaults)
        check_defaults(listed, origins, frozenset(self._by_code))
        by_code = {default.code: default for default in listed}
        return self.of(self._under(need, by_code) for need in self.needs)

    def knows(self, code: str) -> bool:
        """Whether this taxonomy holds `code`."""
        return code in self._by_code

    def entry(self, code: str) -> Need:
        """The need with this code.

        Raises:
            UnknownNeedError: the taxonomy does not hold it.
        """
        need = self._by_code.get(code)
        if need is None:
            raise UnknownNeedError(
                f"need `{code}` is not in taxonomy {self.version}; look for one with `find`, or load the taxonomy "
                "that it comes from"
            )
        return need

    def satisfies(self, offered: str, asked: str) -> bool:
        """Whether who offers `offered` helps who asks for `asked`: the same need or a kind of it.

        Food delivery satisfies food; food does not satisfy food delivery.
        """
        return asked in self.ancestors(offered)

    def answers(self, asked: str) -> tuple[str, ...]:
        """Every code that satisfies `asked`, itself among them, in code order. Never empty."""
        return self._answers.get(asked, (asked,))

    def ancestors(self, code: str) -> tuple[str, ...]:
        """What `code` is a kind of: itself first, its root last. Never empty."""
        return self._lines.get(code, (code,))

    def find(self, text: str) -> tuple[Need, ...]:
        """The needs a reader may mean by `text`: a code, or the beginnings of words of a label or path.

        Needs whose own label holds every word come before those whose path does; within each in
        code order. Capitals do not matter. Text without a word finds nothing.
        """
        if text.strip() in self._by_code:
            return (self._by_code[text.strip()],)
        sought = _words(text)
        if not sought:
            return ()
        by_label = tuple(need for need in self.needs if _begins(sought, _words(need.label)))
        by_path = tuple(need for need in self.needs if _begins(sought, _words(f"{need.label} {need.path}")))
        return by_label + tuple(need for need in by_path if need not in by_label)

    def _under(self, need: Need, defaults: Mapping[str, Default]) -> Need:
        on_line = [defaults[code] for code in self.ancestors(need.code) if code in defaults]
        floors = [default.vetting_floor for default in on_line if default.vetting_floor is not None]
        remotes = [default.remote for default in on_line if default.remote is not None]
        return replace(
            need,
            vetting_floor=floors[0] if floors else need.vetting_floor,
            remote=remotes[0] if remotes else need.remote,
        )


def _line(code: str, by_code: Mapping[str, Need]) -> tuple[str, ...]:
    line = [code]
    while (parent := by_code[line[-1]].parent) is not None:
        line.append(parent)
    return tuple(line)


def _answers(lines: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    answers: dict[str, list[str]] = {code: [] for code in lines}
    for code, line in lines.items():  # in code order, so each list comes out in code order
        for ancestor in line:
            answers[ancestor].append(code)
    return {code: tuple(kinds) for code, kinds in answers.items()}


def _version(needs: Sequence[Need]) -> str:
    rows = [[need.code, need.path, need.label, need.parent, need.vetting_floor.value, need.remote] for need in needs]
    written = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()[:VERSION_DIGITS]


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text.casefold()))


def _begins(sought: Sequence[str], words: Sequence[str]) -> bool:
    return all(any(word.startswith(each) for word in words) for each in sought)
