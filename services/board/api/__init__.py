"""The board's query API: read-only HTTP and JSON, for the console and for partners, on the worker's port.

Everything it answers is a query of `services.board.queries`; `document` is its description, made from the same list.
What it shows is for coordinators and operators: it names members by opaque ids alone, and says why each was chosen.
"""

from services.board.api.answering import routes
from services.board.api.openapi import document

__all__ = ["document", "routes"]
