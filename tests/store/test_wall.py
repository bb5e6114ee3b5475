"""Two clinics with the same data: no statement reaches from one into the other. On both databases."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, exists, func, insert, or_, select, text, update

from engine.access.rights import Right, Role
from engine.model.errors import UnknownNameError
from engine.people import (
    AccessDeniedError,
    People,
    add_clinic,
    add_user,
    break_glass,
    disable,
    grant,
    make_link,
    sign_in_with_link,
)
from engine.store import audit
from engine.store.board_schema import board
from engine.store.database import open_engine, reading, url_of, writing
from engine.store.restrict import restrict
from engine.store.rows import AuditRow
from engine.store.schema import cases, counters, events, metadata, patients
from engine.store.store import Store
from engine.store.wall import ACROSS, UngatedQueryError, within
from tests.store.samples import ADA, append, open_case

HERE, THERE = "harbour", "hill"
NOON = datetime(2026, 1, 6, 12, tzinfo=UTC)


@pytest.fixture
def twins(store) -> Store:
    """Two clinics with one case each, alike in everything but the clinic."""
    for clinic in (HERE, THERE):
        append(store, open_case(store, clinic, ADA), 1, "seen today", clinic=clinic)
        store.add_audit(clinic, AuditRow(NOON, "Dr Lind", "read case", ("1001",)))
    return store


OTHER = patients.alias()

UNGATED = [
    pytest.param(select(events), id="no-condition"),
    pytest.param(select(func.count()).select_from(events), id="count"),
    pytest.param(select(events).where(events.c.case_id == "1001"), id="by-case-alone"),
    pytest.param(select(events).where(or_(events.c.clinic_id == HERE, events.c.seq == 1)), id="under-or"),
    pytest.param(select(events).where(events.c.clinic_id != HERE), id="not-equal"),
    pytest.param(select(events).where(~(events.c.clinic_id == HERE)), id="not"),
    pytest.param(select(events).where(events.c.clinic_id.in_([HERE, THERE])), id="two-clinics"),
    pytest.param(select(events).where(events.c.clinic_id == ""), id="empty-clinic"),
    pytest.param(
        select(board, OTHER.c.name)
        .join(OTHER, OTHER.c.patient_id == board.c.case_id)
        .where(board.c.clinic_id == HERE),
        id="join-without-clinic",
    ),
    pytest.param(
        select(patients)
        .outerjoin(cases, cases.c.clinic_id == patients.c.clinic_id)
        .where(cases.c.case_id == "1001"),
        id="outer-join-leaves-the-near-side",
    ),
    pytest.param(
        select(patients).outerjoin(cases, patients.c.clinic_id == HERE),
        id="condition-of-an-outer-join",
    ),
    pytest.param(
        select(events).where(
            events.c.clinic_id == HERE, events.c.case_id.in_(select(board.c.case_id).where(board.c.seq == 2))
        ),
        id="subquery",
    ),
    pytest.param(
        select(events).where(events.c.clinic_id == HERE, events.c.seq.in_(select(events.c.seq))),
        id="subquery-on-the-same-table",
    ),
    pytest.param(select(select(events.c.seq).subquery()), id="from-subquery"),
    pytest.param(
        select(events.c.seq).where(events.c.clinic_id == HERE).union(select(cases.c.seq)),
        id="second-of-a-union",
    ),
    pytest.param(update(board).where(board.c.case_id == "1001").values(step="ssri"), id="update"),
    pytest.param(delete(patients), id="delete"),
    pytest.param(
        update(counters).where(counters.c.clinic_id == HERE).values(clinic_id=THERE),
        id="update-of-the-clinic",
    ),
]


class TestStatements:
    @pytest.mark.parametrize("statement", UNGATED)
    def test_a_statement_that_names_no_clinic_is_not_run(self, twins, statement):
        with writing(twins.engine) as connection, pytest.raises(UngatedQueryError):
            connection.execute(statement)

    def test_an_insert_without_a_clinic_is_not_run(self, twins):
        with writing(twins.engine) as connection, pytest.raises(UngatedQueryError):
            connection.execute(insert(counters).values(clinic_id="", name="x", value=1))

    @pytest.mark.parametrize(
        "statement",
        [
            pytest.param(select(events).where(events.c.clinic_id == HERE), id="one-table"),
            pytest.param(
                select(board, patients.c.name)
                .join(cases, (cases.c.clinic_id == board.c.clinic_id) & (cases.c.case_id == board.c.case_id))
                .join(
                    patients,
                    (patients.c.clinic_id == cases.c.clinic_id)
                    & (patients.c.patient_id == cases.c.patient_id),
                )
                .where(board.c.clinic_id == HERE),
                id="joins-carry-the-clinic",
            ),
            pytest.param(
                select(board)
                .outerjoin(events, (events.c.clinic_id == board.c.clinic_id) & (events.c.seq == board.c.seq))
                .where(board.c.clinic_id == HERE),
                id="outer-join",
            ),
            pytest.param(
                select(board).where(
                    board.c.clinic_id == HERE,
                    exists().where(events.c.clinic_id == board.c.clinic_id, events.c.seq == board.c.seq),
                ),
                id="exists",
            ),
        ],
    )
    def test_a_statement_of_one_clinic_gives_the_rows_of_that_clinic(self, twins, statement):
        with reading(twins.engine) as connection:
            found = connection.execute(statement).all()
        assert found
        assert {row.clinic_id for row in found} == {HERE}

    def test_only_a_statement_that_says_so_spans_clinics(self, twins):
        with reading(twins.engine) as connection:
            query = select(counters.c.clinic_id).execution_options(**{ACROSS: True})
            assert set(connection.execute(query).scalars()) == {HERE, THERE}

    def test_the_same_statement_is_looked_at_for_each_value(self, twins):
        """Statements are compiled once and used again with other values."""
        query = select(events).where(events.c.clinic_id == HERE)
        empty = select(events).where(events.c.clinic_id == "")
        with reading(twins.engine) as connection:
            connection.execute(query)
            with pytest.raises(UngatedQueryError):
                connection.execute(empty)


class TestWithinAClinic:
    def test_its_own_rows_are_read(self, twins):
        with within(HERE):
            assert len(twins.read_events(HERE, "1001")) == 2

    def test_another_clinic_is_out_of_reach_for_reads_and_writes(self, twins):
        with within(HERE):
            with pytest.raises(UngatedQueryError):
                twins.read_events(THERE, "1001")
            with pytest.raises(UngatedQueryError):
                twins.list_cases(THERE)
            with pytest.raises(UngatedQueryError):
                append(twins, "1001", 2, "x", clinic=THERE)
            with pytest.raises(UngatedQueryError):
                open_case(twins, THERE)
            with pytest.raises(UngatedQueryError):
                twins.read_audit(THERE)
        assert len(twins.read_events(THERE, "1001")) == 2

    def test_a_clinic_cannot_be_entered_from_within_another(self, twins):
        with within(HERE), within(HERE):
            assert twins.read_events(HERE, "1001")
        with pytest.raises(UngatedQueryError), within(HERE), within(THERE):
            twins.read_events(THERE, "1001")

    def test_an_unknown_case_and_a_foreign_one_are_told_alike(self, twins):
        open_case(twins, THERE)  # 1002, only there
        told = []
        for case_id in ("1002", "1003"):
            with within(HERE), pytest.raises(UnknownNameError) as raised:
                twins.read_events(HERE, case_id)
            told.append((raised.value.message.replace(case_id, ""), raised.value.near))
        assert told[0] == told[1]

    def test_the_wall_is_gone_outside_and_after_an_error(self, twins):
        with pytest.raises(UnknownNameError), within(HERE):
            twins.read_events(HERE, "9999")
        assert twins.read_events(THERE, "1001")


@pytest.mark.postgres
class TestRowsOfPostgres:
    """The second wall, in the database itself: what a program with a defect, or raw SQL, would get."""

    @pytest.fixture
    def app(self, twins, request):
        """The database as the server's own role sees it, which owns no table."""
        if twins.engine.dialect.name != "postgresql":
            pytest.skip("SQLite knows no roles")
        role = f"app_{twins.engine.url.database}"
        with writing(twins.engine) as connection:
            connection.execute(text(f"CREATE ROLE {role} LOGIN"))
        restrict(twins.engine, role)
        engine = open_engine(
            url_of(twins.engine.url.set(username=role).render_as_string(hide_password=False))
        )
        yield engine
        engine.dispose()
        with writing(twins.engine) as connection:
            connection.execute(text(f"DROP OWNED BY {role}"))
            connection.execute(text(f"DROP ROLE {role}"))

    def test_without_a_clinic_there_are_no_rows(self, app):
        with reading(app) as connection:
            for table in ("cases", "events", "board", "patients", "audit"):
                assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0

    def test_within_a_clinic_raw_sql_sees_that_clinic_alone(self, app):
        with within(HERE), reading(app) as connection:
            assert set(connection.execute(text("SELECT clinic_id FROM events")).scalars()) == {HERE}
            assert connection.execute(text("SELECT count(*) FROM patients")).scalar_one() == 1

    def test_the_clinic_does_not_stay_with_the_connection(self, app):
        with within(HERE), reading(app) as connection:
            connection.execute(text("SELECT 1"))
        with reading(app) as connection:
            assert connection.execute(text("SELECT count(*) FROM events")).scalar_one() == 0

    def test_a_row_of_another_clinic_cannot_be_written(self, app):
        with within(HERE), pytest.raises(Exception, match="row-level security"), writing(app) as connection:
            connection.execute(text(f"INSERT INTO counters VALUES ('{THERE}', 'x', 1)"))

    def test_the_servers_role_works_a_whole_case(self, app):
        store = Store(app)
        with within(HERE):
            case_id = open_case(store)
            append(store, case_id, 1, "a")
            store.add_audit(HERE, AuditRow(NOON, "Dr Lind", "read case", (case_id,)))
            assert len(store.read_events(HERE, case_id)) == 2
            assert audit.check(app, HERE) == ()

    def test_the_servers_role_signs_people_in_and_notes_what_they_did(self, app):
        doors = People(app, lambda: NOON)
        for clinic in (HERE, THERE):
            add_clinic(doors, clinic, clinic.title(), "Europe/Oslo")
        user_id = add_user(doors, "lind", "Lind")
        grant(doors, None, user_id, Role.CLINICIAN, HERE)
        holder = sign_in_with_link(doors, make_link(doors, user_id), "127.0.0.1").holder
        assert doors.require(holder, Right.MOVE, HERE, action="move").allowed
        with pytest.raises(AccessDeniedError):
            doors.require(holder, Right.MOVE, THERE, action="move")
        break_glass(doors, holder, THERE, "found unconscious")
        disable(doors, user_id)
        for clinic, actions in (
            (HERE, ["read case", "make clinic", "grant role", "sign in", "close account"]),
            (THERE, ["read case", "make clinic", "move", "break glass"]),
        ):
            with within(clinic):
                assert [row.action for row in Store(app).read_audit(clinic)] == actions
                assert audit.check(app, clinic) == ()

    @pytest.mark.parametrize("table", ["events", "audit", "algorithms", "glasses"])
    @pytest.mark.parametrize("what", ["UPDATE {} SET clinic_id = clinic_id", "DELETE FROM {}", "TRUNCATE {}"])
    def test_the_servers_role_has_no_right_to_change_history(self, app, table, what):
        with within(HERE), pytest.raises(Exception, match="permission denied"), writing(app) as connection:
            connection.execute(text(what.format(table)))

    def test_the_servers_role_cannot_take_the_triggers_away(self, app):
        with pytest.raises(Exception, match="must be owner"), writing(app) as connection:
            connection.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))

    def test_every_table_of_patients_is_walled_off(self, app, twins):
        with reading(twins.engine) as connection:
            walled = set(
                connection.execute(text("SELECT relname FROM pg_class WHERE relrowsecurity")).scalars()
            )
        people = {"clinics", "grants", "glasses", "api_tokens"}
        assert walled == {t.name for t in metadata.sorted_tables if "clinic_id" in t.c} - people
