"""The table of rights, against a second model that shares no code with it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.access.decide import Denial, may, may_break_glass
from engine.access.entries import rights_for
from engine.access.holder import Glass, Grant, Holder, TokenScope
from engine.access.rights import TABLE, Right, Role, rights_of, roles_with
from engine.model.entry import Deviate, Entry, Release, Retract, Sign, Start, Stop
from tests.unit.access.second_model import MAY, allowed

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
HERE, THERE = "harbour", "hill"


def holder(*grants: Grant, token: TokenScope | None = None, glasses: tuple[Glass, ...] = ()) -> Holder:
    return Holder("u1", "Dr Lind", "lind", grants, glasses, token)


def given_role(role: Role, clinic: str = HERE, **more) -> Grant:
    return Grant(clinic, role, "admin", NOW - DAY, **more)


class TestTheTable:
    def test_every_right_stands_in_it_once(self):
        assert [row.right for row in TABLE] == list(Right)

    @pytest.mark.parametrize("role", Role)
    def test_a_role_brings_what_the_second_model_says(self, role):
        assert {right.value for right in rights_of(role)} == set(MAY[role.value])

    @pytest.mark.parametrize("right", Right)
    def test_every_right_is_brought_by_somebody(self, right):
        assert roles_with(right)

    def test_nobody_who_administers_or_audits_reads_patients(self):
        """Least privilege: rights over people and over records are apart."""
        for role in (Role.ADMIN, Role.AUDITOR, Role.AUTHOR, Role.APPROVER):
            assert not rights_of(role) & {
                Right.READ_CASE,
                Right.READ_BOARD,
                Right.RECORD_EVIDENCE,
                Right.EXPORT,
            }

    def test_no_role_both_writes_and_approves_a_definition(self):
        assert not roles_with(Right.APPROVE) & (roles_with(Right.DRAFT) | roles_with(Right.PUBLISH))


class TestDenyByDefault:
    @pytest.mark.parametrize("right", Right)
    def test_nobody_is_denied(self, right):
        assert may(None, right, HERE, NOW).denial is Denial.NOT_SIGNED_IN

    @pytest.mark.parametrize("right", Right)
    @pytest.mark.parametrize("clinic", [None, ""])
    def test_no_clinic_is_denied_even_to_who_has_every_role_in_one(self, right, clinic):
        known = holder(*(given_role(role) for role in Role))
        assert may(known, right, clinic, NOW).denial is Denial.NO_CLINIC

    @pytest.mark.parametrize("right", Right)
    def test_no_role_is_denied(self, right):
        assert may(holder(), right, HERE, NOW).denial is Denial.NOT_HERE

    @pytest.mark.parametrize("right", Right)
    def test_a_role_elsewhere_is_denied_as_if_the_clinic_were_unknown(self, right):
        known = holder(*(given_role(role, THERE) for role in Role))
        foreign, unknown = may(known, right, HERE, NOW), may(known, right, "no-such-clinic", NOW)
        assert foreign.denial is unknown.denial is Denial.NOT_HERE
        assert foreign.text == unknown.text

    @pytest.mark.parametrize("right", Right)
    def test_a_token_without_scopes_is_denied(self, right):
        known = holder(*(given_role(role) for role in Role), token=TokenScope("t", HERE, frozenset()))
        assert may(known, right, HERE, NOW).denial is Denial.NO_SCOPE

    def test_an_unknown_scope_opens_nothing(self):
        token = TokenScope("t", HERE, frozenset({"*", "everything", "READ_CASE", "read"}))
        known = holder(*(given_role(role) for role in Role), token=token)
        assert not any(may(known, right, HERE, NOW).allowed for right in Right)

    @pytest.mark.parametrize("right", Right)
    def test_a_token_is_good_in_its_own_clinic_alone(self, right):
        grants = [given_role(role, clinic) for role in Role for clinic in (HERE, THERE)]
        known = holder(*grants, token=TokenScope("t", HERE, frozenset(Right)))
        assert may(known, right, HERE, NOW).allowed
        assert may(known, right, THERE, NOW).denial is Denial.NOT_HERE


class TestTimes:
    @pytest.mark.parametrize(
        ("more", "held"),
        [
            pytest.param({}, True, id="no-end"),
            pytest.param({"until": NOW + timedelta(microseconds=1)}, True, id="just-before-its-end"),
            pytest.param({"until": NOW}, False, id="at-its-end"),
            pytest.param({"until": NOW - DAY}, False, id="over"),
            pytest.param({"revoked_at": NOW}, False, id="just-withdrawn"),
            pytest.param({"revoked_at": NOW - DAY}, False, id="withdrawn"),
        ],
    )
    def test_a_role_holds_until_its_end_or_withdrawal(self, more, held):
        assert may(holder(given_role(Role.READER, **more)), Right.READ_CASE, HERE, NOW).allowed is held

    def test_a_role_does_not_hold_before_it_was_given(self):
        early = Grant(HERE, Role.READER, "admin", NOW + timedelta(seconds=1))
        assert not may(holder(early), Right.READ_CASE, HERE, NOW).allowed


class TestGlass:
    OPEN = Glass(HERE, "found unconscious", NOW - timedelta(minutes=5), NOW + timedelta(minutes=5))

    def test_it_brings_reading_with_its_reason_and_nothing_else(self):
        known = holder(given_role(Role.CLINICIAN, THERE), glasses=(self.OPEN,))
        opened = {right for right in Right if may(known, right, HERE, NOW).allowed}
        assert opened == {Right.READ_CASE, Right.READ_BOARD}
        assert may(known, Right.READ_CASE, HERE, NOW).glass_reason == "found unconscious"

    def test_the_audit_is_told_on_what_grounds(self):
        far = holder(given_role(Role.CLINICIAN, THERE), glasses=(self.OPEN,))
        near = holder(given_role(Role.READER), given_role(Role.CONSULTANT), given_role(Role.ADMIN))
        assert may(far, Right.READ_CASE, HERE, NOW).grounds == "emergency: found unconscious"
        assert may(near, Right.READ_CASE, HERE, NOW).grounds == "consultant, reader"
        assert may(far, Right.MOVE, HERE, NOW).grounds == ""

    @pytest.mark.parametrize("minutes", [5, 6])
    def test_it_closes_by_itself(self, minutes):
        known = holder(given_role(Role.CLINICIAN, THERE), glasses=(self.OPEN,))
        later = NOW + timedelta(minutes=minutes)
        assert may(known, Right.READ_CASE, HERE, later).denial is Denial.NOT_HERE

    def test_it_opens_no_third_clinic(self):
        known = holder(given_role(Role.CLINICIAN, THERE), glasses=(self.OPEN,))
        assert may(known, Right.READ_CASE, "valley", NOW).denial is Denial.NOT_HERE

    def test_a_token_cannot_use_it(self):
        token = TokenScope("t", HERE, frozenset(Right))
        known = holder(given_role(Role.CLINICIAN, THERE), glasses=(self.OPEN,), token=token)
        assert not may(known, Right.READ_CASE, HERE, NOW).allowed

    def test_a_token_of_somebody_with_another_role_here_cannot_use_it_either(self):
        token = TokenScope("t", HERE, frozenset(Right))
        known = holder(given_role(Role.AUTHOR), glasses=(self.OPEN,), token=token)
        assert may(known, Right.READ_CASE, HERE, NOW).denial is Denial.NO_RIGHT

    def test_a_role_of_ones_own_is_no_emergency(self):
        """Whoever may read anyway is not marked, so that the auditor sees only real uses."""
        known = holder(given_role(Role.READER), glasses=(self.OPEN,))
        assert may(known, Right.READ_CASE, HERE, NOW).glass_reason is None

    @pytest.mark.parametrize("role", Role)
    def test_who_may_break_it(self, role):
        caring = role in (Role.CARE_MANAGER, Role.CLINICIAN, Role.CONSULTANT)
        assert may_break_glass(holder(given_role(role, THERE)), NOW) is caring
        assert not may_break_glass(holder(given_role(role, THERE, until=NOW)), NOW)

    def test_a_token_cannot_break_it(self):
        token = TokenScope("t", THERE, frozenset(Right))
        assert not may_break_glass(holder(given_role(Role.CLINICIAN, THERE), token=token), NOW)


moments = st.integers(-3, 3).map(lambda hours: NOW + timedelta(hours=hours))
clinics = st.sampled_from([HERE, THERE, "valley"])
grants = st.builds(
    Grant,
    clinic_id=clinics,
    role=st.sampled_from(Role),
    granted_by=st.just("admin"),
    granted_at=moments,
    until=st.none() | moments,
    revoked_at=st.none() | moments,
)
glasses = st.builds(Glass, clinic_id=clinics, reason=st.just("emergency"), opened_at=moments, until=moments)
scopes = st.frozensets(st.sampled_from([*Right, "*", "admin"]), max_size=6)
tokens = st.none() | st.builds(TokenScope, token_id=st.just("t"), clinic_id=clinics, scopes=scopes)
holders = st.builds(
    Holder,
    user_id=st.just("u1"),
    name=st.just("Dr Lind"),
    login=st.just("lind"),
    grants=st.lists(grants, max_size=6).map(tuple),
    glasses=st.lists(glasses, max_size=2).map(tuple),
    token=tokens,
)


class TestAgainstTheSecondModel:
    @given(who=st.none() | holders, right=st.sampled_from(Right), clinic=st.none() | st.just("") | clinics)
    def test_random_grants(self, who, right, clinic):
        assert may(who, right, clinic, NOW).allowed is allowed(who, right.value, clinic, NOW)

    @pytest.mark.long
    @given(who=st.none() | holders, right=st.sampled_from(Right), clinic=st.none() | clinics)
    def test_random_grants_for_long(self, who, right, clinic):
        assert may(who, right, clinic, NOW).allowed is allowed(who, right.value, clinic, NOW)

    def test_all_pairs_of_roles_in_own_and_foreign_clinics(self):
        for one in Role:
            for other in Role:
                for clinic in (HERE, THERE):
                    who = holder(given_role(one), given_role(other, clinic))
                    for right in Right:
                        for asked in (HERE, THERE, "valley"):
                            expected = allowed(who, right.value, asked, NOW)
                            assert may(who, right, asked, NOW).allowed is expected, (
                                one,
                                other,
                                clinic,
                                right,
                            )

    @given(who=holders, clinic=clinics, more=scopes)
    def test_a_token_never_widens_what_its_person_may_do(self, who, clinic, more):
        alone = Holder(who.user_id, who.name, who.login, who.grants)
        with_token = Holder(
            who.user_id, who.name, who.login, who.grants, who.glasses, TokenScope("t", clinic, more)
        )
        for right in Right:
            if may(with_token, right, clinic, NOW).allowed:
                assert may(alone, right, clinic, NOW).allowed

    @given(who=holders, grant=grants, right=st.sampled_from(Right), clinic=clinics)
    def test_one_more_role_never_takes_a_right_away(self, who, grant, right, clinic):
        more = Holder(who.user_id, who.name, who.login, (*who.grants, grant), who.glasses, who.token)
        if may(who, right, clinic, NOW).allowed:
            assert may(more, right, clinic, NOW).allowed


@pytest.mark.parametrize(
    ("entry", "needed"),
    [
        pytest.param({}, {Right.READ_CASE}, id="nothing"),
        pytest.param({"ask": ("augment",)}, {Right.READ_CASE}, id="asking"),
        pytest.param({"record": {"phq9": {"total": 9}}}, {Right.RECORD_EVIDENCE}, id="evidence"),
        pytest.param({"record": {"mdq": None}}, {Right.RECORD_EVIDENCE}, id="asked-and-not-known"),
        pytest.param({"retract": (Retract("phq9", NOW.date()),)}, {Right.RECORD_EVIDENCE}, id="retraction"),
        pytest.param({"note": "seen"}, {Right.RECORD_EVIDENCE}, id="note"),
        pytest.param({"start": (Start("sertraline"),)}, {Right.TREAT}, id="start"),
        pytest.param({"stop": (Stop("sertraline"),)}, {Right.TREAT}, id="stop"),
        pytest.param({"sign": (Sign("reappraisal"),)}, {Right.SIGN_GATE}, id="signature"),
        pytest.param({"release": (Release("mania"),)}, {Right.RELEASE_INTERRUPT}, id="release"),
        pytest.param({"move": "augment"}, {Right.MOVE}, id="move"),
        pytest.param(
            {"move": "augment", "deviate": Deviate("agreed"), "record": {"phq9": {"total": 9}}},
            {Right.MOVE, Right.DEVIATE, Right.RECORD_EVIDENCE},
            id="all-at-once",
        ),
    ],
)
def test_an_entry_needs_the_right_of_each_thing_in_it(entry, needed):
    assert rights_for(Entry(NOW.date(), **entry)) == needed
