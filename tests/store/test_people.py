"""People: signing in, roles, tokens and emergencies, as a clinic lives them. On both databases."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import event, select, text
from sqlalchemy.exc import OperationalError

from engine.access import passwords
from engine.access.decide import Denial
from engine.access.lifetimes import GLASS, LINK, SESSION_IDLE, SESSION_LONGEST, TOKEN_LONGEST
from engine.access.rights import Right, Role
from engine.access.throttle import RULES, Counted
from engine.model.errors import UnknownNameError
from engine.people import (
    DEMO_CLINIC,
    AccessDeniedError,
    NotPossibleError,
    People,
    RealCasesError,
    SignInRefusedError,
    TooManyTriesError,
    add_clinic,
    add_user,
    break_glass,
    broken_glass,
    clinics_of,
    disable,
    grant,
    issue_token,
    make_link,
    read_audit,
    refuse_real_cases,
    revoke,
    revoke_token,
    roles_in,
    set_password,
    sign_in_with_identity,
    sign_in_with_link,
    sign_in_with_password,
    sign_out,
    tokens_in,
)
from engine.store import audit
from engine.store.database import reading
from engine.store.errors import StoreUnavailableError, UnfitTextError
from engine.store.people_schema import api_tokens, sessions, sign_in_links, sign_in_tries, users
from engine.store.wall import ACROSS
from tests.store.samples import open_case

HERE, THERE = "harbour", "hill"
GOOD = "harvest lantern copper seven"
FROM = "198.51.100.7"
MINUTE = timedelta(minutes=1)


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, time: timedelta) -> None:
        self.now += time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def people(store, clock) -> People:
    """Two clinics, an admin in each."""
    doors = People(store.engine, clock)
    for clinic in (HERE, THERE):
        add_clinic(doors, clinic, clinic.title(), "Europe/Oslo")
        grant(doors, None, add_user(doors, f"admin-{clinic}", f"Admin of {clinic}"), Role.ADMIN, clinic)
    return doors


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch):
    """The real settings take 0.15 s and 64 MiB; `test_passwords.py` tests those."""
    from argon2 import PasswordHasher

    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def known(doors: People, login: str):
    """Somebody, as a request of theirs would show them."""
    with reading(doors.engine) as connection:
        user_id = connection.execute(select(users.c.user_id).where(users.c.login == login)).scalar_one()
    return sign_in_with_link(doors, make_link(doors, user_id), FROM).holder


def admin(doors: People, clinic: str = HERE):
    return known(doors, f"admin-{clinic}")


def employed(doors: People, login: str, role: Role, clinic: str = HERE) -> str:
    """A new account with a role; its id."""
    user_id = add_user(doors, login, login.title())
    grant(doors, admin(doors, clinic), user_id, role, clinic)
    return user_id


def told(doors: People, clinic: str = HERE, *, refused: bool | None = None) -> list[str]:
    """What stands in a clinic's audit, in short; sign-ins left out."""
    with reading(doors.engine) as connection:
        rows = [line.row for line in audit.lines(connection, clinic)]
    wanted = [row for row in rows if refused is None or row.refused is refused]
    return [f"{row.actor} | {row.action} | {row.detail}" for row in wanted if row.action != "sign in"]


