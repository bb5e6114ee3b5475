"""The commands of `treadway`. What they need is imported when they run, so that help comes at once."""

from typing import Annotated

from typer import Exit, Option, Typer

from api.cli import (
    audit,
    board,
    case_read,
    case_write,
    check,
    criterion,
    db,
    db_again,
    demo,
    diff,
    doctor,
    document,
    draw,
    export,
    lsp,
    people,
    prove,
    publish,
    scenarios,
    schema,
    serve,
    worker,
)
from api.cli.help import Command, Group

_SETTINGS = {"max_content_width": 100, "help_option_names": ["-h", "--help"]}


def _group(help_: str) -> Typer:
    return Typer(
        cls=Group,
        help=help_,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings=_SETTINGS,
    )


app = _group(
    """Treatment algorithms that run: the algorithm permits, refuses or says what is missing.
The clinician decides.

Results go to standard output, narration to standard error. Exit codes: 0 done, 1 the answer is no,
2 wrong usage, 3 input not found or unreadable, 4 the case has moved on, 5 not done in time, 6 not allowed,
70 our fault, 130 interrupted.

Examples:
  treadway demo
  treadway check algorithms/stepwise-depression
  treadway case open stepwise-depression --born 1981-07-14 --sex female
  treadway case why 1042 augment"""
)


def _version(wanted: bool) -> None:
    if wanted:
        from api.cli.version import version

        print(f"treadway {version()}")
        raise Exit


@app.callback()
def _treadway(
    version: Annotated[
        bool, Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    pass


case = _group(
    """Work with cases. Every command takes --database URL (or TREADWAY_DATABASE_URL); without it the cases
are in one file in your data folder.

Examples:
  treadway case open stepwise-depression --born 1981-07-14 --sex female
  treadway case record 1042 phq9 total=17 item9=0
  treadway case show 1042"""
)
for name, function in (
    ("open", case_write.open_),
    ("list", case_read.list_),
    ("show", case_read.show),
    ("record", case_write.record),
    ("retract", case_write.retract),
    ("ask", case_read.ask),
    ("why", case_read.why),
    ("move", case_write.move),
    ("start", case_write.start),
    ("dose", case_write.dose_),
    ("stop", case_write.stop),
    ("sign", case_write.sign),
    ("release", case_write.release),
    ("note", case_write.note),
    ("history", case_read.history),
):
    case.command(name, cls=Command, context_settings=_SETTINGS)(function)

database = _group(
    """Keep the database of cases whole.

Examples:
  treadway db verify
  treadway db backup cases-2026-03-02.db"""
)
for name, function in (
    ("verify", db.verify),
    ("backup", db.backup),
    ("restore", db_again.restore),
    ("rebuild", db_again.rebuild),
    ("upgrade", db.upgrade),
    ("restrict", db_again.restrict),
):
    database.command(name, cls=Command, context_settings=_SETTINGS)(function)

persons = _group(
    """Clinics, accounts, roles and API tokens, for whoever runs the installation. All of it is audited.

Examples:
  treadway people clinic harbour --title "Harbour Clinic" --zone Europe/Oslo
  treadway people add ada --name "Ada Lind"
  treadway people grant ada clinician --clinic harbour"""
)
for name, function in (
    ("clinic", people.clinic),
    ("add", people.add),
    ("grant", people.grant_),
    ("revoke", people.revoke_),
    ("list", people.list_),
    ("close", people.close),
    ("link", people.link),
    ("token", people.token),
    ("withdraw", people.withdraw),
):
    persons.command(name, cls=Command, context_settings=_SETTINGS)(function)

for name, function in (
    ("demo", demo.demo),
    ("check", check.check),
    ("test", scenarios.run_tests),
    ("prove", prove.prove),
    ("draw", draw.draw),
    ("document", document.document),
    ("diff", diff.diff),
    ("publish", publish.publish),
    ("criterion", criterion.criterion),
    ("schema", schema.schema),
    ("lsp", lsp.lsp),
):
    app.command(name, cls=Command, context_settings=_SETTINGS)(function)
app.add_typer(case, name="case")
app.add_typer(database, name="db")
app.add_typer(persons, name="people")
for name, function in (("board", board.board), ("audit", audit.audit), ("export", export.export)):
    app.command(name, cls=Command, context_settings=_SETTINGS)(function)
app.command("worker", cls=Command, context_settings=_SETTINGS)(worker.worker)
app.command("serve", cls=Command, context_settings=_SETTINGS)(serve.serve)
app.command("doctor", cls=Command, context_settings=_SETTINGS)(doctor.doctor)
