"""`treadway board`: what each case waits for, the most urgent first."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated

from typer import Option

from api.cli.case_list import list_shape
from api.cli.desk import desk
from api.cli.exits import UsageError
from api.cli.options import Actor, Database, Json, Quiet, Roles
from api.cli.output import Output, paint
from api.words import day_words

if TYPE_CHECKING:
    from engine.service import BoardCase

LANES = {
    "stopped": "Stopped",
    "decision_due": "Decision due",
    "evidence_due": "Evidence due",
    "in_trial": "In trial",
    "maintenance": "Maintenance",
}


def board(
    lane: Annotated[str | None, Option("--lane", metavar="LANE", help=f"One of {', '.join(LANES)}.")] = None,
    step: Annotated[str | None, Option("--step", metavar="STEP", help="Cases in this step alone.")] = None,
    flag: Annotated[str | None, Option("--flag", metavar="FLAG", help="Cases with this flag alone.")] = None,
    after: Annotated[
        str | None, Option("--after", metavar="CURSOR", help="The next page, as the one before names it.")
    ] = None,
    limit: Annotated[int, Option("--limit", metavar="N", min=1, max=200, help="Cases on a page.")] = 50,
    actor: Actor = None,
    roles: Roles = None,
    database: Database = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """List open cases by urgency, with what each waits for and what is due. One line of the audit names them.

    Examples:
        treadway board
        treadway board --lane decision_due --limit 20
    """
    from engine.runtime.lanes import Lane
    from engine.service import BoardFilter, board_counts, board_page

    output = Output(as_json=as_json, quiet=quiet)
    if lane is not None and lane not in LANES:
        raise UsageError(f"there is no lane `{lane}`", f"lanes are {', '.join(LANES)}")
    wanted = BoardFilter(step, flag, None if lane is None else Lane(lane))
    with desk(database, actor, roles) as place:
        counts = board_counts(place)
        page = board_page(place, wanted, after, limit)
    told = ", ".join(f"{title.lower()} {counts.lanes.get(name, 0)}" for name, title in LANES.items())
    output.result(paint(f"{counts.cases} open cases: {told}", "heading"), *_lines(page.cases, page.today))
    output.document(
        "treadway.board/1",
        {
            "today": page.today.isoformat(),
            "counts": {
                "cases": counts.cases,
                "lanes": dict(counts.lanes),
                "steps": dict(counts.steps),
                "flags": dict(counts.flags),
            },
            "cases": [
                {
                    **list_shape(case.listed),
                    "lane": None if case.lane is None else case.lane.value,
                    "flags": list(case.flags),
                    "due": None
                    if case.due is None
                    else {
                        "type": case.due.type,
                        "due_on": case.due.due_on.isoformat(),
                        "overdue": case.due.overdue,
                    },
                }
                for case in page.cases
            ],
            "after": page.after,
        },
    )
    if page.after is not None:
        output.next(f"treadway board --after {page.after}")
    else:
        output.next("treadway case show CASE")


def _lines(cases: "Sequence[BoardCase]", today: date) -> list[str]:
    return [_line(case, today) for case in cases]


def _line(case: "BoardCase", today: date) -> str:
    row, lane = case.listed.board, case.lane
    word = "" if lane is None else LANES[lane.value]
    parts = [f"{row.case_id:>6}  {word:<13}{row.step:<22}{case.listed.patient.name or 'not recorded'}"]
    parts += [paint(f"STOP {name}", "STOP") for name in row.interrupts]
    if case.due is not None and case.due.due_on <= today:
        late = "overdue since" if case.due.overdue else "due"
        parts.append(f"{case.due.type} {late} {day_words(case.due.due_on)}")
    parts += case.flags
    return "  ".join(parts).rstrip()