class TestSignInByPassword:
    @pytest.fixture
    def lind(self, people) -> str:
        user_id = employed(people, "lind", Role.CLINICIAN)
        set_password(people, user_id, GOOD)
        return user_id

    def test_the_right_password_begins_a_session(self, people, lind):
        signed_in = sign_in_with_password(people, " Lind ", GOOD, FROM)
        assert people.who_by_session(signed_in.secret) == signed_in.holder
        assert signed_in.holder.roles_in(HERE, people.clock()) == {Role.CLINICIAN}

    @pytest.mark.parametrize(
        ("login", "password"),
        [
            pytest.param("lind", "harvest lantern copper eight", id="wrong-password"),
            pytest.param("lind", "", id="no-password"),
            pytest.param("nobody", GOOD, id="unknown-account"),
            pytest.param("admin-harbour", GOOD, id="account-without-password"),
            pytest.param("lind\x00", GOOD, id="zero-byte"),
            pytest.param("\ud800", GOOD, id="half-a-letter"),
            pytest.param("' OR 1=1 --", GOOD, id="sql"),
            pytest.param("", "", id="empty"),
        ],
    )
    def test_anything_else_is_refused_with_one_text(self, people, lind, login, password):
        with pytest.raises(SignInRefusedError) as raised:
            sign_in_with_password(people, login, password, FROM)
        assert (raised.value.message, raised.value.fix) == (
            SignInRefusedError().message,
            SignInRefusedError().fix,
        )

    def test_the_old_session_of_the_browser_ends(self, people, lind):
        """Session fixation: an id planted before sign-in is worth nothing after it."""
        first = sign_in_with_password(people, "lind", GOOD, FROM)
        second = sign_in_with_password(people, "lind", GOOD, FROM, old_secret=first.secret)
        assert first.secret != second.secret
        assert people.who_by_session(first.secret) is None
        assert people.who_by_session(second.secret) is not None

    def test_a_closed_account_cannot_sign_in(self, people, lind):
        disable(people, lind)
        with pytest.raises(SignInRefusedError):
            sign_in_with_password(people, "lind", GOOD, FROM)

    def test_a_weak_password_is_not_taken(self, people, lind):
        with pytest.raises(NotPossibleError):
            set_password(people, lind, "Correct Horse Battery Staple")

    def test_a_new_password_ends_every_session(self, people, lind):
        old = sign_in_with_password(people, "lind", GOOD, FROM)
        set_password(people, lind, "copper seven lantern harvest")
        assert people.who_by_session(old.secret) is None
        with pytest.raises(SignInRefusedError):
            sign_in_with_password(people, "lind", GOOD, FROM)

    def test_an_older_hash_is_made_anew(self, people, lind, monkeypatch):
        from argon2 import PasswordHasher

        monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=2, memory_cost=8, parallelism=1))
        sign_in_with_password(people, "lind", GOOD, FROM)
        with reading(people.engine) as connection:
            kept = connection.execute(
                select(users.c.password_hash).where(users.c.login == "lind")
            ).scalar_one()
        assert ",t=2," in kept


