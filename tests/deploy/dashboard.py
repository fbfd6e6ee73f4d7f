"""The dashboard as its tests read it: panels, and the queries in them."""

import json
from typing import Any

from tests.house.sources import ROOT

DASHBOARD: dict[str, Any] = json.loads((ROOT / "deploy/grafana/commonweal.json").read_text(encoding="utf-8"))
PANELS: list[dict[str, Any]] = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
QUERIES = [(panel["title"], target["expr"]) for panel in PANELS for target in panel["targets"]]
