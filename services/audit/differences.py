"""Where two blocks differ first, in words."""

from typing import Any

from schemas.decisions import DecisionBlock
from services.audit.breach import Breach
from services.audit.rules import DECIDED_AGAIN

VALUE_CHARS_MAX = 80
NOTHING = "nothing"


def difference(partition: int, stands: DecisionBlock, wanted: DecisionBlock) -> Breach:
    """The first difference between a block as it stands and as it was decided again."""
    for index in range(max(len(stands.facts), len(wanted.facts))):
        pair = [block.facts[index] if index < len(block.facts) else None for block in (stands, wanted)]
        if pair[0] != pair[1]:
            ours, again = (None if fact is None else fact.model_dump(mode="json") for fact in pair)
            return _breach(partition, stands.source, index, ours, again)
    ours, again = (block.model_dump(mode="json", exclude={"facts", "chain"}) for block in (stands, wanted))
    return _breach(partition, stands.source, None, ours, again)


def _breach(partition: int, offset: int, index: int | None, stands: Any, wanted: Any) -> Breach:
    path, ours, again = _first("", stands, wanted)
    what = f"{path} is " if path else ""
    again_words = f"deciding again gives {_shown(again)}"
    return Breach(partition, offset, index, DECIDED_AGAIN, f"{what}{_shown(ours)}", again_words)


def _first(path: str, stands: Any, wanted: Any) -> tuple[str, Any, Any]:
    """The place in two documents where they differ first, and what stands there in each."""
    both = isinstance(stands, dict) and isinstance(wanted, dict)
    if both and stands.get("fact") == wanted.get("fact"):
        for name in dict.fromkeys([*stands, *wanted]):
            if stands.get(name) != wanted.get(name):
                return _first(f"{path}.{name}" if path else name, stands.get(name), wanted.get(name))
    return path, stands, wanted


def _shown(value: Any) -> str:
    if isinstance(value, dict) and "fact" in value:
        subject = next((f" of {value[name]}" for name in ("match", "ask", "offer", "what", "uid") if name in value), "")
        return f"the fact {value['fact']}{subject if '{' not in subject else ''}"
    text = NOTHING if value is None else repr(value)
    return text if len(text) <= VALUE_CHARS_MAX else f"{text[:VALUE_CHARS_MAX]}…"
