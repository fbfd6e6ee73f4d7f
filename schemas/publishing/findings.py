"""What a check of the published schemas finds: one sentence with what it was, what it is and what to do."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that is wrong with the published schemas, or with a change of them."""

    file: str
    """The file concerned, seen from the folder it was looked for in."""
    path: str
    """Where in the document: `$.place.x_m`; `$` is the whole of it."""
    rule: str
    """Name of what was broken: `drift`, `maximum`, `required`, ..."""
    was: str
    now: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file} {self.path}: {self.rule}: was {self.was}, is {self.now}; {self.remedy}"


class IncompatibleError(Exception):
    """Publishing would break those who read or wrote the published schemas; nothing was written."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("\n".join(map(str, findings)))
        self.findings = findings
