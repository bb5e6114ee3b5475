"""The page `docs/checks/index.md`, written from the checks. Run this file to write it anew."""

import re
from pathlib import Path

from engine.definition.checks import registry
from engine.proof.checks import SOLVED

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs/checks"
INDEX = PAGES / "index.md"
BAD = ROOT / "tests/definitions/bad"
GROUPS = {
    "What the file says": registry.READING,
    "Names and criteria": registry.NAMING,
    "What would be wrong for patients": registry.CARE,
    "The algorithm as a whole": registry.WHOLE,
    "Found by the solver": SOLVED,
    "Scenarios": (*registry.STORY, *registry.STORIES),
}
TOP = """\
# Findings

One page a code, {count} in all. An **error** keeps a definition from being used; a **warning** or a **note**
does not. `treadway check` shows them all, sorted by place; an editor shows them
[as you type](../how-to/editor.md).

Written from the lists of checks; `python -m tests.support.checks_page` writes it anew.
"""
BELOW = """
Where one kind of mistake comes hundreds of times, [not-listed](not-listed.md) counts those not shown.
"""


def page() -> str:
    """The page as it must be."""
    lines = [TOP.format(count=sum(len(checks) for checks in GROUPS.values()))]
    for title, checks in GROUPS.items():
        lines += [f"## {title}\n", "| code | is | what it finds |", "|---|---|---|"]
        lines += [
            f"| [{one.code}]({one.code}.md) | {severity_of(one.code)} | {finds(one.code)} |" for one in checks
        ]
        lines.append("")
    return "\n".join(lines) + BELOW.lstrip("\n")


def severity_of(code: str) -> str:
    """As the bad example is told of."""
    found = re.search(r": (error|warning|note)\[", (BAD / f"{code}.txt").read_text("utf-8"))
    assert found is not None, code
    return found[1]


def finds(code: str) -> str:
    """The first sentence of its own page."""
    first = (PAGES / f"{code}.md").read_text("utf-8").split("\n\n")[1]
    sentence = re.match(r".*?[.](?=\s|$)", first, re.DOTALL)
    return " ".join((sentence[0] if sentence else first).split())


if __name__ == "__main__":
    INDEX.write_text(page(), encoding="utf-8")
