"""Brings the tables to this release's schema. Alembic is imported only here, since it is slow to import."""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, insert, text

from engine.store.database import writing
from engine.store.log_schema import installation

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Run every migration up to `revision` in one transaction: all of them hold, or none."""
    from alembic import command
    from alembic.config import Config
    from alembic.migration import MigrationContext

    config = Config()
    # ConfigParser reads % as the start of a name.
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            # Two programs that start at once must not both make the tables. SQLite's write lock sees to that.
            connection.execute(text("SELECT pg_advisory_xact_lock(7203)"))
        config.attributes["connection"] = connection
        before = MigrationContext.configure(connection).get_current_revision()
        command.upgrade(config, revision)
        after = MigrationContext.configure(connection).get_current_revision()
        if after != before and after is not None and after >= "0003":
            _sign(connection)


def _sign(connection: Connection) -> None:
    """Note which version made the tables what they are: an older one names it to whoever must install it."""
    connection.execute(delete(installation).where(installation.c.name == "upgraded_by"))
    try:
        own = version("treadway")
    except PackageNotFoundError:  # it runs from its sources
        return
    connection.execute(insert(installation).values(name="upgraded_by", value=own))
