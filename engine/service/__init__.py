"""What a user can do, one function each: load the case, decide, append, commit.

The doors (command line, REST, pages) call these and translate; no door decides, and none writes past them.
Every read of a case leaves a line in the audit before it is answered.
"""

from engine.service.desk import RIGHTS, ROLES, AccessDeniedError, Actor, Desk
from engine.service.kept import AlgorithmMissingError, algorithm_of
from engine.service.reading import (
    CaseView,
    ask,
    ask_option,
    decisions,
    fact_of,
    list_cases,
    read_case,
)
from engine.service.writing import Written, new_case, refused, write

__all__ = [
    "RIGHTS",
    "ROLES",
    "AccessDeniedError",
    "Actor",
    "AlgorithmMissingError",
    "CaseView",
    "Desk",
    "Written",
    "algorithm_of",
    "ask",
    "ask_option",
    "decisions",
    "fact_of",
    "list_cases",
    "new_case",
    "read_case",
    "refused",
    "write",
]
