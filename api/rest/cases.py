"""Cases: open, read, ask, write, go over to another version."""

import re
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Response

from api.rest.answers import (
    CaseAnswer,
    DecisionsAnswer,
    HistoryAnswer,
    MigrationAnswer,
    WrittenAnswer,
)
from api.rest.bodies import CaseBody, Entries, EntryBody, MigrationBody, MoveBody
from api.rest.caller import Asking, Caller
from api.rest.problems import Problem, ProblemError, invalid
from api.rest.replies import (
    IdempotencyKey,
    IfMatch,
    IfNoneMatch,
    json_reply,
    seq_of,
    svg_reply,
    tag_of,
    tag_of_seq,
    unless_known,
)
from api.rest.route import SVG, GuardedRoute, needs, ok, with_answer
from api.rest.scalars import CaseId, Day
from api.shapes import Shape, algorithm_shape, case_shape, decision_shape, decisions_shape, event_shape
from engine.access.entries import rights_for
from engine.access.rights import Right
from engine.model.decision import Decision, Decisions, Part
from engine.model.entry import Entry
from engine.service import (
    CaseView,
    Migration,
    Written,
    decisions,
    find_algorithm,
    migrate,
    new_case,
    read_case,
    refused,
    try_migration,
    write_whole,
)
from engine.store.rows import PatientRow

router = APIRouter(route_class=GuardedRoute, tags=["cases"])

Case = Annotated[CaseId, Path(description="The case's number.", examples=["1001"])]
On = Annotated[
    Day | None, Query(description="Clinic date; today where it is left out.", examples=["2026-04-06"])
]
ETAG: Final[dict[str, Any]] = {
    "ETag": {"description": "What a write sends in `If-Match`.", "schema": {"type": "string"}}
}


_CASE_ID: Final = {"case_id": "$response.body#/case"}
_SEEN: Final = {**_CASE_ID, "If-Match": "$response.header.ETag"}
FROM_CASE: Final[dict[str, Any]] = {
    "read": {"operationId": "cases_read", "parameters": _CASE_ID},
    "decisions": {"operationId": "cases_decide", "parameters": _CASE_ID},
    "history": {"operationId": "cases_history", "parameters": _CASE_ID},
    "diagram": {"operationId": "cases_diagram", "parameters": _CASE_ID},
    "events": {"operationId": "cases_enter", "parameters": _SEEN},
    "moves": {"operationId": "cases_move", "parameters": _SEEN},
    "migration": {"operationId": "cases_go_over", "parameters": _SEEN},
}
"""What can be asked of a case next, and where the answer holds what that takes."""


@router.post(
    "/cases",
    status_code=201,
    **with_answer(
        needs(Right.OPEN_CASE, 409, body=True),
        ok(WrittenAnswer, 201, "It is open.", headers=ETAG, links=FROM_CASE),
    ),
)
def open_case(body: CaseBody, caller: Asking, key: IdempotencyKey = None) -> Response:
    """Open a case in an algorithm's first step."""
    with caller.desk() as desk:
        written = new_case(
            desk,
            find_algorithm(desk, body.algorithm, body.version),
            body.patient.patient(),
            PatientRow(body.patient.name, body.patient.number),
            body.opened_on,
            [earlier.reported() for earlier in body.history],
            key,
        )
    reply = _written(written)
    reply.headers["location"] = f"/api/v1/cases/{written.view.case.id}"
    return reply


@router.get(
    "/cases/{case_id}", **with_answer(needs(Right.READ_CASE), ok(CaseAnswer, headers=ETAG, links=FROM_CASE))
)
def read(case_id: Case, caller: Asking, if_none_match: IfNoneMatch = None) -> Response:
    """A case as it is: where it stands, what is taken, what is stopped."""
    with caller.desk() as desk:
        view = read_case(desk, case_id)
    return unless_known(json_reply(_case(view), etag=tag_of_seq(view.case.seq)), if_none_match)


@router.get(
    "/cases/{case_id}/decisions", **with_answer(needs(Right.READ_CASE), ok(DecisionsAnswer, headers=ETAG))
)
def decide(case_id: Case, caller: Asking, on: On = None, if_none_match: IfNoneMatch = None) -> Response:
    """Everything the algorithm says about a case on a day: moves with reasons, options, gates, due."""
    with caller.desk() as desk:
        view = read_case(desk, case_id, action="read decisions")
        said = decisions(view, on or desk.today())
    shape = {
        "case": case_id,
        "seq": view.case.seq,
        "algorithm": algorithm_shape(view.algorithm),
        **decisions_shape(said),
    }
    tag = tag_of(view.case.digest, view.case.seq, said.today)
    return unless_known(json_reply(shape, etag=tag), if_none_match)