class TestGuessing:
    @pytest.fixture(autouse=True)
    def cheap_hashes(self, monkeypatch):
        """Tries are counted here; what a hash must cost is tested where hashes are made."""
        hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        monkeypatch.setattr(passwords, "_HASHER", hasher)
        monkeypatch.setattr(passwords, "_NOBODY", hasher.hash("nobody has this one"))

    @pytest.fixture
    def lind(self, people) -> str:
        user_id = employed(people, "lind", Role.CLINICIAN)
        set_password(people, user_id, GOOD)
        return user_id

    def guess(self, people, login="lind", address=FROM, times=1):
        for _ in range(times):
            with pytest.raises(SignInRefusedError):
                sign_in_with_password(people, login, "wrong", address)

    def test_an_account_is_closed_to_tries_for_a_while(self, people, lind, clock):
        rule = RULES[Counted.ACCOUNT]
        for number in range(rule.tries):
            self.guess(people, address=f"203.0.113.{number}")
            clock.pass_by(timedelta(seconds=1))
        with pytest.raises(TooManyTriesError) as raised:
            sign_in_with_password(people, "LIND ", GOOD, "203.0.113.99")
        assert raised.value.retry_after_seconds == 15 * 60 - rule.tries
        clock.pass_by(timedelta(seconds=raised.value.retry_after_seconds))
        assert sign_in_with_password(people, "lind", GOOD, "203.0.113.99")

    def test_an_unknown_account_is_counted_alike(self, people, lind):
        self.guess(people, "nobody", times=RULES[Counted.ACCOUNT].tries)
        with pytest.raises(TooManyTriesError):
            sign_in_with_password(people, "nobody", GOOD, FROM)

    def test_an_address_is_closed_to_tries_at_any_account(self, people, lind):
        for number in range(RULES[Counted.ADDRESS].tries):
            self.guess(people, f"account-{number}")
        with pytest.raises(TooManyTriesError):
            sign_in_with_password(people, "lind", GOOD, FROM)
        with pytest.raises(TooManyTriesError):
            sign_in_with_link(people, make_link(people, lind), FROM)
        assert sign_in_with_password(people, "lind", GOOD, "203.0.113.99")

    def test_signing_in_forgives_the_account_and_not_the_address(self, people, lind):
        failed = 0
        while failed < RULES[Counted.ADDRESS].tries:
            few = min(RULES[Counted.ACCOUNT].tries - 1, RULES[Counted.ADDRESS].tries - failed)
            sign_in_with_password(people, "lind", GOOD, FROM)
            self.guess(people, times=few)
            failed += few
        with pytest.raises(TooManyTriesError):
            sign_in_with_password(people, "lind", GOOD, FROM)

    def test_a_whole_clinic_signs_in_from_one_address(self, people, lind):
        """Only failures count: a shift that begins at eight must not lock itself out."""
        for _ in range(RULES[Counted.ADDRESS].tries + 1):
            sign_in_with_password(people, "lind", GOOD, FROM)

    def test_many_tries_at_once_do_not_slip_through(self, people, lind):
        outcomes: list[str] = []

        def guess():
            try:
                sign_in_with_password(people, "lind", "wrong", FROM)
            except (SignInRefusedError, TooManyTriesError) as error:
                outcomes.append(type(error).__name__)

        threads = [threading.Thread(target=guess) for _ in range(14)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert outcomes.count("SignInRefusedError") == RULES[Counted.ACCOUNT].tries
        assert outcomes.count("TooManyTriesError") == 4

    def test_what_was_typed_as_a_login_is_not_kept(self, people, lind):
        """Sooner or later somebody types a password there."""
        self.guess(people, "my-secret-password")
        with reading(people.engine) as connection:
            assert "my-secret-password" not in str(connection.execute(select(sign_in_tries)).all())


class TestSessions:
    @pytest.fixture
    def secret(self, people) -> str:
        employed(people, "lind", Role.CLINICIAN)
        user = known(people, "lind").user_id
        return sign_in_with_link(people, make_link(people, user), FROM).secret

    def test_its_secret_is_not_in_the_database(self, people, secret):
        with reading(people.engine) as connection:
            assert secret not in str(connection.execute(select(sessions)).all())

    @pytest.mark.parametrize("text", ["", "x", "x" * 43, "\x00", "\ud800", "' OR 1=1 --"])
    def test_an_unknown_secret_is_nobody(self, people, secret, text):
        assert people.who_by_session(text) is None

    def test_it_ends_when_it_lies_idle(self, people, secret, clock):
        clock.pass_by(SESSION_IDLE - timedelta(seconds=1))
        assert people.who_by_session(secret)
        clock.pass_by(SESSION_IDLE)
        assert people.who_by_session(secret) is None

    def test_it_ends_after_a_day_however_busy(self, people, secret, clock):
        for _ in range(int(SESSION_LONGEST / (20 * MINUTE)) - 1):
            clock.pass_by(20 * MINUTE)
            assert people.who_by_session(secret)
        clock.pass_by(20 * MINUTE)
        assert people.who_by_session(secret) is None

    def test_signing_out_kills_it_and_no_other(self, people, secret):
        other = sign_in_with_link(
            people, make_link(people, people.who_by_session(secret).user_id), FROM
        ).secret
        sign_out(people, secret)
        assert people.who_by_session(secret) is None
        assert people.who_by_session(other)
        sign_out(people, secret)

    def test_a_role_that_is_given_acts_at_the_next_request(self, people, secret):
        holder = people.who_by_session(secret)
        assert Role.CONSULTANT not in holder.roles_in(HERE, people.clock())
        grant(people, admin(people), holder.user_id, Role.CONSULTANT, HERE)
        assert Role.CONSULTANT in people.who_by_session(secret).roles_in(HERE, people.clock())

    def test_a_role_that_is_withdrawn_acts_at_the_next_request(self, people, secret):
        holder = people.who_by_session(secret)
        revoke(people, admin(people), HERE, holder.grants[0].grant_id)
        after = people.who_by_session(secret)
        with pytest.raises(AccessDeniedError):
            people.require(after, Right.READ_CASE, HERE, action="read case")

    def test_a_role_ends_by_itself(self, people, secret, clock):
        user_id = people.who_by_session(secret).user_id
        grant(people, admin(people, THERE), user_id, Role.READER, THERE, until=clock() + 5 * MINUTE)
        assert people.who_by_session(secret).clinics(clock()) == (HERE, THERE)
        clock.pass_by(5 * MINUTE)
        assert people.who_by_session(secret).clinics(clock()) == (HERE,)

    def test_closing_the_account_acts_at_the_next_request(self, people, secret):
        disable(people, people.who_by_session(secret).user_id)
        assert people.who_by_session(secret) is None
        assert "operator of the installation | close account | Lind (lind)" in told(people)


class TestOneTimeLink:
    def test_it_works_once(self, people):
        user_id = employed(people, "lind", Role.CLINICIAN)
        link = make_link(people, user_id)
        assert sign_in_with_link(people, link, FROM).holder.user_id == user_id
        with pytest.raises(SignInRefusedError):
            sign_in_with_link(people, link, FROM)

    @pytest.mark.parametrize(("after", "works"), [(LINK - timedelta(seconds=1), True), (LINK, False)])
    def test_it_works_for_fifteen_minutes(self, people, clock, after, works):
        link = make_link(people, employed(people, "lind", Role.CLINICIAN))
        clock.pass_by(after)
        if works:
            assert sign_in_with_link(people, link, FROM)
        else:
            with pytest.raises(SignInRefusedError):
                sign_in_with_link(people, link, FROM)

    def test_two_browsers_that_use_it_at_once_sign_in_one(self, people):
        link = make_link(people, employed(people, "lind", Role.CLINICIAN))
        outcomes: list[bool] = []

        def use():
            try:
                sign_in_with_link(people, link, FROM)
                outcomes.append(True)
            except SignInRefusedError:
                outcomes.append(False)

        threads = [threading.Thread(target=use) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == [False] * 5 + [True]

    def test_a_newer_one_replaces_it(self, people):
        user_id = employed(people, "lind", Role.CLINICIAN)
        old, new = make_link(people, user_id), make_link(people, user_id)
        with pytest.raises(SignInRefusedError):
            sign_in_with_link(people, old, FROM)
        assert sign_in_with_link(people, new, FROM)

    def test_its_secret_is_not_in_the_database(self, people):
        link = make_link(people, employed(people, "lind", Role.CLINICIAN))
        with reading(people.engine) as connection:
            assert link not in str(connection.execute(select(sign_in_links)).all())

    def test_it_is_made_for_accounts_that_exist(self, people):
        with pytest.raises(UnknownNameError):
            make_link(people, "nobody")


class TestIdentityProvider:
    ISSUER = "https://id.example"

    def test_somebody_new_gets_an_account_without_any_right(self, people):
        holder = sign_in_with_identity(people, self.ISSUER, "42", "Dr Ek", FROM).holder
        assert holder.grants == ()
        with pytest.raises(AccessDeniedError) as raised:
            people.require(holder, Right.READ_ALGORITHMS, HERE, action="read")
        assert raised.value.answer.denial is Denial.NOT_HERE

    def test_the_same_subject_is_the_same_account_and_another_issuers_is_not(self, people):
        first = sign_in_with_identity(people, self.ISSUER, "42", "Dr Ek", FROM).holder
        again = sign_in_with_identity(people, self.ISSUER, "42", "Dr Ek-Berg", FROM).holder
        other = sign_in_with_identity(people, "https://other.example", "42", "Dr Ek", FROM).holder
        assert first.user_id == again.user_id != other.user_id
        assert again.name == "Dr Ek-Berg"

    def test_such_an_account_has_no_password(self, people):
        holder = sign_in_with_identity(people, self.ISSUER, "42", "Dr Ek", FROM).holder
        with pytest.raises(NotPossibleError):
            set_password(people, holder.user_id, GOOD)

    @pytest.mark.parametrize(
        ("issuer", "subject"), [("", "42"), (ISSUER, ""), (ISSUER, "4\x002"), (ISSUER, "\ud800")]
    )
    def test_a_claim_that_names_nobody_is_refused(self, people, issuer, subject):
        with pytest.raises(SignInRefusedError):
            sign_in_with_identity(people, issuer, subject, "Dr Ek", FROM)

    def test_a_closed_account_cannot_come_back(self, people):
        holder = sign_in_with_identity(people, self.ISSUER, "42", "Dr Ek", FROM).holder
        disable(people, holder.user_id)
        with pytest.raises(SignInRefusedError):
            sign_in_with_identity(people, self.ISSUER, "42", "Dr Ek", FROM)


class TestRoles:
    def test_each_leaves_a_line_with_who_gave_it_to_whom(self, people):
        user_id = employed(people, "lind", Role.CLINICIAN)
        by = admin(people)
        ((user, given),) = [found for found in roles_in(people, by, HERE) if found[0].login == "lind"]
        revoke(people, by, HERE, given.grant_id)
        assert (user.user_id, given.role, given.granted_by) == (
            user_id,
            Role.CLINICIAN,
            "Admin of harbour (admin-harbour)",
        )
        assert told(people)[-2:] == [
            "Admin of harbour (admin-harbour) | grant role | clinician to Lind (lind)",
            f"Admin of harbour (admin-harbour) | revoke role | grant {given.grant_id}",
        ]

    def test_nobody_gives_a_role_to_themselves(self, people):
        by = admin(people)
        with pytest.raises(AccessDeniedError):
            grant(people, by, by.user_id, Role.CONSULTANT, HERE)
        assert told(people, refused=True)

    def test_an_admin_gives_and_withdraws_none_in_another_clinic(self, people):
        user_id = employed(people, "lind", Role.CLINICIAN)
        theirs = known(people, "lind").grants[0].grant_id
        stranger = admin(people, THERE)
        for attempt in (
            lambda: grant(people, stranger, user_id, Role.ADMIN, HERE),
            lambda: revoke(people, stranger, HERE, theirs),
            lambda: roles_in(people, stranger, HERE),
            lambda: tokens_in(people, stranger, HERE),
        ):
            with pytest.raises(AccessDeniedError) as raised:
                attempt()
            assert raised.value.answer.denial is Denial.NOT_HERE
        with pytest.raises(UnknownNameError):
            revoke(people, stranger, THERE, theirs)

    @pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
    def test_only_an_admin_gives_roles(self, people, role):
        employed(people, "lind", role)
        other = add_user(people, "ek", "Ek")
        with pytest.raises(AccessDeniedError):
            grant(people, known(people, "lind"), other, Role.READER, HERE)

    def test_a_role_is_withdrawn_once(self, people):
        employed(people, "lind", Role.CLINICIAN)
        by = admin(people)
        given = known(people, "lind").grants[0].grant_id
        revoke(people, by, HERE, given)
        with pytest.raises(UnknownNameError):
            revoke(people, by, HERE, given)

    def test_what_cannot_be_is_told(self, people, clock):
        user_id = add_user(people, "ek", "Ek")
        with pytest.raises(NotPossibleError):
            grant(people, admin(people), user_id, Role.READER, HERE, until=clock())
        with pytest.raises(NotPossibleError):
            add_user(people, " EK ", "Another")
        with pytest.raises(NotPossibleError):
            grant(people, None, user_id, Role.READER, "no-such-clinic")
        with pytest.raises(NotPossibleError):
            add_clinic(people, HERE, "Again", "Europe/Oslo")
        with pytest.raises(NotPossibleError):
            add_clinic(people, "../x", "Path", "Europe/Oslo")
        with pytest.raises(NotPossibleError):
            add_clinic(people, "valley", "Valley", "Mars/Olympus")
        with pytest.raises(UnfitTextError):
            add_user(people, "zero", "a\x00b")

    def test_a_change_whose_line_cannot_be_kept_is_not_made(self, people):
        by, user_id = admin(people), add_user(people, "lind", "Lind")

        def fail(connection, cursor, statement, parameters, context, executemany):
            if statement.startswith("INSERT INTO audit "):
                raise OperationalError(statement, None, Exception("disk full"))

        event.listen(people.engine, "before_cursor_execute", fail)
        with pytest.raises(StoreUnavailableError):
            grant(people, by, user_id, Role.CLINICIAN, HERE)
        event.remove(people.engine, "before_cursor_execute", fail)
        assert len(roles_in(people, by, HERE)) == 1

    def test_the_clinics_of_a_person_are_offered_and_no_others(self, people):
        employed(people, "lind", Role.CLINICIAN)
        assert [clinic.clinic_id for clinic in clinics_of(people, known(people, "lind"))] == [HERE]

    def test_a_clinic_has_its_time_zone_and_an_unknown_one_none(self, people):
        assert str(people.zone_of(HERE)) == "Europe/Oslo"
        assert people.zone_of("no-such-clinic") is None


class TestRefusals:
    def test_a_refusal_leaves_a_line_with_who_what_and_where_from(self, people):
        employed(people, "lind", Role.READER)
        lind = known(people, "lind")
        with pytest.raises(AccessDeniedError) as raised:
            people.require(lind, Right.MOVE, HERE, action="POST move", case_ids=["1001"], address=FROM)
        assert raised.value.answer.denial is Denial.NO_RIGHT
        with reading(people.engine) as connection:
            row = audit.lines(connection, HERE)[-1].row
        assert (row.actor, row.action, row.case_ids, row.refused, row.address, row.detail) == (
            "Lind (lind)", "POST move", ("1001",), True, FROM, "move: no_right",
        )  # fmt: skip

    def test_a_foreign_clinic_learns_who_knocked(self, people):
        employed(people, "lind", Role.CLINICIAN)
        with pytest.raises(AccessDeniedError):
            people.require(known(people, "lind"), Right.READ_CASE, THERE, action="read case")
        assert told(people, THERE, refused=True) == ["Lind (lind) | read case | read_case: not_here"]

    def test_no_audit_is_made_for_a_clinic_that_is_not_there(self, people):
        employed(people, "lind", Role.CLINICIAN)
        with pytest.raises(AccessDeniedError):
            people.require(known(people, "lind"), Right.READ_CASE, "invented", action="read case")
        assert told(people, "invented") == []

    @pytest.mark.parametrize("clinic", [None, ""])
    def test_without_a_clinic_nothing_is_allowed(self, people, clinic):
        with pytest.raises(AccessDeniedError) as raised:
            people.require(admin(people), Right.READ_ALGORITHMS, clinic, action="x")
        assert raised.value.answer.denial is Denial.NO_CLINIC

    def test_nobody_is_told_to_sign_in(self, people):
        with pytest.raises(AccessDeniedError) as raised:
            people.require(None, Right.READ_CASE, HERE, action="read case")
        assert (raised.value.answer.denial, raised.value.fix) == (Denial.NOT_SIGNED_IN, "sign in")


class TestBrokenGlass:
    REASON = "Found unconscious, no one else reachable"

    @pytest.fixture
    def lind(self, people):
        employed(people, "lind", Role.CLINICIAN, THERE)
        return known(people, "lind")

    def test_it_opens_reading_for_an_hour(self, people, lind, clock):
        break_glass(people, lind, HERE, self.REASON)
        inside = known(people, "lind")
        answer = people.require(inside, Right.READ_CASE, HERE, action="read case")
        assert answer.glass_reason == self.REASON
        with pytest.raises(AccessDeniedError):
            people.require(inside, Right.RECORD_EVIDENCE, HERE, action="record")
        clock.pass_by(GLASS)
        with pytest.raises(AccessDeniedError):
            people.require(known(people, "lind"), Right.READ_CASE, HERE, action="read case")

    def test_the_auditor_sees_who_and_why(self, people, lind):
        break_glass(people, lind, HERE, self.REASON, address=FROM)
        employed(people, "ida", Role.AUDITOR)
        ida = known(people, "ida")
        ((user, glass),) = broken_glass(people, ida, HERE)
        line = next(found.row for found in read_audit(people, ida, HERE) if found.row.action == "break glass")
        assert (user.login, glass.reason) == ("lind", self.REASON)
        assert (line.actor, line.why, line.address) == ("Lind (lind)", self.REASON, FROM)

    @pytest.mark.parametrize("reason", ["", " ", "..........".replace(".", " "), "too short", "\n\n a \n\n"])
    def test_a_reason_is_needed(self, people, lind, reason):
        with pytest.raises(NotPossibleError):
            break_glass(people, lind, HERE, reason)

    @pytest.mark.parametrize("hours", [-1, 0, 5, 24])
    def test_it_is_limited_in_time(self, people, lind, hours):
        with pytest.raises(NotPossibleError):
            break_glass(people, lind, HERE, self.REASON, timedelta(hours=hours))

    @pytest.mark.parametrize("role", [Role.READER, Role.AUTHOR, Role.APPROVER, Role.AUDITOR, Role.ADMIN])
    def test_it_is_for_those_who_treat_patients(self, people, role):
        employed(people, "ek", role, THERE)
        with pytest.raises(AccessDeniedError):
            break_glass(people, known(people, "ek"), HERE, self.REASON)
        assert told(people, HERE, refused=True)

    def test_no_clinic_is_invented(self, people, lind):
        with pytest.raises(UnknownNameError):
            break_glass(people, lind, "invented", self.REASON)


class TestTokens:
    SCOPES = ("read_case", "record_evidence")

    @pytest.fixture
    def token(self, people, clock) -> str:
        user_id = employed(people, "robot", Role.CARE_MANAGER)
        until = clock() + timedelta(days=30)
        return issue_token(people, admin(people), user_id, HERE, "Import", self.SCOPES, until)

    def test_it_acts_for_its_account_as_far_as_its_scopes_go(self, people, token):
        robot = people.who_by_token(token)
        assert people.require(robot, Right.RECORD_EVIDENCE, HERE, action="record").allowed
        for right, denial in (
            (Right.OPEN_CASE, Denial.NO_SCOPE),
            (Right.MOVE, Denial.NO_RIGHT),
        ):
            with pytest.raises(AccessDeniedError) as raised:
                people.require(robot, right, HERE, action="x")
            assert raised.value.answer.denial is denial

    def test_only_its_hash_is_kept(self, people, token):
        with reading(people.engine) as connection:
            rows = connection.execute(select(api_tokens).execution_options(**{ACROSS: True})).all()
        assert len(rows) == 1
        assert token.rsplit(".", 1)[1] not in str(rows)
        assert token not in str(told(people))

    def test_another_clinics_name_in_it_makes_it_worthless(self, people, token):
        assert people.who_by_token(token.replace(HERE, THERE)) is None

    @pytest.mark.parametrize("text", ["", "treadway", "x" * 200, "\x00", "treadway.harbour." + "a" * 43])
    def test_other_texts_are_nobody(self, people, token, text):
        assert people.who_by_token(text) is None

    def test_it_ends(self, people, token, clock):
        clock.pass_by(timedelta(days=30) - timedelta(seconds=1))
        assert people.who_by_token(token)
        clock.pass_by(timedelta(seconds=1))
        assert people.who_by_token(token) is None

    def test_withdrawing_it_acts_at_once_and_once(self, people, token):
        by = admin(people)
        (kept,) = tokens_in(people, by, HERE)
        revoke_token(people, by, HERE, kept.token_id)
        assert people.who_by_token(token) is None
        with pytest.raises(UnknownNameError):
            revoke_token(people, by, HERE, kept.token_id)

    def test_it_dies_with_its_account_and_its_role(self, people, token):
        robot = people.who_by_token(token)
        revoke(people, admin(people), HERE, robot.grants[0].grant_id)
        with pytest.raises(AccessDeniedError):
            people.require(people.who_by_token(token), Right.READ_CASE, HERE, action="x")
        disable(people, robot.user_id)
        assert people.who_by_token(token) is None

    @pytest.mark.parametrize(
        ("scopes", "days"),
        [
            pytest.param((), 30, id="no-scope"),
            pytest.param(("*",), 30, id="unknown-scope"),
            pytest.param(("read_case", "root"), 30, id="one-unknown"),
            pytest.param(SCOPES, 0, id="over-already"),
            pytest.param(SCOPES, TOKEN_LONGEST.days + 1, id="endless"),
        ],
    )
    def test_what_cannot_be_issued(self, people, clock, scopes, days):
        user_id = employed(people, "robot", Role.CARE_MANAGER)
        with pytest.raises(NotPossibleError):
            issue_token(
                people, admin(people), user_id, HERE, "Import", scopes, clock() + timedelta(days=days)
            )

    def test_only_an_admin_of_the_clinic_issues_one(self, people, clock):
        user_id = employed(people, "lind", Role.CLINICIAN)
        for by in (known(people, "lind"), admin(people, THERE)):
            with pytest.raises(AccessDeniedError):
                issue_token(people, by, user_id, HERE, "x", self.SCOPES, clock() + MINUTE)

    def test_a_token_cannot_issue_a_wider_one(self, people, clock):
        """An admin's token with the scope to issue could else give itself everything."""
        by = admin(people)
        until = clock() + MINUTE
        robot = people.who_by_token(issue_token(people, by, by.user_id, HERE, "x", ("issue_token",), until))
        with pytest.raises(NotPossibleError):
            issue_token(people, robot, by.user_id, HERE, "y", ("administer_people",), until)
        assert issue_token(people, robot, by.user_id, HERE, "y", ("issue_token",), until)

    def test_none_acts_under_the_name_of_a_person(self, people, clock):
        """An admin reads no patients; with a clinician's token he would, and write in her name."""
        user_id = employed(people, "lind", Role.CLINICIAN)
        set_password(people, user_id, GOOD)
        ek = sign_in_with_identity(people, "https://id.example", "42", "Dr Ek", FROM).holder
        for person in (user_id, ek.user_id):
            with pytest.raises(NotPossibleError):
                issue_token(people, admin(people), person, HERE, "x", self.SCOPES, clock() + MINUTE)

    def test_what_it_does_stands_in_the_audit_as_done_by_it(self, people, token):
        robot = people.who_by_token(token)
        assert robot.signature == f"Robot (robot, token {robot.token.token_id})"


class TestReadingTheAudit:
    def test_reading_it_leaves_a_line_too(self, people):
        employed(people, "ida", Role.AUDITOR)
        ida = known(people, "ida")
        first = read_audit(people, ida, HERE, case_id="1001")
        second = read_audit(people, ida, HERE)
        assert first == ()
        assert (second[-1].row.action, second[-1].row.detail) == ("read audit", "case 1001")

    @pytest.mark.parametrize("role", [role for role in Role if role is not Role.AUDITOR])
    def test_nobody_else_reads_it(self, people, role):
        employed(people, "lind", role)
        lind = known(people, "lind")
        for look in (read_audit, broken_glass):
            with pytest.raises(AccessDeniedError):
                look(people, lind, HERE)

    def test_an_auditor_reads_that_of_his_clinic_alone(self, people):
        employed(people, "ida", Role.AUDITOR)
        with pytest.raises(AccessDeniedError) as raised:
            read_audit(people, known(people, "ida"), THERE)
        assert raised.value.answer.denial is Denial.NOT_HERE

    def test_the_whole_story_is_one_unbroken_chain(self, people, clock):
        user_id = employed(people, "lind", Role.CLINICIAN)
        issue_token(people, admin(people), user_id, HERE, "x", ("read_case",), clock() + MINUTE)
        disable(people, user_id)
        assert audit.check(people.engine, HERE) == ()
        assert audit.check(people.engine, THERE) == ()


def test_the_demonstration_does_not_run_beside_patients(people, store):
    refuse_real_cases(people)
    open_case(store, DEMO_CLINIC)
    refuse_real_cases(people)
    open_case(store, HERE)
    with pytest.raises(RealCasesError):
        refuse_real_cases(people)


def test_no_secret_is_in_the_database_at_all(people, clock):
    """Whoever steals a backup cannot sign in with what is in it."""
    user_id, robot = employed(people, "lind", Role.CLINICIAN), employed(people, "robot", Role.READER)
    set_password(people, user_id, GOOD)
    secrets = [
        GOOD,
        make_link(people, user_id),
        sign_in_with_password(people, "lind", GOOD, FROM).secret,
        issue_token(people, admin(people), robot, HERE, "x", ("read_case",), clock() + MINUTE)[-43:],
    ]
    with reading(people.engine) as connection:
        tables = ("users", "sessions", "sign_in_links", "api_tokens", "audit", "sign_in_tries")
        everything = "".join(str(connection.execute(text(f"SELECT * FROM {t}")).all()) for t in tables)
    assert everything
    assert not [secret for secret in secrets if secret in everything]
