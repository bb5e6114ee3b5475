"""The tables that the migrations make are the tables that the code reads."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from engine.store.database import reading
from engine.store.migrate import MIGRATIONS, upgrade
from engine.store.people_schema import ACROSS_CLINICS
from engine.store.schema import REVISION, metadata
from engine.store.store import Store
from tests.store.samples import append, open_case


def test_the_migrated_tables_are_those_of_the_code(store):
    with reading(store.engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_the_newest_migration_is_the_schema_the_code_names():
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [REVISION]


def test_upgrading_twice_changes_nothing(store):
    case_id = open_case(store)
    append(store, case_id, 1, "a")
    upgrade(store.engine)
    assert len(store.read_events("harbour", case_id)) == 2


def test_every_table_leads_with_the_clinic():
    """So that it can be spread over machines by clinic, and no key is shared between clinics."""
    tables = [table for table in metadata.sorted_tables if table.name not in ACROSS_CLINICS]
    for table in tables:
        assert table.primary_key.columns[0].name == "clinic_id"
        assert next(iter(table.columns)).name == "clinic_id"


def test_two_programs_that_start_at_once_make_one_schema(tmp_path):
    import threading

    path = str(tmp_path / "cases.db")
    stores: list[Store] = []
    threads = [threading.Thread(target=lambda: stores.append(Store.open(path))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(stores) == 4
    for store in stores:
        store.close()
