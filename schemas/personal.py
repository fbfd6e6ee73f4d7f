"""Field names that would carry a person's details: they have no place in any event, and the front door says so.

The list is a net and not a proof: what it misses is still refused as a field nobody knows. It gives the
sender the better sentence, before anything is written to a log.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

PERSONAL_FIELDS = frozenset(
    """
    name names firstname lastname fullname surname forename givenname familyname maidenname nickname username
    salutation initials
    phone phones telephone tel mobile cellphone landline fax sms whatsapp telegram signal
    email emails mail contact contacts website homepage facebook instagram twitter
    address addresses street house housenumber apartment doorbell postcode postalcode zip zipcode
    ip ipaddress
    note notes message messages text texts comment comments remark remarks description details story letter
    birthday birthdate birth dateofbirth dob age gender sex pronouns ethnicity nationality religion
    diagnosis illness medication passport ssn iban bank photo photos picture avatar voice recording signature
    """.split()
)
"""Normalised: lower case, words joined. A field is personal if the whole of it or one of its words is here."""

NOT_PERSONAL = frozenset({("policy", "name")})
"""(parent, field) pairs that look personal and are not: a policy's name is an id like `balanced`."""

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_SPELLED_LIKE_A_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")


def is_personal(field: str, parent: str = "") -> bool:
    """Whether a field of this name would carry a person's details.

    Args:
        field: as the sender spelled it: `first_name`, `firstName` and `First Name` are the same.
        parent: the field it lies in, if any.
    """
    return (parent, field) not in NOT_PERSONAL and bool(_personal_words(field))


def personal_fields_in(document: Mapping[str, object]) -> tuple[str, ...]:
    """Where a document has fields for a person's details: paths like `helper.contact` or `people[0].phone`, sorted.

    Looks at names of fields, never at values, and not below a field that is personal already. A name that is
    not spelled like a field (it may be a person's) is shown as `?`, or as the listed word in it. Never raises.
    """
    return tuple(sorted(_paths(document)))


def _paths(document: Mapping[str, object]) -> Iterator[str]:
    waiting: list[tuple[str, str, object]] = [("", "", document)]  # a stack of our own: depth is the sender's choice
    while waiting:
        path, parent, value = waiting.pop()
        if isinstance(value, Mapping):
            for field, inner in value.items():
                if is_personal(str(field), parent):
                    yield f"{path}{_shown(str(field))}"
                else:
                    waiting.append((f"{path}{_shown(str(field))}.", str(field), inner))
        elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
            at = path.removesuffix(".")
            waiting.extend((f"{at}[{index}].", parent, inner) for index, inner in enumerate(value))


def _personal_words(field: str) -> list[str]:
    words = [word.lower() for word in _WORD.findall(field)]
    return [word for word in (*words, "".join(words)) if word in PERSONAL_FIELDS]


def _shown(field: str) -> str:
    if _SPELLED_LIKE_A_FIELD.fullmatch(field):
        return field
    return next(iter(_personal_words(field)), "?")
