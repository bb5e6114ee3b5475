"""Kills a server again and again over one database, and judges everything at the end."""

import random
import time

from tests.faults.harness import Server, drive, resend
from tests.faults.ledger import Ledger, faults_of


def kill_often(
    database: str, kills: int, seed: int, plant: str | None = None, answers: int = 60
) -> tuple[Ledger, list[str]]:
    """Kill while it starts, opens and appends; then start it once more and send everything open again.

    Args:
        database: Its URL.
        kills: How often.
        seed: Decides when.
        plant: A defect to plant.
        answers: Most acknowledgements that come before a kill.
    """
    chance = random.Random(seed)
    ledger = Ledger()
    faults: list[str] = []
    for kill in range(kills):
        if kill % 10 == 9:
            starting = Server(database, plant)
            time.sleep(chance.uniform(0, 0.1))  # somewhere in its start
            starting.kill()
        server = Server(database, plant).ready()
        if kill % 5 == 4:
            faults += resend(server, ledger, chance)
        drive(server, ledger, chance.randint(1, answers), server.kill)
    last = Server(database, plant).ready()
    faults += resend(last, ledger, chance, most=100)
    last.stop()
    return ledger, faults + faults_of(ledger, database)
