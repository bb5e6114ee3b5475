"""The table of addresses and of problems in `docs/reference/rest.md`, made from the API's description.

python -m tests.support.rest_page        writes it anew
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from api.rest import problems
from api.rest.app import PREFIX, create_app
from api.rest.problems import Problem
from api.rest.route import RIGHT

PAGE: Final = Path(__file__).parents[2] / "docs" / "reference" / "rest.md"
MARK: Final = "<!-- From here on written by `python -m tests.support.rest_page`. -->\n"


def page(text: str) -> str:
    """The page with its made part as it is now."""
    head, mark, _ = text.partition(MARK)
    assert mark, "the page holds the mark"
    return head + mark + "\n" + "\n".join(made()) + "\n"


def made() -> Iterator[str]:
    """The made part, line by line."""
    # Only the description is asked for, which takes neither a store nor people.
    paths: dict[str, Any] = create_app(None, None).openapi()["paths"]  # pyright: ignore[reportArgumentType]
    yield from (
        "## Addresses",
        "",
        f"All below `{PREFIX}`.",
        "",
        "| Address | Does | Right |",
        "|---|---|---|",
    )
    for path, operations in paths.items():
        for method, operation in operations.items():
            does = str(operation["description"]).partition("\n\n")[0].replace("\n", " ")
            right = f"`{operation[RIGHT]}`" if RIGHT in operation else "none"
            yield f"| `{method.upper()} {path.removeprefix(PREFIX)}` | {does} | {right} |"
    yield from (
        "",
        "## Problems that look the same everywhere",
        "",
        "| Status | `code` | Says | What to do |",
    )
    yield "|---|---|---|---|"
    fixed = {one.code: one for one in vars(problems).values() if isinstance(one, Problem)}
    for one in sorted(fixed.values(), key=lambda problem: (problem.status, problem.code)):
        yield f"| {one.status} | `{one.code}` | {one.detail} | {one.fix} |"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
