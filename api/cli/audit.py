"""`treadway audit`: who looked at which record, who changed what, and whether anybody changed the audit."""

from typing import Annotated

from typer import Option

from api.cli.desk import LOCAL_CLINIC
from api.cli.exits import Code
from api.cli.options import Database, Json, Quiet
from api.cli.output import Output, paint
from api.cli.people import Clinic, doors


def audit(
    case: Annotated[str | None, Option("--case", metavar="CASE", help="Lines about this case alone.")] = None,
    person: Annotated[
        str | None, Option("--person", metavar="TEXT", help="Lines of those whose name holds this.")
    ] = None,
    refused: Annotated[bool, Option("--refused", help="Refusals alone.")] = False,
    last: Annotated[int, Option("--last", metavar="N", min=1, help="The newest so many lines.")] = 50,
    check: Annotated[bool, Option("--check", help="Also look through the whole chain for changes.")] = False,
    clinic: Clinic = LOCAL_CLINIC,
    database: Database = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Search a clinic's audit. That leaves a line in it too.

    Exit 1 when --check finds a change.

    Examples:
        treadway audit --case 1042
        treadway audit --person lind --refused --clinic harbour
        treadway audit --check
    """
    from engine.people import read_audit
    from engine.store.audit import check as look_through

    output = Output(as_json=as_json, quiet=quiet)
    with doors(database) as people:
        found = read_audit(people, None, clinic, case_id=case)
        broken = look_through(people.engine, clinic) if check else ()
    lines = [
        line
        for line in found
        if (person is None or person.casefold() in line.row.actor.casefold())
        and (line.row.refused or not refused)
    ]
    shown = lines[-last:]
    for line in shown:
        row = line.row
        cases = f"  cases {', '.join(row.case_ids)}" if row.case_ids else ""
        word = f"  {paint('refused', 'failed')}" if row.refused else ""
        more = "".join(f"  {text}" for text in (row.detail, row.why and f"because: {row.why}") if text)
        when = f"{row.recorded_at:%Y-%m-%d %H:%M:%S}Z"
        output.result(f"{line.seq:>6}  {when}  {row.actor}  {row.action}{word}{cases}{more}")
    for each in broken:
        output.result(f"{paint('changed', 'error')}: {each.text}")
    if check:
        word = "failed" if broken else "passed"
        output.result(f"{paint(word, word)}  {len(broken)} changes found")
    output.document(
        "treadway.audit/1",
        {
            "clinic": clinic,
            "found": len(lines),
            "lines": [
                {
                    "seq": line.seq,
                    "recorded_at": line.row.recorded_at.isoformat(),
                    "actor": line.row.actor,
                    "action": line.row.action,
                    "cases": list(line.row.case_ids),
                    "detail": line.row.detail,
                    "why": line.row.why,
                    "refused": line.row.refused,
                    "address": line.row.address,
                }
                for line in shown
            ],
            "broken": [{"seq": each.seq, "text": each.text} for each in broken],
        },
    )
    output.say(f"{len(shown)} of {len(lines)} lines.")
    output.end(Code.NO if broken else Code.DONE)
