"""A laptop's own clinic: made at the first start, with one account that may do everything there."""

import os
import time
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from api.cli.desk import LOCAL_CLINIC
from engine.access.rights import Role
from engine.people import People, add_clinic, add_user, grant, make_link
from engine.store.database import reading, writing
from engine.store.people import all_clinics, clinic, user_by_login
from engine.store.schema import cases
from engine.store.store import Store

OWNER: Final = "owner"
"""Login of the laptop's account."""
DEMO_TITLE: Final = "Demonstration: every patient is invented"
_TITLE: Final = "This computer"


def is_demo(store: Store) -> bool:
    """Whether a database is a demonstration's own."""
    with reading(store.engine) as connection:
        found = clinic(connection, LOCAL_CLINIC)
    return found is not None and found.title == DEMO_TITLE


def holds_nothing(store: Store) -> bool:
    """Whether a database has neither clinics nor cases of the command line."""
    with reading(store.engine) as connection:
        mine = select(cases.c.case_id).where(cases.c.clinic_id == LOCAL_CLINIC).limit(1)
        return not all_clinics(connection) and connection.execute(mine).first() is None


def settle(store: Store, zone: str | None, *, demo: bool) -> None:
    """Make the laptop's clinic with its owner, where the installation has no clinic yet."""
    with reading(store.engine) as connection:
        if all_clinics(connection):
            return
    doors = People(store.engine)
    add_clinic(doors, LOCAL_CLINIC, DEMO_TITLE if demo else _TITLE, zone or local_zone())
    user_id = add_user(doors, OWNER, "Owner of this computer")
    for role in Role:
        grant(doors, None, user_id, role, LOCAL_CLINIC)


def owner_link(store: Store) -> str | None:
    """The secret of a one-time link for the laptop's owner; None where the installation has none."""
    with writing(store.engine) as connection:
        owner = user_by_login(connection, OWNER)
    if owner is None or owner.disabled_at is not None:
        return None
    return make_link(People(store.engine), owner.user_id)


def local_zone() -> str:
    """The IANA name of this computer's time zone; UTC where it cannot be told."""
    named = os.environ.get("TZ", "").lstrip(":")
    linked = os.path.realpath("/etc/localtime").partition("zoneinfo/")[2]
    try:
        written = Path("/etc/timezone").read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        written = ""
    for name in (named, linked, written):
        try:
            if name and ZoneInfo(name):
                return name
        except (KeyError, ValueError, OSError):
            continue
    return "UTC" if time.timezone == 0 else f"Etc/GMT{time.timezone // 3600:+d}"
