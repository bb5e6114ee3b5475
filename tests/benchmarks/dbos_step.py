# pyright: reportMissingImports=false, reportUntypedFunctionDecorator=false
# DBOS is a peer that is measured where it is installed; it is no dependency.
"""A durable move on PostgreSQL beside a DBOS workflow of one step, on one server that syncs its log.

Needs `dbos`, which nothing else does: pip install dbos==3.4.0
"""

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from sqlalchemy import create_engine, make_url, text

from engine.store.store import Store
from tests.benchmarks import store as ours
from tests.support.postgres import running

ROUNDS = 5


def against_dbos(_folder: Path) -> None:
    """Print moves and workflows a second, one caller each."""
    with running("-c fsync=on -c full_page_writes=on") as server:
        url = make_url(server.url)
        admin = create_engine(url, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            for name in ("treadway", "dbos"):
                connection.execute(text(f"CREATE DATABASE {name}"))
        admin.dispose()
        store = Store.open(url.set(database="treadway").render_as_string(hide_password=False))
        desk = ours.desk_of(store)
        workflow, end = _dbos(
            url.set(drivername="postgresql", database="dbos").render_as_string(hide_password=False)
        )
        workflow()
        moves, flows = [], []
        for _ in range(ROUNDS):
            moves.append(ours.rate(ours.moving(desk, ours.opened(desk, ours.CASES))))
            flows.append(ours.rate(workflow))
        end()
        store.close()
    floor = median(flows)
    print(f"DBOS, one step             {floor:8.0f} workflows/s")
    print(f"move on PostgreSQL         {median(moves):8.0f} moves/s   {median(moves) / floor:5.2f} x  (10)")


def _dbos(url: str) -> tuple[Callable[[], None], Callable[[], None]]:
    from dbos import DBOS

    DBOS(config={"name": "floor", "system_database_url": url, "log_level": "ERROR"})

    @DBOS.step()
    def step(number: int) -> int:
        return number + 1

    @DBOS.workflow()
    def workflow(number: int) -> int:
        return step(number)

    DBOS.launch()
    began = time.time_ns()
    return (lambda: _run(workflow, began)), DBOS.destroy


def _run(workflow: Callable[[int], int], number: int) -> None:
    assert workflow(number) == number + 1
