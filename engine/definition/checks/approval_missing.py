"""`approval-missing`: a definition called approved that two people did not approve."""

from collections.abc import Iterator

from engine.definition.draft import Draft
from engine.model.place import Finding

CODE = "approval-missing"


def approval_missing(draft: Draft) -> Iterator[Finding]:
    """A status of `approved` without two names under `approved`."""
    if draft.root is None or draft.root.status != "approved" or "approved" in draft.root.node.lost:
        return
    names = {str(one.name).strip().lower() for one in draft.root.approved}
    if len(names) < 2:
        yield Finding(
            CODE,
            draft.root.spot("status"),
            f"the status is `approved`, but {len(names)} of two people approved it",
            "patients would be treated by rules that only one person has read",
            "list two people under `approved:` with `name` and `on`, or write `status: in_review`",
        )
