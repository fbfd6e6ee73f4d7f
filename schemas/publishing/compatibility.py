"""Whether a changed schema leaves anybody behind: old writers, old records, old readers.

Directions, and why:

- Every document is compared as *old writer, new reader*. What partners have built goes on being sent, and what
  the logs hold is read again by every later version. So the new schema has to take whatever the old one
  allowed, and still look at it: a removed field or value, a new required field, a narrower type, list, bound,
  pattern or length, another discriminator, and a changed default (what an old record left out would now mean
  something else) are incompatible. For events this is all: they may gain optional fields and words at any time.
- Documents that flow outwards (decision blocks with their facts, states, notifications) are compared as *new
  writer, old reader* as well. Old readers ignore fields they do not know and take a new word of an open list
  for `unknown`; they stop at a field that is no longer there, at a wider bound and at a kind of fact they have
  never heard of.

What models check beyond their schema (one of two fields is there, times are in order) cannot be seen here:
recorded events of every version, decoded with today's models, stand guard over that.
"""

from collections.abc import Iterator

from schemas.publishing.documents import Document, Flow
from schemas.publishing.findings import Finding
from schemas.publishing.keywords import Refusal, Schema
from schemas.publishing.refusals import Comparison

OLD_RECORDS = "what was written before would be refused or read differently"
OLD_READERS = "readers of before would stop at what is written now"


def incompatibilities(document: Document, published: Schema, generated: Schema) -> tuple[Finding, ...]:
    """What those who rely on the published schema of a document would not survive; sorted by where it is.

    Args:
        published: the schema as it was promised.
        generated: the schema that today's model has.
    """
    found = [
        _finding(document, refusal, was=refusal.writer, now=refusal.reader, harm=OLD_RECORDS)
        for refusal in Comparison(reader=generated, writer=published, writer_is_older=True).refusals()
    ]
    if document.flow is Flow.outwards:
        found += [
            _finding(document, refusal, was=refusal.reader, now=refusal.writer, harm=OLD_READERS)
            for refusal in Comparison(reader=published, writer=generated, writer_is_older=False).refusals()
        ]
    once = {(finding.path, finding.rule, finding.was, finding.now): finding for finding in reversed(found)}
    return tuple(sorted(once.values()))


def topic_incompatibilities(file: str, published: Schema, generated: Schema) -> tuple[Finding, ...]:
    """Topics of a published AsyncAPI document that are gone, or whose partitions would no longer be found."""
    return tuple(sorted(_topics(file, published.get("channels", {}), generated["channels"])))


def _finding(document: Document, refusal: Refusal, *, was: str, now: str, harm: str) -> Finding:
    remedy = f"{harm}: keep it, or publish the change as v{document.version + 1} beside v{document.version}"
    return Finding(document.file, refusal.path, refusal.rule, was, now, remedy)


def _topics(file: str, before: Schema, now: Schema) -> Iterator[Finding]:
    for name, channel in before.items():
        path = f"$.channels.{name}"
        if name not in now:
            yield Finding(file, path, "removed", "a topic", "absent", "its readers wait for ever: keep the topic")
            continue
        was, becomes = (each["bindings"]["kafka"]["partitions"] for each in (channel, now[name]))
        if was != becomes:
            remedy = "a community would move while its records stay: begin a new generation instead"
            yield Finding(file, path, "partitions", f"{was} partitions", f"{becomes} partitions", remedy)
