"""Options and arguments that many commands share."""

from typing import Annotated

from typer import Argument, Option

Json = Annotated[bool, Option("--json", help="Print one JSON document to standard output.")]
Quiet = Annotated[bool, Option("--quiet", "-q", help="No narration on standard error.")]
Database = Annotated[
    str | None,
    Option(
        "--database",
        metavar="URL",
        envvar="TREADWAY_DATABASE_URL",
        show_envvar=True,
        help="Where cases are kept: a file, sqlite:///FILE or postgresql://... Without it one file in "
        "your data folder.",
    ),
]
Actor = Annotated[
    str | None,
    Option(
        "--actor",
        metavar="NAME",
        envvar="TREADWAY_ACTOR",
        help="Who is acting. Without it your sign-in name.",
    ),
]
Roles = Annotated[
    str | None,
    Option(
        "--roles",
        metavar="ROLES",
        envvar="TREADWAY_ROLES",
        help="Roles to act in, with commas (clinician,consultant). Without it every role.",
    ),
]
On = Annotated[
    str | None, Option("--on", metavar="DATE", help="Clinic date, as 2026-03-02. Without it today.")
]
AsOf = Annotated[
    int | None, Option("--as-of", metavar="SEQ", help="What was known after this event of the case.")
]
IfMatch = Annotated[
    int | None,
    Option(
        "--if-match",
        metavar="SEQ",
        help="Write only if this is still the last event of the case; else exit 4 with what happened since.",
    ),
]
Key = Annotated[
    str | None,
    Option(
        "--key", metavar="TEXT", help="Idempotency key: sending the command again with it changes nothing."
    ),
]
Deviation = Annotated[
    str | None,
    Option("--deviate", metavar="TEXT", help="Go against the answer, for this reason; kept on the record."),
]
DryRun = Annotated[bool, Option("--dry-run", help="Say what would be stored, and store nothing.")]
CaseId = Annotated[str, Argument(metavar="CASE", help="Number of the case, such as 1042.")]
