"""Who may import whom.

- `schemas` imports no service.
- `services.runtime` imports no other service.
- A service imports `schemas`, `services.runtime` and itself.
- A composition root (embedded, simulation, cli) also imports other services, by their public face: the package itself
  (`from services.board import Board`) or the modules that every service shows alike (`agent`, `settings`, `metrics`, `worker`).
- Roots stand in a row, cli over simulation over embedded: one imports the modules of those below it, never above.
- Nothing that ships imports `tests`.
"""

from tests.house.sources import imports

COMPOSITION_ROOTS = ("embedded", "simulation", "cli")
"""From the bottom up."""
FACES = frozenset({"agent", "settings", "metrics", "worker"})


def broken_layers(path: str, text: str, modules: frozenset[str]) -> list[str]:
    """Imports that go around the rules above, each with the way to go.

    Args:
        modules: dotted names of all our modules; tells `services.board.tables` from a name that `services.board` exports.
    """
    found = {}
    for line, name in imports(path, text):
        if name in modules or name.split(".")[0] == "tests":
            remedy = _refusal(path, name)
            if remedy is not None:
                found[line, name] = f"{path}:{line} imports {name}; {remedy}"
    return list(found.values())


def _refusal(path: str, name: str) -> str | None:
    layer, own, *_ = [*path.split("/"), ""]
    root, service, inside, *_ = [*name.split("."), "", ""]
    within = root == "schemas" or not service or (layer == "services" and service in {own, "runtime"})
    if root == "tests":
        return "what ships does not lean on its tests: move it into the service"
    if within:
        return None
    if layer == "schemas":
        return "schemas know no service: move what both need into schemas"
    if own not in COMPOSITION_ROOTS:
        return "services meet through schemas and topics: publish a fact, or move the shared type into schemas"
    if service in COMPOSITION_ROOTS:
        if COMPOSITION_ROOTS.index(service) < COMPOSITION_ROOTS.index(own):
            return None
        return f"{service} is put together from {own}, not the other way round: move the shared part down"
    if inside and inside not in FACES:
        return f"a composition root sees the public face only: import it from services.{service}, and export it there"
    return None
