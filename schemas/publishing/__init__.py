"""Published schemas: JSON Schema and AsyncAPI written from the models, and kept compatible with what was promised.

Reads the models, topics and examples; writes `schemas/published/`. Only `published_files` touches the disk.
"""

from schemas.publishing.findings import Finding, IncompatibleError
from schemas.publishing.published_files import check, publish

__all__ = ["Finding", "IncompatibleError", "check", "publish"]
