"""The address of the caseload."""

from typing import Final

from api.pages.board.caseload import show_caseload
from api.pages.case.table import GET, Row
from engine.access.rights import Right

ROWS: Final = (Row(GET, "/caseload", Right.READ_BOARD, lambda asked, _: show_caseload(asked)),)
