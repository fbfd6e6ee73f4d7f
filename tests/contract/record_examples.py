"""Record today's example of every document that has no recorded event yet; never touches one that is there.

Run as `python -m tests.contract.record_examples`. What it wrote is committed and stays as it is for ever: it
stands for what partners have sent and logs have kept.
"""

import json
from pathlib import Path
from typing import Any

from schemas.publishing.documents import DOCUMENTS, Document
from schemas.publishing.published_files import RECORDED
from schemas.publishing.samples import example_of
from schemas.topics import TOPICS


def record_missing(directory: Path = RECORDED) -> list[Path]:
    """Write the records that are missing, and say which."""
    written = []
    for document in DOCUMENTS:
        path = directory / document.file
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(record_of(document), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
            written.append(path)
    return written


def record_of(document: Document) -> dict[str, Any]:
    """Today's example as its log would hand it over: topic, key and headers, where it travels on one, and value."""
    example = example_of(document)
    assert example is not None, f"{document.name} has no example; add one to schemas/examples.py or beside it"
    record: dict[str, Any] = {"value": json.loads(example.model_dump_json())}
    for topic in TOPICS.values():
        if document.model in topic.values:
            record |= {"topic": topic.name, "key": None if topic.key is None else getattr(example, topic.key)}
            if topic.cloud_events:
                record["headers"] = {
                    "ce_specversion": "1.0",
                    "ce_id": f"recorded-{document.name}",
                    "ce_source": "partner-example",
                    "ce_type": document.ce_type,
                    "ce_time": "2026-01-01T09:00:00Z",
                    "content-type": "application/json",
                }
    return record


if __name__ == "__main__":
    for path in record_missing():
        print(path.name)  # noqa: T201 - a command line prints
