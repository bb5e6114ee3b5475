"""A disk without room, for one process: its files may not grow for a while."""

import resource
from pathlib import Path

from tests.faults.harness import WRITERS, Line, drive, serving
from tests.faults.ledger import Ledger, Request, faults_of

UNLIMITED = resource.RLIM_INFINITY
ANY = ("stored", "conflict", "unavailable", "unknown")
"""What a writer hears whose server has a defect: whatever it is, the judgement comes at the end."""


def fill_disk(database: str, plant: str | None = None) -> list[str]:
    """Fill the disk under writers, give it room again: errors meanwhile, no false answer, no restart."""
    ledger = Ledger()
    faults: list[str] = []
    path = Path(database.removeprefix("sqlite:///"))
    with serving(database, plant) as server:

        def full() -> None:
            sizes = [each.stat().st_size for each in path.parent.glob(f"{path.name}*")]
            # A defect may hide that the disk is full, so then no write may find room in a log begun anew,
            # and answers to what was under way when it filled are not counted.
            resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (0 if plant else max(sizes), UNLIMITED))
            if plant:
                ledger.wait_for(*ANY, more=3 * WRITERS)
            else:
                ledger.wait_for("unavailable", "unknown", more=WRITERS)
            resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (UNLIMITED, UNLIMITED))
            ledger.wait_for(*(ANY if plant else ("stored",)), more=WRITERS)

        drive(server, ledger, 5 * WRITERS, full)
        refused = len(ledger.said("unavailable", "unknown"))
        if not refused and plant is None:
            faults.append("the disk was never full: nothing was tried")
        line = Line(server)
        after = ledger.add(Request(f"after-{id(ledger)}", "w", None, 0, [f"after-{id(ledger)}"]))
        told = line.ask(after)
        if told is None or told["said"] != "stored":
            faults.append(f"it did not recover: {told}")
        line.close()
        server.kill()
    return faults + faults_of(ledger, database)
