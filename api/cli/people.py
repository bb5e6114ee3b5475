"""`treadway people`: clinics, accounts, roles and tokens, by whoever runs the installation. All audited."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from api.cli.desk import LOCAL_CLINIC, default_database
from api.cli.exits import UsageError
from api.cli.options import Database, Json, Quiet
from api.cli.output import Output, paint

if TYPE_CHECKING:
    from engine.people import People
    from engine.store.people import User

Clinic = Annotated[str, Option("--clinic", metavar="ID", help="The clinic.")]
Login = Annotated[str, Argument(metavar="LOGIN", help="What the account is known by.")]


@contextmanager
def doors(database: str | None) -> "Generator[People]":
    """The people of an installation; its database is closed afterwards."""
    from engine.people import People
    from engine.store.store import Store

    store = Store.open(database or str(default_database()))
    try:
        yield People(store.engine)
    finally:
        store.close()


def account(people: "People", login: str) -> "User":
    """An account by its login.

    Raises:
        UsageError: There is none.
    """
    from engine.people.signing_in import plain_login
    from engine.store.database import reading
    from engine.store.people import user_by_login

    with reading(people.engine) as connection:
        found = user_by_login(connection, plain_login(login))
    if found is None:
        raise UsageError(
            f"there is no account `{login}`", f"make it: treadway people add {login} --name NAME"
        )
    return found


def clinic(
    clinic_id: Annotated[str, Argument(metavar="ID", help="Small letters, digits and `-`.")],
    title: Annotated[str, Option("--title", help="What people call it.")],
    zone: Annotated[str, Option("--zone", metavar="ZONE", help="Its time zone, as Europe/Oslo.")],
    database: Database = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Make a clinic. Its time zone decides what day it is there.

    Examples:
        treadway people clinic harbour --title "Harbour Clinic" --zone Europe/Oslo
    """
    from engine.people import add_clinic

    output = Output(as_json=as_json, quiet=quiet)
    with doors(database) as people:
        add_clinic(people, clinic_id, title, zone)
    output.result(f"Made the clinic {clinic_id}, {title}, {zone}")
    output.document("treadway.clinic/1", {"clinic": clinic_id, "title": title, "zone": zone})
    output.next("treadway people add LOGIN --name NAME")


