"""Members and communities: who carries what, and which policy decides."""

from schemas.members import MemberFields, MemberLoad
from schemas.operations import CommunityDefined
from schemas.policy import DAY_MS, Policy
from services.board.reading import Board, typed
from services.board.views import CommunityView, MemberView

ASKED_SINCE = """
SELECT count(*) FROM matches
WHERE community = :community AND offerer = :member AND proposed_ms > :now_ms - :span_ms
"""
NOW = """
SELECT coalesce(max(told_ms), 0) FROM progress JOIN communities USING (partition) WHERE community = :community
"""


def member_view(board: Board, community: str, member: str) -> MemberView | None:
    """A member's load as of the community's log time, or None."""
    name = {"community": community, "member": member}
    with board.snapshot():
        row = board.first("SELECT * FROM members WHERE community = :community AND member = :member", name)
        if row is None:
            return None
        now_ms = board.number(NOW, {"community": community})
        return MemberView(
            community=community,
            member=member,
            fields=None if row["fields"] is None else MemberFields.model_validate_json(row["fields"]),
            gone=bool(row["gone"]),
            suspended=bool(row["suspended"]),
            load=typed(MemberLoad, row),
            asked_day=board.number(ASKED_SINCE, name | {"now_ms": now_ms, "span_ms": DAY_MS}),
            asked_week=board.number(ASKED_SINCE, name | {"now_ms": now_ms, "span_ms": 7 * DAY_MS}),
        )


def communities(board: Board) -> tuple[CommunityView, ...]:
    """All communities, by name, with the policy that decides in each."""
    rows = board.select(
        """
        SELECT community, partition, definition,
            (SELECT policy FROM policies WHERE policies.community = communities.community
             ORDER BY source DESC, position DESC LIMIT 1) AS policy
        FROM communities ORDER BY community
        """
    )
    return tuple(
        CommunityView(
            community=row["community"],
            partition=row["partition"],
            definition=CommunityDefined.model_validate_json(row["definition"]),
            policy=None if row["policy"] is None else Policy.model_validate_json(row["policy"]),
        )
        for row in rows
    )
