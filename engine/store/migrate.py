"""Brings the tables to this release's schema. Alembic is imported only here, since it is slow to import."""

from pathlib import Path

from sqlalchemy import Engine, text

from engine.store.database import writing

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Run every migration up to `revision` in one transaction: all of them hold, or none."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    # ConfigParser reads % as the start of a name.
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            # Two programs that start at once must not both make the tables. SQLite's write lock sees to that.
            connection.execute(text("SELECT pg_advisory_xact_lock(7203)"))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
