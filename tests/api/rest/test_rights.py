"""Who may do what over HTTP: every route of the description, every role, the own clinic and another one."""

from typing import Any

import pytest

from api.rest.app import PREFIX, create_app
from api.rest.route import RIGHT
from engine.access.rights import Right, Role, roles_with
from tests.api.rest.world import DAY, OPEN, World

OPENLY = {("get", "/health/live"), ("get", "/health/ready"), ("get", "/metrics")}
"""Routes that ask nobody's right: they hold no patient, and metrics have a token of their own."""

EVIDENCE = {"on": DAY, "record": {"contact": {}}}
NOTE = {"on": DAY, "note": "Seen."}
MOVE = {"on": DAY, "move": "start_ssri"}
MIGRATION = {"version": "1.0.0", "on": DAY, "reason": "A test.", "dry_run": True}
DRAFT = {"definition": "algorithm: x\n"}

ROUTES: list[tuple[str, str, Any, set[Right], set[int]]] = [
    # method, path, body, rights that it takes, answers to those who have them
    ("get", "/algorithms", None, {Right.READ_ALGORITHMS}, {200}),
    ("get", "/algorithms/stepwise-depression", None, {Right.READ_ALGORITHMS}, {200}),
    ("get", "/algorithms/stepwise-depression/diagram.svg", None, {Right.READ_ALGORITHMS}, {200}),
    ("get", "/algorithms/stepwise-depression/document", None, {Right.READ_ALGORITHMS}, {200}),
    ("get", "/algorithms/stepwise-depression/diff?from=1.0.0", None, {Right.READ_ALGORITHMS}, {200}),
    ("post", "/algorithms/check", DRAFT, {Right.DRAFT}, {200}),
    ("post", "/algorithms", DRAFT, {Right.PUBLISH}, {422}),
    ("post", "/cases", OPEN, {Right.OPEN_CASE}, {201}),
    ("get", "/cases/{case}", None, {Right.READ_CASE}, {200}),
    ("get", "/cases/{case}/decisions", None, {Right.READ_CASE}, {200}),
    ("get", "/cases/{case}/history", None, {Right.READ_CASE}, {200}),
    ("get", "/cases/{case}/diagram.svg", None, {Right.READ_CASE}, {200}),
    ("post", "/cases/{case}/events", NOTE, {Right.READ_CASE, Right.RECORD_EVIDENCE}, {428}),
    (
        "post",
        "/cases/{case}/events",
        {"on": DAY, "start": {"option": "sertraline"}},
        {Right.READ_CASE, Right.TREAT},
        {428},
    ),
    (
        "post",
        "/cases/{case}/events",
        {"on": DAY, "dose": {"option": "sertraline", "dose_mg_per_day": 50}},
        {Right.READ_CASE, Right.TREAT},
        {428},
    ),
    (
        "post",
        "/cases/{case}/events",
        {"on": DAY, "stop": {"option": "sertraline"}},
        {Right.READ_CASE, Right.TREAT},
        {428},
    ),
    (
        "post",
        "/cases/{case}/events",
        {"on": DAY, "sign": {"gate": "reappraisal"}},
        {Right.READ_CASE, Right.SIGN_GATE},
        {428},
    ),
    (
        "post",
        "/cases/{case}/events",
        {"on": DAY, "release": {"interrupt": "si_suic"}},
        {Right.READ_CASE, Right.RELEASE_INTERRUPT},
        {428},
    ),
    ("post", "/cases/{case}/events", MOVE, {Right.READ_CASE, Right.MOVE}, {428}),
    (
        "post",
        "/cases/{case}/events",
        [NOTE, MOVE],
        {Right.READ_CASE, Right.RECORD_EVIDENCE, Right.MOVE},
        {428},
    ),
    (
        "post",
        "/cases/{case}/events",
        {**MOVE, "deviate": "Taken over."},
        {Right.READ_CASE, Right.MOVE, Right.DEVIATE},
        {428},
    ),
    ("post", "/cases/{case}/moves", MOVE, {Right.MOVE}, {428}),
    ("post", "/cases/{case}/migration", MIGRATION, {Right.MIGRATE_CASE}, {200}),
    ("get", "/board", None, {Right.READ_BOARD}, {200}),
    ("get", "/board/counts", None, {Right.READ_FIGURES}, {200}),
]
STREAM = ("get", "/stream")
"""Endless where it is allowed, so that `test_process.py` reads it and only refusals are tested here."""


