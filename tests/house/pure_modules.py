"""Which modules are pure. The one place that says so: house tests, coverage and `make test` read it here.

A pure module is told everything it needs and returns everything it does. What touches the world stands in a shell.
"""

from fnmatch import fnmatchcase

PURE = (
    "schemas/*.py",
    "services/matching/*.py",
    "services/audit/*.py",
    "services/intake/*.py",
    "services/relay/*.py",
    "services/notifications/*.py",
    "services/impact/*.py",
    "services/runtime/ledger/*.py",
    "services/runtime/log/records.py",
    "services/simulation/yardstick/*.py",
    *(f"services/simulation/{name}.py" for name in ("records", "chronicle", "report", "table_rows")),
    *(f"services/simulation/acceptance/{name}.py" for name in ("delays", "figures", "rivals")),
    *(
        f"services/board/{name}.py"
        for name in (
            "rows",
            "folding",
            "applying",
            "naming",
            "telling",
            "wording",
            "fact_words",
            "rule_words",
            "durations",
            "paging",
            "views",
            "errors",
        )
    ),
)

SHELLS = {
    "services/*/agent.py": "wires a service to its log",
    "services/*/worker.py": "wires a service to a cluster",
    "services/matching/__init__.py": "the public face, which names shells too",
    "services/matching/bugs.py": "reads a bug's trace",
    "services/matching/worker.py": "wires a service to Kafka",
    "services/matching/partitions/*.py": "asks, sends, waits and keeps, for each partition",
    "services/matching/recovery.py": "keeps engines in snapshots and takes them out again",
    "services/*/settings.py": "reads the environment, once, at start",
    "services/*/metrics.py": "counts for the operator",
    "services/notifications/__init__.py": "the public face, which names shells too",
    "services/relay/__init__.py": "the public face, which names shells too",
    "services/relay/file.py": "writes its file",
    "services/intake/__init__.py": "the public face, which names shells too",
    "services/intake/mapping_files.py": "finds and opens mappings",
    "services/intake/inbox.py": "reads the cluster as a member of a group",
    "services/intake/outbox.py": "sends to the cluster",
    "services/intake/closing.py": "leaves the cluster",
    "services/intake/unreadable.py": "reads around what the client cannot read",
    "schemas/publishing/*.py": "writes the published schemas from the sources; no core leans on it",
    "schemas/taxonomy/load.py": "reads the shipped taxonomy, once, where a program is put together",
    "schemas/taxonomy/tables.py": "opens the shipped files",
    "schemas/taxonomy/vocabulary.py": "reads the shipped code lists for the command line",
}

CORE = ("services/matching/*.py",)
"""Where decisions fall: pure, and whole numbers only."""

COVERED_PERCENT_MIN = 95
"""Of lines and branches together, and of branches alone, over all pure modules."""


def is_pure(path: str) -> bool:
    """Whether the module at this path, from the root of the checkout, promises to be pure."""
    return _matches(path, PURE) and not _matches(path, SHELLS)


def is_core(path: str) -> bool:
    """Whether decisions fall in this module."""
    return is_pure(path) and _matches(path, CORE)


def _matches(path: str, patterns: tuple[str, ...] | dict[str, str]) -> bool:
    return any(fnmatchcase(path, pattern) for pattern in patterns)  # here `*` goes through folders too
