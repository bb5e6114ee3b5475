"""Commands that read cases: list, show, ask, why, history."""

from typing import Annotated

from typer import Argument, Option

from api.cli.desk import desk
from api.cli.options import Actor, AsOf, CaseId, Database, Json, On, Quiet, Roles
from api.cli.output import Output
from api.cli.values import day

Asked = Annotated[
    str | None,
    Argument(metavar="[WHAT]", help="A move, an option or a gate. Without it every move that starts here."),
]


def list_(
    step: Annotated[str | None, Option("--step", help="Only cases in this step.")] = None,
    database: Database = None,
    actor: Actor = None,
    roles: Roles = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """List the cases, by number.

    Examples:
        treadway case list
        treadway case list --step ssri --json
    """
    from api.cli.case_list import list_lines, list_shape
    from engine.service import list_cases

    output = Output(as_json=as_json, quiet=quiet)
    with desk(database, actor, roles) as at:
        listed = list_cases(at, step)
        output.result(*list_lines(listed, at.today()))
        output.document("treadway.case-list/1", {"cases": [list_shape(item) for item in listed]})
    if listed:
        output.next(f"treadway case show {listed[0].board.case_id}")
    else:
        output.say("No cases yet." if step is None else f"No case is in step {step}.")
        output.next("treadway case open stepwise-depression --born 1981-07-14 --sex female")


def show(
    case: CaseId,
    on: On = None,
    as_of: AsOf = None,
    database: Database = None,
    actor: Actor = None,
    roles: Roles = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """One case on one screen: what stops it, where it is, what is taken, what is due, what is next.

    Examples:
        treadway case show 1042
        treadway case show 1042 --on 2026-04-06
        treadway case show 1042 --as-of 12
    """
    from api.cli.overview import overview
    from api.shapes import case_shape, decisions_shape
    from engine.service import decisions, read_case

    output = Output(as_json=as_json, quiet=quiet)
    with desk(database, actor, roles) as at:
        today = at.today() if on is None else day(on)
        view = read_case(at, case, as_of)
        said = decisions(view, today)
        output.result(*overview(view, said))
        patient = view.patient
        output.document(
            "treadway.case/1",
            {**case_shape(view.case, patient.name, patient.number), "decisions": decisions_shape(said)},
        )
    output.next(f"treadway case why {case} MOVE")


def ask(
    case: CaseId,
    what: Asked = None,
    on: On = None,
    as_of: AsOf = None,
    database: Database = None,
    actor: Actor = None,
    roles: Roles = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Ask what may be done; nothing is written.

    Exit 0 when it is Ready, 1 when it is not.

    Examples:
        treadway case ask 1042
        treadway case ask 1042 augment
        treadway case ask 1042 esketamine --on 2026-04-06
    """
    from api.cli.asking import answer

    with desk(database, actor, roles) as at:
        code = answer(at, Output(as_json=as_json, quiet=quiet), case, what, on, as_of, reasons=False)
    Output().end(code)


def why(
    case: CaseId,
    what: Asked = None,
    on: On = None,
    as_of: AsOf = None,
    database: Database = None,
    actor: Actor = None,
    roles: Roles = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """As ask, with every reason, the values behind it and the evidence that would decide.

    Examples:
        treadway case why 1042 augment
        treadway case why 1042 reappraisal
        treadway case why 1042 esketamine --json
    """
    from api.cli.asking import answer

    with desk(database, actor, roles) as at:
        code = answer(at, Output(as_json=as_json, quiet=quiet), case, what, on, as_of, reasons=True)
    Output().end(code)


def history(
    case: CaseId,
    as_of: AsOf = None,
    database: Database = None,
    actor: Actor = None,
    roles: Roles = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Everything that happened to a case, oldest first, refusals and corrections included.

    Examples:
        treadway case history 1042
        treadway case history 1042 --as-of 12 --json
    """
    from api.cli.overview import retracted
    from api.shapes import event_shape
    from api.telling import event_line
    from engine.service import read_case

    output = Output(as_json=as_json, quiet=quiet)
    with desk(database, actor, roles) as at:
        view = read_case(at, case, as_of)
    wrong = retracted(view.events)
    for event in view.events:
        note = f"  [entered in error, see {wrong[event.seq]}]" if event.seq in wrong else ""
        output.result(event_line(event, view.algorithm) + note)
    output.document(
        "treadway.history/1", {"case": case, "events": [event_shape(event) for event in view.events]}
    )
    output.say(f"{len(view.events)} events; a correction is a new one, nothing is changed or removed.")