def shape_of(path: str) -> str:
    """A tested path as the description writes it."""
    return (
        path.partition("?")[0]
        .replace("{case}", "{case_id}")
        .replace("/algorithms/stepwise-depression", "/algorithms/{algorithm_id}")
    )


def test_every_route_is_in_the_table_and_names_the_right_that_the_table_says():
    described = {
        (method, path.removeprefix(PREFIX)): operation.get(RIGHT)
        for path, operations in create_app(None, None).openapi()["paths"].items()  # pyright: ignore[reportArgumentType]
        for method, operation in operations.items()
    }

    tested = {(method, shape_of(path)) for method, path, *_ in ROUTES}
    assert set(described) == tested | OPENLY | {STREAM}
    assert {route for route, right in described.items() if right is None} == OPENLY
    for method, path, _, rights, _ in ROUTES:
        assert Right(described[method, shape_of(path)]) in rights


@pytest.mark.parametrize("role", list(Role))
def test_a_role_may_do_in_its_clinic_what_the_table_of_rights_says_and_nothing_else(
    shared_world: World, role: Role
):
    case = shared_world.cases["harbour"]

    for method, path, body, rights, good in ROUTES:
        may = all(role in roles_with(right) for right in rights)
        answer = ask(shared_world, method, path.format(case=case), body, f"harbour-{role.value}")
        assert answer.status_code in (good if may else {403}), (method, path, body, answer.text)
    may_listen = role in roles_with(Right.READ_BOARD)
    if not may_listen:
        assert ask(shared_world, *STREAM, None, f"harbour-{role.value}").status_code == 403


@pytest.mark.parametrize("role", list(Role))
def test_another_clinic_is_unknown_whatever_the_role(shared_world: World, role: Role):
    """The same bytes as for a clinic that does not exist, so that nobody learns which there are."""
    case = shared_world.cases["harbour"]

    for method, path, body, *_ in [*ROUTES, (*STREAM, None)]:
        address = path.format(case=case)
        clinic = f"{address}{'&' if '?' in address else '?'}clinic="
        foreign = ask(shared_world, method, f"{clinic}harbour", body, f"valley-{role.value}")
        unknown = ask(shared_world, method, f"{clinic}nowhere", body, f"valley-{role.value}")
        assert foreign.status_code == unknown.status_code == 404, (method, path)
        assert foreign.content == unknown.content
        assert plain(foreign) == plain(unknown)


def test_a_case_of_another_clinic_is_as_unknown_as_one_that_never_was(small_world: World):
    case = "1001"
    extra = small_world.post("/cases", OPEN, "valley-clinician").json()["case"]
    assert extra not in (case, small_world.cases["harbour"]), "the case is valley's alone"

    for method, path, body, *_ in ROUTES:
        if "{case}" not in path:
            continue
        answers = [
            small_world.ask(
                method.upper(),
                path.format(case=name),
                "harbour-clinician",
                json=body,
                headers={"If-Match": '"1"'},
            )
            for name in (extra, "999999", "nonsense")
        ]
        assert {answer.status_code for answer in answers} == {404}, (method, path, answers[0].text)
        assert len({answer.content for answer in answers}) == 1
        assert len({str(plain(answer)) for answer in answers}) == 1


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer nonsense", "Basic dTpw", "Bearer \u00e9"])
def test_nobody_is_let_in_without_a_token(shared_world: World, authorization: str):
    case = shared_world.cases["harbour"]

    for method, path, body, *_ in [*ROUTES, (*STREAM, None)]:
        headers = {"Authorization": authorization.encode()} if authorization else {}
        answer = shared_world.ask(method.upper(), path.format(case=case), None, json=body, headers=headers)
        assert answer.status_code == 401, (method, path)
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_token_does_only_what_its_scopes_name(shared_world: World):
    case = shared_world.cases["harbour"]
    scopes = {Right.READ_CASE.value}
    shared_world.tokens["narrow"] = shared_world.people.issue(
        "harbour-narrow", "harbour", [Role.CLINICIAN], scopes
    )

    assert shared_world.get(f"/cases/{case}", "narrow").status_code == 200
    assert shared_world.get("/board", "narrow").status_code == 403
    assert shared_world.post(f"/cases/{case}/moves", MOVE, "narrow", 1).status_code == 403


def ask(world: World, method: str, path: str, body: Any, who: str) -> Any:
    """A request without If-Match: whoever may write is told 428, and nothing changes."""
    return world.ask(method.upper(), path, who, **({} if body is None else {"json": body}))


def plain(answer: Any) -> dict[str, str]:
    """The headers of an answer but those that differ by length alone."""
    return {name: value for name, value in answer.headers.items() if name != "date"}