def add(
    login: Login,
    name: Annotated[str, Option("--name", help="The name that stands in histories and in the audit.")],
    database: Database = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Make an account, of a person or of a program. It may do nothing before it is given a role.

    Examples:
        treadway people add ada --name "Ada Lind"
    """
    from engine.people import add_user

    output = Output(as_json=as_json, quiet=quiet)
    with doors(database) as people:
        user_id = add_user(people, login, name)
    output.result(f"Made the account {login} of {name}")
    output.document("treadway.account/1", {"login": login, "name": name, "id": user_id})
    output.next(f"treadway people grant {login} clinician --clinic CLINIC")


def grant_(
    login: Login,
    role: Annotated[str, Argument(metavar="ROLE", help="See docs/reference/rights.md.")],
    clinic: Clinic = LOCAL_CLINIC,
    days: Annotated[
        int | None, Option("--days", metavar="N", help="The role ends by itself after so many days.")
    ] = None,
    database: Database = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Give an account a role in a clinic. It acts at the next request.

    Examples:
        treadway people grant ada clinician --clinic harbour
        treadway people grant locum clinician --clinic harbour --days 14
    """
    from engine.access.rights import Role
    from engine.people import grant

    output = Output(as_json=as_json, quiet=quiet)
    if role not in set(Role):
        raise UsageError(f"there is no role `{role}`", f"roles are {', '.join(Role)}")
    with doors(database) as people:
        until = None if days is None else people.clock() + timedelta(days=days)
        grant_id = grant(people, None, account(people, login).user_id, Role(role), clinic, until)
    output.result(f"{login} is {role} in {clinic}" + (f" until {until:%Y-%m-%d}" if until else ""))
    output.document("treadway.grant/1", {"grant": grant_id, "login": login, "role": role, "clinic": clinic})
    output.next(f"treadway people list --clinic {clinic}")


def revoke_(
    grant_id: Annotated[str, Argument(metavar="GRANT", help="As `treadway people list` shows it.")],
    clinic: Clinic = LOCAL_CLINIC,
    database: Database = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Withdraw a role. It acts at the next request.

    Examples:
        treadway people revoke 5f1c8e9a2b3d4c6e --clinic harbour
    """
    from engine.people import revoke

    output = Output(as_json=as_json, quiet=quiet)
    with doors(database) as people:
        revoke(people, None, clinic, grant_id)
    output.result(f"Withdrew the role of grant {grant_id} in {clinic}")
    output.document("treadway.revoke/1", {"grant": grant_id, "clinic": clinic})
    output.next(f"treadway people list --clinic {clinic}")


def list_(
    clinic: Clinic = LOCAL_CLINIC,
    database: Database = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """List who has which role in a clinic, and its API tokens without their secrets.

    Examples:
        treadway people list --clinic harbour
    """
    from engine.people import roles_in, tokens_in

    output = Output(as_json=as_json, quiet=quiet)
    with doors(database) as people:
        now = people.clock()
        held = [(user, each) for user, each in roles_in(people, None, clinic) if each.holds(now)]
        tokens = [token for token in tokens_in(people, None, clinic) if token.lives(now)]
    output.result(paint(f"Roles in {clinic}", "heading"))
    for user, each in held:
        closed = "" if user.disabled_at is None else ", account closed"
        until = f" until {each.until:%Y-%m-%d}" if each.until else ""
        output.result(f"  {each.grant_id}  {each.role:<13}{user.name} ({user.login}){until}{closed}")
    output.result("", paint("API tokens", "heading"))
    for token in tokens:
        scopes = ", ".join(sorted(token.scopes))
        output.result(f"  {token.token_id}  until {token.until:%Y-%m-%d}  {token.title}: {scopes}")
    output.document(
        "treadway.people/1",
        {
            "clinic": clinic,
            "roles": [
                {
                    "grant": each.grant_id,
                    "login": user.login,
                    "name": user.name,
                    "role": each.role.value,
                    "until": None if each.until is None else each.until.isoformat(),
                    "closed": user.disabled_at is not None,
                }
                for user, each in held
            ],
            "tokens": [
                {
                    "token": token.token_id,
                    "account": token.user_id,
                    "title": token.title,
                    "scopes": sorted(token.scopes),
                    "until": token.until.isoformat(),
                }
                for token in tokens
            ],
        },
    )
    output.next("treadway audit")


def close(login: Login, database: Database = None, as_json: Json = False, quiet: Quiet = False) -> None:
    """Close an account: its sessions, links and tokens stop working at once.

    Examples:
        treadway people close ada
    """
    from engine.people import disable

    output = Output(as_json=as_json, quiet=quiet)
    with doors(database) as people:
        disable(people, account(people, login).user_id)
    output.result(f"Closed the account {login}")
    output.document("treadway.close/1", {"login": login})
    output.next("treadway people list")


def link(login: Login, database: Database = None, as_json: Json = False, quiet: Quiet = False) -> None:
    """Print what signs an account in once, within 15 minutes. Give it to nobody else.

    Examples:
        treadway people link ada
    """
    from engine.people import make_link

    output = Output(as_json=as_json, quiet=quiet)
    with doors(database) as people:
        secret = make_link(people, account(people, login).user_id)
    output.result(f"/sign-in?link={secret}")
    output.document("treadway.link/1", {"login": login, "path": f"/sign-in?link={secret}"})
    output.say("Open it behind the address of the service. It works once, within 15 minutes.")


def token(
    login: Login,
    title: Annotated[str, Option("--title", help="What it is for, as lists show it.")],
    scope: Annotated[
        list[str], Option("--scope", metavar="RIGHT", help="A right that it brings; once for each.")
    ],
    clinic: Clinic = LOCAL_CLINIC,
    days: Annotated[int, Option("--days", metavar="N", help="It ends after so many days; 366 at most.")] = 90,
    database: Database = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Issue an API token that acts for a program's account. It is shown once; only its hash is kept.

    Examples:
        treadway people token importer --title "Laboratory" --scope record_evidence --clinic harbour
    """
    from engine.people import issue_token

    output = Output(as_json=as_json, quiet=quiet)
    with doors(database) as people:
        until = people.clock() + timedelta(days=days)
        user_id = account(people, login).user_id
        text = issue_token(people, None, user_id, clinic, title, scope, until)
    output.result(text)
    output.document(
        "treadway.token/1",
        {
            "token": text,
            "login": login,
            "clinic": clinic,
            "scopes": sorted(set(scope)),
            "until": until.isoformat(),
        },
    )
    output.say("This is shown once. Send it as `Authorization: Bearer TOKEN`.")


def withdraw(
    token_id: Annotated[str, Argument(metavar="TOKEN_ID", help="As `treadway people list` shows it.")],
    clinic: Clinic = LOCAL_CLINIC,
    database: Database = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Withdraw an API token at once.

    Examples:
        treadway people withdraw 5f1c8e9a2b3d4c6e --clinic harbour
    """
    from engine.people import revoke_token

    output = Output(as_json=as_json, quiet=quiet)
    with doors(database) as people:
        revoke_token(people, None, clinic, token_id)
    output.result(f"Withdrew the token {token_id} in {clinic}")
    output.document("treadway.withdraw/1", {"token": token_id, "clinic": clinic})
    output.next(f"treadway people list --clinic {clinic}")