_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,15}(?:Z|[+-][0-9]{2}:[0-9]{2})\Z")


@router.get(
    "/cases/{case_id}/history", **with_answer(needs(Right.READ_CASE), ok(HistoryAnswer, headers=ETAG))
)
def history(
    case_id: Case,
    caller: Asking,
    as_of: Annotated[
        str | None,
        Query(
            description="What was known then: an event's number, or a moment with its time zone.",
            max_length=40,
            examples=["4", "2026-04-06T12:00:00Z"],
        ),
    ] = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """The events of a case, oldest first, as they were known then."""
    moment = _as_of(as_of)
    with caller.desk() as desk:
        view = read_case(desk, case_id, moment, action="read history")
    shape = {
        "case": case_id,
        "seq": view.case.seq,
        "events": [event_shape(event) for event in view.events],
        "state": _case(view),
    }
    return unless_known(json_reply(shape, etag=tag_of_seq(view.case.seq)), if_none_match)


def _as_of(text: str | None) -> int | datetime | None:
    if text is None:
        return None
    if text.isascii() and text.isdigit() and len(text) <= 9:
        return int(text)
    if _MOMENT.match(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
    raise ProblemError(
        invalid(
            [
                {
                    "where": "query.as_of",
                    "text": "Write an event's number or a moment such as 2026-04-06T12:00:00Z.",
                }
            ]
        )
    )


@router.get(
    "/cases/{case_id}/diagram.svg",
    **with_answer(needs(Right.READ_CASE), SVG),
)
def diagram(case_id: Case, caller: Asking, on: On = None, if_none_match: IfNoneMatch = None) -> Response:
    """The algorithm's diagram with the patient's way on it."""
    from engine.picture.draw import draw

    with caller.desk() as desk:
        view = read_case(desk, case_id, action="read diagram")
        said = decisions(view, on or desk.today(), timing=False)
    tag = tag_of("diagram", view.case.digest, view.case.seq, said.today)
    return unless_known(
        svg_reply(draw(view.algorithm, "svg", view.case, said), tag, patient=True), if_none_match
    )


_WRITTEN = ok(WrittenAnswer, 201, "All of it was stored.", headers=ETAG, links=FROM_CASE)


@router.post(
    "/cases/{case_id}/events",
    status_code=201,
    **with_answer(needs(Right.READ_CASE, 409, 428, body=True), _WRITTEN),
)
def enter(
    case_id: Case,
    body: Entries | EntryBody,
    caller: Asking,
    if_match: IfMatch = None,
    key: IdempotencyKey = None,
) -> Response:
    """Carry out one entry or several: evidence, treatments, gates, releases, notes, a move; all or nothing.

    Where a request is refused none is carried out. What was recorded is kept even then, with the interrupts
    that it raises: the answer is 409 `refused` and lists what was stored.
    """
    entries = [one.entry() for one in (body if isinstance(body, list) else [body])]
    return _write(caller, case_id, entries, if_match, key)


@router.post(
    "/cases/{case_id}/moves",
    status_code=201,
    **with_answer(needs(Right.MOVE, 409, 428, body=True), _WRITTEN),
)
def move(
    case_id: Case, body: MoveBody, caller: Asking, if_match: IfMatch = None, key: IdempotencyKey = None
) -> Response:
    """Make a move, if the decision permits it or a deviation passes it."""
    return _write(caller, case_id, [body.entry()], if_match, key)


def _write(
    caller: Caller, case_id: str, entries: list[Entry], if_match: str | None, key: str | None
) -> Response:
    for right in sorted({right for entry in entries for right in _rights(entry)}):
        caller.require(right, (case_id,))
    seq = seq_of(if_match)
    if not all(_says_something(entry) for entry in entries):
        raise ProblemError(invalid([{"where": "body", "text": "An entry holds nothing but its date."}]))
    with caller.desk() as desk:
        written = write_whole(desk, case_id, entries, seq, key)
    not_done = refused(written)
    return _refusal(written, not_done) if not_done else _written(written)


def _rights(entry: Entry) -> set[Right]:
    needed = set(rights_for(entry))
    if entry.note is not None:
        needed.add(Right.RECORD_EVIDENCE)
    return needed


def _says_something(entry: Entry) -> bool:
    asked = (entry.start, entry.dose, entry.stop, entry.sign, entry.release, entry.move, entry.note)
    return any((entry.record, entry.retract, *asked))


def _written(written: Written) -> Response:
    shape = {**_outcome(written), "decisions": [decision_shape(one) for one in _decisions(written)]}
    return _marked(json_reply(shape, 201, etag=tag_of_seq(written.view.case.seq)), written)


def _marked(reply: Response, written: Written) -> Response:
    """The answer, with a mark where nothing was done again."""
    if written.replayed:
        reply.headers["idempotency-replayed"] = "true"
    return reply


def _outcome(written: Written) -> Shape:
    case = written.view.case
    return {
        "case": case.id,
        "seq": case.seq,
        "step": case.step,
        "interrupts": [raised.id for raised in case.raised()],
        "events": [event_shape(event) for event in written.events],
        "algorithm": algorithm_shape(written.view.algorithm),
    }


def _decisions(written: Written) -> list[Decision]:
    return [
        decision
        for entered in written.entries
        for decision in (
            *entered.doses,
            *entered.stops,
            *entered.signs,
            *entered.releases,
            *entered.moves.values(),
            *entered.starts,
        )
    ]


def _refusal(written: Written, not_done: tuple[Decision, ...]) -> Response:
    seq = written.view.case.seq
    shown = [decision_shape(decision) for decision in not_done]
    headers = {"ETag": tag_of_seq(seq)}
    if written.replayed:
        headers["Idempotency-Replayed"] = "true"
    return Problem(
        409,
        "refused",
        "Refused by decision",
        "The algorithm does not permit it, so that nothing asked for was carried out. The refusal is on "
        "record, and what was recorded as evidence or note is kept.",
        _fix(not_done[0]),
        {
            "seq": seq,
            "events": [event_shape(e) for e in written.events],
            "decision": shown[0],
            "decisions": shown,
        },
        headers,
    ).response()


def _fix(decision: Decision) -> str:
    if any(reason.part is Part.FROM for reason in decision.reasons):
        return "Ask for a move that starts in the present step."
    if decision.needs.to_permit:
        return f"Record {' and '.join(decision.needs.to_permit[0])}."
    if decision.deviable:
        return "Read the reasons; deviate with a reason where you decide otherwise."
    return "Read the reasons."


@router.post(
    "/cases/{case_id}/migration",
    status_code=200,
    **with_answer(needs(Right.MIGRATE_CASE, 409, 428, body=True), ok(MigrationAnswer, headers=ETAG)),
)
def go_over(
    case_id: Case,
    body: MigrationBody,
    caller: Asking,
    if_match: IfMatch = None,
    key: IdempotencyKey = None,
) -> Response:
    """Take a case over to another version of its algorithm; with `dry_run` only say what it would mean.

    It is recorded with who and why. The way back is the same request with the earlier version.
    """
    seq = None if body.dry_run else seq_of(if_match)
    with caller.desk() as desk:
        if body.dry_run:
            tried = try_migration(desk, case_id, body.version, body.on)
            return json_reply(_migration(tried), etag=tag_of_seq(tried.view.case.seq))
        written = migrate(desk, case_id, body.version, body.on, body.reason, seq, key)
    return _marked(json_reply(_migrated(written), etag=tag_of_seq(written.view.case.seq)), written)


def _migration(tried: Migration) -> Shape:
    before = _answers(tried.before)
    after = {} if tried.after is None else _answers(tried.after)
    return {
        "case": tried.view.case.id,
        "seq": tried.view.case.seq,
        "dry_run": True,
        "from": algorithm_shape(tried.view.algorithm),
        "to": algorithm_shape(tried.algorithm),
        "possible": not tried.problems,
        "problems": list(tried.problems),
        "step_before": tried.view.case.step,
        "step_after": tried.step,
        "raised": list(tried.raised),
        "changes": [
            {"move": name, "before": before.get(name), "after": after.get(name)}
            for name in dict.fromkeys((*before, *after))
            if before.get(name) != after.get(name)
        ],
        "events": [],
    }


def _migrated(written: Written) -> Shape:
    change: Any = written.events[0].payload
    visits: list[str] = change["visits"]
    return {
        "case": written.view.case.id,
        "seq": written.view.case.seq,
        "dry_run": False,
        "from": _named(change["from"]),
        "to": _named(change["to"]),
        "possible": True,
        "problems": [],
        "step_before": change["step"],
        "step_after": visits[-1],
        "raised": [str(event.payload["interrupt"]) for event in written.events[1:]],
        "changes": [],
        "events": [event_shape(event) for event in written.events],
    }


def _named(ref: Any) -> Shape:  # noqa: ANN401 - part of a payload
    return {name: ref[name] for name in ("id", "version", "digest")}


def _answers(said: Decisions) -> dict[str, str]:
    """The answer about each move that starts in the present step."""
    return {
        name: decision.status.value
        for name, decision in said.moves.items()
        if not any(reason.part is Part.FROM for reason in decision.reasons)
    }


def _case(view: CaseView) -> Shape:
    return case_shape(view.case, view.patient.name, view.patient.number)
