"""Commands that write to a case: open, record, retract, start, dose, stop, sign, release, move, note."""

from typing import Annotated

from typer import Argument, Option

from api.cli.desk import desk, load_named
from api.cli.exits import UsageError
from api.cli.options import Actor, CaseId, Database, Deviation, DryRun, IfMatch, Json, Key, On, Quiet, Roles
from api.cli.output import Output
from api.cli.values import answers, day, dose, fields
from api.cli.values import role as read_role
from api.cli.writing import Writing, told
from engine.model.entry import Deviate, DoseChange, Entry, Release, Retract, Sign, Start, Stop

DoseOption = Annotated[
    str | None,
    Option("--dose-mg-per-day", metavar="N", help="Dose in mg a day (mg a session for procedures)."),
]
OptionId = Annotated[str, Argument(metavar="OPTION", help="Id of the treatment, such as sertraline.")]


def open_(
    algorithm: Annotated[
        str, Argument(metavar="ALGORITHM", help="Id of a shipped algorithm, or a definition's path.")
    ] = "stepwise-depression",
    born: Annotated[str | None, Option("--born", metavar="DATE", help="Birth date, as 1981-07-14.")] = None,
    sex: Annotated[str, Option("--sex", help="female, male, other or unknown.")] = "unknown",
    name: Annotated[str | None, Option("--name", help="FAMILY, Given. Kept outside the history.")] = None,
    number: Annotated[str | None, Option("--number", help="The clinic's number of the patient.")] = None,
    earlier: Annotated[
        list[str] | None,
        Option(
            "--earlier",
            metavar="TEXT",
            help="An earlier treatment: its id, from=DATE, and to=, dose_mg_per_day=, days_covered_percent=, "
            "outcome=, role=, scale=, before=, after= where known. May be given several times.",
        ),
    ] = None,
    on: On = None,
    key: Key = None,
    database: Database = None,
    actor: Actor = None,
    roles: Roles = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Open a case in the algorithm's first step, and keep the algorithm's definition with it.

    Examples:
        treadway case open stepwise-depression --born 1981-07-14 --sex female
        treadway case open --born 1981-07-14 --sex female --name "OKAFOR, Ada"
        treadway case open --born 1981-07-14 --sex male --earlier "sertraline from=2025-09-01 to=2025-11-03"
    """
    from api.cli.opening import open_case

    if born is None:
        raise UsageError("--born is missing", "write the birth date, such as --born 1981-07-14")
    output = Output(as_json=as_json, quiet=quiet)
    loaded = load_named(algorithm)
    with desk(database, actor, roles) as at:
        open_case(at, output, loaded, day(born, "--born"), sex, name, number, earlier or [], on, key)


def record(
    case: CaseId,
    kind: Annotated[str, Argument(metavar="TYPE", help="Evidence type, such as phq9.")],
    values: Annotated[
        list[str] | None,
        Argument(metavar="FIELD=VALUE...", help="What was found; not_known where it was asked in vain."),
    ] = None,
    on: On = None,
    if_match: IfMatch = None,
    key: Key = None,
    dry_run: DryRun = False,
    database: Database = None,
    actor: Actor = None,
    roles: Roles = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Record evidence.

    Impossible values are refused, and what they would raise is raised at once.

    Examples:
        treadway case record 1042 phq9 total=17 item9=0
        treadway case record 1042 tsh miu_per_litre=1.9 --on 2026-03-02
        treadway case record 1042 tsh not_known
    """
    writing = Writing(case, on, if_match, key, database, actor, roles, dry_run)
    given = {kind: fields(values or [])}
    told(Output(as_json=as_json, quiet=quiet), writing, lambda today: Entry(today, record=given))


def retract(
    case: CaseId,
    kind: Annotated[str, Argument(metavar="TYPE", help="Evidence type of the record.")],
    of: Annotated[str | None, Option("--of", metavar="DATE", help="Day of the record; else today.")] = None,
    seq: Annotated[int | None, Option("--seq", help="Or the event that recorded it.")] = None,
    reason: Annotated[str, Option("--reason", help="Why it was wrong.")] = "",
    on: On = None,
    if_match: IfMatch = None,
    key: Key = None,
    dry_run: DryRun = False,
    database: Database = None,
    actor: Actor = None,
    roles: Roles = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Mark a record as entered in error.

    Both stay in the history; every answer is worked out anew.

    Examples:
        treadway case retract 1042 phq9 --of 2026-03-10 --reason "another patient's form"
    """
    writing = Writing(case, on, if_match, key, database, actor, roles, dry_run)
    told(
        Output(as_json=as_json, quiet=quiet),
        writing,
        lambda today: Entry(
            today, retract=(Retract(kind, day(of, "--of") if of else today, reason=reason, seq=seq),)
        ),
    )


def start(
    case: CaseId,
    option: OptionId,
    dose_mg_per_day: DoseOption = None,
    role: Annotated[
        str | None,
        Option("--role", help="primary, augmentation, parallel or concomitant; else as the step offers it."),
    ] = None,
    deviate: Deviation = None,
    on: On = None,
    if_match: IfMatch = None,
    key: Key = None,
    dry_run: DryRun = False,
    database: Database = None,
    actor: Actor = None,
    roles: Roles = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Start a treatment, if the answer is Ready.

    Examples:
        treadway case start 1042 sertraline --dose-mg-per-day 50
        treadway case start 1042 omeprazole --role concomitant
    """
    writing = Writing(case, on, if_match, key, database, actor, roles, dry_run)
    wanted = Start(
        option, dose(dose_mg_per_day) if dose_mg_per_day else None, read_role(role) if role else None
    )
    against = Deviate(deviate) if deviate is not None else None
    told(
        Output(as_json=as_json, quiet=quiet),
        writing,
        lambda today: Entry(today, start=(wanted,), deviate=against),
    )


def dose_(
    case: CaseId,
    option: OptionId,
    mg_per_day: Annotated[str, Argument(metavar="MG_PER_DAY", help="The new dose in mg a day.")],
    on: On = None,
    if_match: IfMatch = None,
    key: Key = None,
    dry_run: DryRun = False,
    database: Database = None,
    actor: Actor = None,
    roles: Roles = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Change the dose of a treatment that is being taken.

    Examples:
        treadway case dose 1042 sertraline 100
    """
    writing = Writing(case, on, if_match, key, database, actor, roles, dry_run)
    change = DoseChange(option, dose(mg_per_day, "MG_PER_DAY"))
    told(Output(as_json=as_json, quiet=quiet), writing, lambda today: Entry(today, dose=(change,)))


def stop(
    case: CaseId,
    option: OptionId,
    outcome: Annotated[
        str | None,
        Option(
            "--outcome",
            help="remission, response, partial, no_response, worsened, intolerant, stopped_other.",
        ),
    ] = None,
    reason: Annotated[str | None, Option("--reason", help="In words.")] = None,
    on: On = None,
    if_match: IfMatch = None,
    key: Key = None,
    dry_run: DryRun = False,
    database: Database = None,
    actor: Actor = None,
    roles: Roles = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Stop a treatment.

    Without an outcome it is worked out from the scores.

    Examples:
        treadway case stop 1042 sertraline --outcome intolerant --reason "nausea"
    """
    writing = Writing(case, on, if_match, key, database, actor, roles, dry_run)
    wanted = Stop(option, outcome, reason)
    told(Output(as_json=as_json, quiet=quiet), writing, lambda today: Entry(today, stop=(wanted,)))


def sign(
    case: CaseId,
    gate: Annotated[str, Argument(metavar="GATE", help="Id of the gate, such as reappraisal.")],
    items: Annotated[
        list[str] | None,
        Argument(
            metavar="ITEM=yes|no...", help="Your own answers, for what no evidence answers: yes passes."
        ),
    ] = None,
    on: On = None,
    if_match: IfMatch = None,
    key: Key = None,
    dry_run: DryRun = False,
    database: Database = None,
    actor: Actor = None,
    roles: Roles = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Sign a gate when every item is answered, or when one fails.

    Examples:
        treadway case sign 1042 reappraisal
        treadway case sign 1042 reappraisal soc=yes psy=yes
    """
    writing = Writing(case, on, if_match, key, database, actor, roles, dry_run)
    signed = Sign(gate, answers(items or []))
    told(Output(as_json=as_json, quiet=quiet), writing, lambda today: Entry(today, sign=(signed,)))


def release(
    case: CaseId,
    interrupt: Annotated[str, Argument(metavar="INTERRUPT", help="Id of the stop, such as suicidality.")],
    reason: Annotated[str, Option("--reason", help="What was found and what is planned.")],
    on: On = None,
    if_match: IfMatch = None,
    key: Key = None,
    dry_run: DryRun = False,
    database: Database = None,
    actor: Actor = None,
    roles: Roles = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Release a safety stop, if the evidence it asks for is on record.

    Examples:
        treadway case release 1042 suicidality --reason "C-SSRS none, safety plan agreed"
    """
    writing = Writing(case, on, if_match, key, database, actor, roles, dry_run)
    wanted = Release(interrupt, reason)
    told(Output(as_json=as_json, quiet=quiet), writing, lambda today: Entry(today, release=(wanted,)))


def move(
    case: CaseId,
    move_: Annotated[str, Argument(metavar="MOVE", help="Id of the move, such as start_ssri.")],
    deviate: Deviation = None,
    on: On = None,
    if_match: IfMatch = None,
    key: Key = None,
    dry_run: DryRun = False,
    database: Database = None,
    actor: Actor = None,
    roles: Roles = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Make a move, if the answer is Ready.

    A refused request stays in the history.

    Examples:
        treadway case move 1042 start_ssri
        treadway case move 1042 escalate_to_tms --deviate "remission with TMS in 2023"
    """
    writing = Writing(case, on, if_match, key, database, actor, roles, dry_run)
    against = Deviate(deviate) if deviate is not None else None
    told(
        Output(as_json=as_json, quiet=quiet), writing, lambda today: Entry(today, move=move_, deviate=against)
    )


def note(
    case: CaseId,
    text: Annotated[str, Argument(metavar="TEXT", help="The note.")],
    on: On = None,
    if_match: IfMatch = None,
    key: Key = None,
    dry_run: DryRun = False,
    database: Database = None,
    actor: Actor = None,
    roles: Roles = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Add a note to the history.

    Examples:
        treadway case note 1042 "Asked the pharmacy for the dispensing record"
    """
    writing = Writing(case, on, if_match, key, database, actor, roles, dry_run)
    told(Output(as_json=as_json, quiet=quiet), writing, lambda today: Entry(today, note=text))
