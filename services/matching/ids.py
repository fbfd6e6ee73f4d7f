"""A few ids, in the order they came: what each ask, offer and member holds of others.

Most hold none or a handful, and there are millions: a tuple takes a fifth of what a dictionary takes, and none at all
takes nothing. From `FEW` on it is a dictionary, so that one who holds very many does not wait for them.
"""

Ids = tuple[str, ...] | dict[str, None]
"""Read it as any collection; change it by `with_id` and `without_id` alone."""
FEW = 16
"""Up to so many lie in a tuple: the same ids in the same order are always held the same way."""


NOBODYS: dict[str, None] = {}
"""Of the many who hold nothing of a kind: one for all, never written to."""


def ids_of(names: list[str]) -> Ids:
    """These ids, each once."""
    return tuple(names) if len(names) <= FEW else dict.fromkeys(names)


def with_id(ids: Ids, name: str, alone: tuple[str, ...] | None = None) -> Ids:
    """The ids, and one more at their end, if it is not among them.

    Args:
        alone: a tuple of this one id that is there already: several may hold the same.
    """
    if not ids:
        return alone or (name,)
    if name in ids:
        return ids
    if len(ids) < FEW:
        return (*ids, name)
    grown = ids if isinstance(ids, dict) else dict.fromkeys(ids)
    grown[name] = None
    return grown


def without_id(ids: Ids, name: str) -> Ids:
    """The ids without one of them; it is a bug if it is not among them."""
    assert name in ids, f"{name} is not among the {len(ids)} ids it is taken from"
    if isinstance(ids, tuple):
        place = ids.index(name)
        return ids[:place] + ids[place + 1 :]
    del ids[name]
    return ids if len(ids) > FEW else tuple(ids)
