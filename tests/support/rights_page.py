"""The page `docs/reference/rights.md`, written from the table of rights. Run this file to write it anew."""

from pathlib import Path

from engine.access.lifetimes import GLASS, GLASS_LONGEST
from engine.access.rights import OPENED_BY_GLASS, TABLE, Role

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "rights.md"
SHORT = {Role.CARE_MANAGER: "care manager"}
TOP = """# Rights

Written from the table in `engine/access/rights.py`, which every door asks. `tests/unit/access/test_page.py`
keeps it true.

Roles are given per clinic. A person may hold several, and may do what any of them brings in that clinic.
Whatever has no dot is denied; so is everything without a sign-in, without a clinic, or in a clinic where no
role is held. How that works is told in [Who sees what](../explanation/access.md).
"""
BELOW = """
**Broken glass** brings these alone: {opened}. It lasts
{usual} hour, or up to {most} where that is asked for.

**A token** acts for the account of a program, in one clinic, and may do what both its scopes and the roles of
that account allow. No scope, no right; a name that is not in the table opens nothing.

**Nobody** gives a role to themselves.
"""


def page() -> str:
    """The page as it must be."""
    roles = list(Role)
    names = [SHORT.get(role, role.value) for role in roles]
    lines = [
        TOP,
        f"| May | {' | '.join(names)} | Scope of a token |",
        f"|---|{':-:|' * len(roles)}---|",
    ]
    for row in TABLE:
        dots = " | ".join("●" if role in row.roles else " " for role in roles)
        lines.append(f"| {row.does} | {dots} | `{row.right}` |")
    opened = " and ".join(row.does for row in TABLE if row.right in OPENED_BY_GLASS)
    usual, most = (int(span.total_seconds() // 3600) for span in (GLASS, GLASS_LONGEST))
    return "\n".join(lines) + "\n" + BELOW.format(opened=opened, usual=usual, most=most)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
