"""Two clinics with the same invented patient each, and short ways to ask the app."""

from dataclasses import dataclass, field
from typing import Any

from httpx2 import Response
from starlette.testclient import TestClient

from api.rest.app import create_app
from api.rest.settings import Settings
from engine.people import People
from engine.store.rows import AuditRow
from engine.store.store import Store
from tests.api.rest.people import CLINICS, Crew

API = "/api/v1"
DAY = "2026-01-12"
PATIENT = {"birth_date": "1981-03-02", "sex": "male", "name": "BERG, Tom", "number": "4711"}
OPEN = {"algorithm": "stepwise-depression", "patient": PATIENT, "opened_on": "2026-01-05"}


@dataclass
class World:
    """The app, its store, its people, and a case in each clinic."""

    client: TestClient
    store: Store
    people: Crew
    cases: dict[str, str] = field(default_factory=dict[str, str])
    tokens: dict[str, str] = field(default_factory=dict[str, str])

    @staticmethod
    def doors(store: Store) -> People:
        """People of an installation that has none yet."""
        return People(store.engine)

    @staticmethod
    def over(store: Store, settings: Settings) -> "World":
        """A world without cases, whose client is still to be entered."""
        people = Crew(store)
        app = create_app(store, people.doors, settings)
        return World(TestClient(app, raise_server_exceptions=False), store, people)

    def ask(self, method: str, path: str, who: str | None = "harbour-clinician", **more: Any) -> Response:
        """Send a request as somebody."""
        headers = dict(more.pop("headers", {}))
        if who is not None:
            headers["Authorization"] = f"Bearer {self.tokens.get(who) or self.people.token(who)}"
        return self.client.request(method, API + path, headers=headers, **more)

    def get(self, path: str, who: str | None = "harbour-clinician", **more: Any) -> Response:
        """Read."""
        return self.ask("GET", path, who, **more)

    def seq(self, case: str, who: str = "harbour-clinician") -> int:
        """The last event of a case."""
        return self.get(f"/cases/{case}", who).json()["seq"]

    def post(
        self, path: str, body: Any, who: str | None = "harbour-clinician", seq: int | None = None
    ) -> Response:
        """Write, as somebody who has seen event `seq`."""
        headers = {} if seq is None else {"If-Match": f'"{seq}"'}
        return self.ask("POST", path, who, json=body, headers=headers)

    def record(self, case: str, on: str = DAY, who: str = "harbour-clinician", **record: Any) -> Response:
        """Record evidence, as somebody who has seen everything."""
        return self.post(f"/cases/{case}/events", {"on": on, "record": record}, who, self.seq(case, who))

    def audit(self, clinic: str = "harbour") -> list[AuditRow]:
        """The clinic's audit, oldest first."""
        return list(self.store.read_audit(clinic))


def filled(world: World) -> World:
    """Open the same case in both clinics."""
    for clinic in CLINICS:
        made = world.post("/cases", OPEN, f"{clinic}-clinician")
        assert made.status_code == 201, made.text
        world.cases[clinic] = made.json()["case"]
    return world
