"""Which policy is meant: a shipped one by its name, or a document in a file."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from services.cli.arguments import refuse_usage

if TYPE_CHECKING:
    from schemas.policy import Policy

TOLD_MAX: Final = 5
"""Problems of a document told at once."""


def policy_named(policy: str) -> "Policy":
    """The shipped policy of this name, or the one in this file."""
    from pydantic import ValidationError

    from schemas.policy import Policy
    from schemas.presets import PRESETS

    if policy in PRESETS:
        return PRESETS[policy]
    try:
        return Policy.model_validate_json(Path(policy).read_bytes(), extra="forbid")
    except OSError as error:
        shipped = ", ".join(sorted(PRESETS))
        raise refuse_usage(
            f"{policy} is no shipped policy ({shipped}), and as a file: {error.strerror}; name one of either"
        ) from None
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False, include_context=False)
        told = "; ".join(f"{'.'.join(map(str, one['loc'])) or 'the file'}: {one['msg']}" for one in problems[:TOLD_MAX])
        raise refuse_usage(f"{policy} is no policy: {told}; `commonweal policy show balanced` prints one") from None
