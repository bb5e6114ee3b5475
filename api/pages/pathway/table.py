"""Every address of the library and the pathway documents; anybody reads them where a clinic says so."""

from collections.abc import Callable
from typing import Final

from api.pages.case.handling import Answer, Asked
from api.pages.case.table import GET, Row
from api.pages.pathway import showing
from engine.access.rights import Right

Of = Callable[[Asked, str, str], Answer]


def _row(path: str, answer: Callable[[Asked, dict[str, str]], Answer]) -> Row:
    return Row(GET, path, Right.READ_ALGORITHMS, answer, public=True)


def _version(more: str, answer: Of) -> Row:
    return _row(
        f"/pathways/{{id}}/{{version}}{more}", lambda asked, at: answer(asked, at["id"], at["version"])
    )


ROWS: Final = (
    _row("/algorithms", lambda asked, _: showing.show_library(asked)),
    _row("/algorithms/{id}", lambda asked, at: showing.show_algorithm(asked, at["id"])),
    _version("", showing.show_pathway),
    _version("/document.pdf", showing.show_paper),
    _version("/diagram.svg", showing.show_picture),
    _version("/changes", showing.show_changes),
)
