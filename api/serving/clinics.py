"""A place to work in each clinic of the installation, for programs that serve all of them."""

from collections.abc import Callable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from api.cli.desk import LOCAL_CLINIC
from engine.service import Actor, Desk
from engine.service.turning import days_behind
from engine.store.database import reading
from engine.store.people import all_clinics
from engine.store.store import Store
from engine.store.wall import within

WORKER = "time worker"


def desks(store: Store, zone: str | None, clock: Callable[[], datetime] | None = None) -> Iterator[Desk]:
    """A desk in every clinic, and in the one that the command line works in. Use each within its wall.

    Args:
        store: An open store.
        zone: Time zone of clinics that name none; None is that of this computer.
        clock: Gives the present moment in UTC.
    """
    with reading(store.engine) as connection:
        zones: dict[str, str | None] = {each.clinic_id: each.time_zone for each in all_clinics(connection)}
    zones.setdefault(LOCAL_CLINIC, zone)
    for clinic_id, name in zones.items():
        where = None if name is None else ZoneInfo(name)
        desk = Desk(store, clinic_id, Actor(WORKER), where)
        yield desk if clock is None else Desk(store, clinic_id, Actor(WORKER), where, clock)


def longest_lag(store: Store, zone: str | None, clock: Callable[[], datetime] | None = None) -> int:
    """Days that the oldest row of any clinic lags behind that clinic's today."""
    longest = 0
    for desk in desks(store, zone, clock):
        with within(desk.clinic_id):
            longest = max(longest, days_behind(desk))
    return longest
