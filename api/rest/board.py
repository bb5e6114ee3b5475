"""The board: cases by what they wait for, a page at a time, and how many there are."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from api.rest.answers import BoardAnswer, CountsAnswer
from api.rest.caller import Asking
from api.rest.replies import IfNoneMatch, json_reply, tag_of, unless_known
from api.rest.route import GuardedRoute, needs, ok, with_answer
from api.rest.scalars import Name
from api.shapes import Shape, plain
from engine.access.rights import Right
from engine.service import BoardCase, BoardFilter, board_counts, board_page

router = APIRouter(route_class=GuardedRoute, tags=["board"])

LaneWord = Literal["stopped", "decision_due", "evidence_due", "in_trial", "maintenance"]


@router.get("/board", **with_answer(needs(Right.READ_BOARD), ok(BoardAnswer, text="A page.")))
def page(
    caller: Asking,
    step: Annotated[Name | None, Query(description="Only cases in this step.", examples=["ssri"])] = None,
    flag: Annotated[
        Name | None, Query(description="Only cases with this flag.", examples=["no_score_28d"])
    ] = None,
    lane: Annotated[LaneWord | None, Query(description="Only cases that wait for this.")] = None,
    after: Annotated[
        str | None, Query(description="`after` of the page before.", pattern="^[!-~]{1,200}$")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="Most rows.")] = 50,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """A page of the clinic's cases. Every filter given holds."""
    with caller.desk() as desk:
        found = board_page(desk, BoardFilter(step, flag, lane), after, limit)
    shape = {"today": plain(found.today), "cases": [_row(row) for row in found.cases], "after": found.after}
    return unless_known(json_reply(shape, etag=tag_of(shape)), if_none_match)


@router.get(
    "/board/counts",
    **with_answer(needs(Right.READ_FIGURES), ok(CountsAnswer, text="The counts.")),
)
def counts(caller: Asking, if_none_match: IfNoneMatch = None) -> Response:
    """How many open cases there are, by lane, step and flag. No patient is in it."""
    with caller.desk() as desk:
        found = board_counts(desk)
    shape = {
        "today": plain(found.today),
        "cases": found.cases,
        "lanes": dict(found.lanes),
        "steps": dict(found.steps),
        "flags": dict(found.flags),
    }
    return unless_known(json_reply(shape, etag=tag_of(shape)), if_none_match)


def _row(row: BoardCase) -> Shape:
    board, patient = row.listed.board, row.listed.patient
    return {
        "case": board.case_id,
        "seq": board.seq,
        "patient": {
            "name": patient.name,
            "number": patient.number,
            "birth_date": plain(board.birth_date),
            "sex": board.sex,
        },
        "algorithm": {"id": board.algorithm, "digest": board.digest},
        "step": board.step,
        "entered_on": plain(board.entered_on),
        "opened_on": plain(board.opened_on),
        "closed_on": plain(board.closed_on),
        "lane": None if row.lane is None else row.lane.value,
        "interrupts": list(board.interrupts),
        "flags": list(row.flags),
        "due": None
        if row.due is None
        else {"type": row.due.type, "due_on": plain(row.due.due_on), "overdue": row.due.overdue},
    }
