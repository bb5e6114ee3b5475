"""What a user can do, one function each: load the case, decide, append, commit.

The doors (command line, REST, pages) call these and translate; no door decides, and none writes past them.
Every read of a case leaves a line in the audit before it is answered.
"""

from engine.service.board import (
    BadCursorError,
    BoardCase,
    BoardCounts,
    BoardFilter,
    BoardPage,
    Change,
    board_counts,
    board_page,
    changes_since,
)
from engine.service.desk import ROLES, AccessDeniedError, Actor, Desk
from engine.service.kept import (
    AlgorithmMissingError,
    Listed,
    VersionExistsError,
    algorithm_of,
    find_algorithm,
    list_algorithms,
    live_cases,
    load_draft,
    publish,
    publish_loaded,
)
from engine.service.migrating import CannotGoOverError, Migration, migrate, try_migration
from engine.service.reading import (
    CaseView,
    ask,
    ask_option,
    decisions,
    fact_of,
    list_cases,
    read_case,
)
from engine.service.writing import Written, new_case, refused, write, write_whole

__all__ = [
    "ROLES",
    "AccessDeniedError",
    "Actor",
    "AlgorithmMissingError",
    "BadCursorError",
    "BoardCase",
    "BoardCounts",
    "BoardFilter",
    "BoardPage",
    "CannotGoOverError",
    "CaseView",
    "Change",
    "Desk",
    "Listed",
    "Migration",
    "VersionExistsError",
    "Written",
    "algorithm_of",
    "ask",
    "ask_option",
    "board_counts",
    "board_page",
    "changes_since",
    "decisions",
    "fact_of",
    "find_algorithm",
    "list_algorithms",
    "list_cases",
    "live_cases",
    "load_draft",
    "migrate",
    "new_case",
    "publish",
    "publish_loaded",
    "read_case",
    "refused",
    "try_migration",
    "write",
    "write_whole",
]
