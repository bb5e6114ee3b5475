"""Gives the server's own PostgreSQL role what it needs and no more.

The role that owns the tables upgrades them; the server signs in as another, which the row policies bind and
which can add to history and never change it.
"""

import re
from typing import Final

from sqlalchemy import Engine, text

from engine.model.errors import EngineError
from engine.store.database import writing

ADD_ONLY: Final = ("events", "audit", "algorithms", "glasses", "writes")
CHANGE: Final = (
    "counters", "patients", "cases", "clinic_heads", "board", "board_marks", "due", "idempotency_keys",
    "audit_heads",
    "clinics", "users", "grants", "api_tokens", "sessions", "sign_in_links", "sign_in_tries",
)  # fmt: skip
FORGET: Final = (
    "idempotency_keys",
    "board",
    "board_marks",
    "due",
    "sessions",
    "sign_in_links",
    "sign_in_tries",
)
"""Where rows are deleted once they have no more use."""


def restrict(engine: Engine, role: str) -> None:
    """Grant a role the server's rights on every table. Run it as the owner, after each upgrade.

    Raises:
        EngineError: The database is not PostgreSQL, or the name is no plain role name.
    """
    if engine.dialect.name != "postgresql":
        raise EngineError("SQLite knows no roles", "only PostgreSQL needs this")
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", role):
        raise EngineError(f"`{role}` is no plain role name", "use small letters, digits and `_`")
    with writing(engine) as connection:
        for rights, tables in (
            ("SELECT", ("alembic_version", "installation")),
            ("SELECT, INSERT", ADD_ONLY),
            ("SELECT, INSERT, UPDATE", CHANGE),
            ("DELETE", FORGET),
        ):
            connection.execute(text(f"GRANT {rights} ON {', '.join(tables)} TO {role}"))
