"""Changes a SQLite file behind the product's back, with the library that the product itself uses.

Two libraries in one process would undo each other's locks.
"""

from pathlib import Path

import pysqlite3
from sqlalchemy import URL, create_engine


def change(database: Path, *statements: str) -> None:
    """Run statements on a file, past every trigger that could refuse them."""
    engine = create_engine(URL.create("sqlite", database=str(database)), module=pysqlite3)
    with engine.begin() as connection:
        triggers = connection.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        ).all()
        for name, _ in triggers:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.exec_driver_sql(statement)
        for _, sql in triggers:
            connection.exec_driver_sql(sql)
    engine.dispose()
