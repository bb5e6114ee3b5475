"""Requests that nobody thought of: made from the API's own description, sound ones and broken ones.

Of each operation a few in the fast run, a hundred in the slow one, as a person who may do everything.
"""

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.rest.app import PREFIX, create_app
from api.rest.settings import Settings
from engine.access.rights import Role
from engine.store.store import Store
from tests.api.rest.conftest import opened_world
from tests.api.rest.world import World

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
SLOW_IS_NO_DEFECT = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
ENDLESS = f"{PREFIX}/stream"
PATHS: dict[str, Any] = create_app(None, None).openapi()["paths"]  # pyright: ignore[reportArgumentType]
OPERATIONS = [
    (method.upper(), path) for path, methods in PATHS.items() for method in methods if path != ENDLESS
]


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Generator[World]:
    store = Store.open(str(Path(tmp_path_factory.mktemp("fuzz")) / "cases.db"))
    for world in opened_world(store, Settings(requests_a_minute=10**9, metrics_token="metrics-token")):
        world.tokens["everything"] = world.people.issue("harbour-everything", "harbour", list(Role))
        world.get("/algorithms", "everything")  # reads every shipped definition once, which takes seconds
        yield world
    store.close()


def described(world: World) -> Any:
    """The API's description, bound to the app."""
    return schemathesis.openapi.from_asgi(f"{PREFIX}/openapi.json", world.client.app)


@pytest.mark.parametrize(
    "examples", [pytest.param(5, id="few"), pytest.param(100, marks=pytest.mark.slow, id="many")]
)
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_no_request_fails_or_gets_an_answer_that_is_not_described(fuzzed, method, path, examples):
    operation = described(fuzzed)[path][method]
    headers = {"Authorization": f"Bearer {fuzzed.tokens['everything']}"}

    @settings(max_examples=examples, suppress_health_check=SLOW_IS_NO_DEFECT, deadline=None)
    @given(data=st.data())
    def ask(data: st.DataObject) -> None:
        sound = data.draw(st.booleans())
        mode = GenerationMode.POSITIVE if sound else GenerationMode.NEGATIVE
        case = data.draw(operation.as_strategy(generation_mode=mode))
        aimed = data.draw(st.booleans())
        if aimed:  # which may turn a broken request into a sound one
            aim(fuzzed, case)
        response = case.call(headers=headers)
        checks = CHECKS if sound or aimed else [*CHECKS, negative_data_rejection]
        case.validate_response(response, checks=checks, headers=headers)
        assert response.elapsed < 5

    ask()


def aim(world: World, case: Any) -> None:
    """Turn a request to what there is: a known case in its present state, a known algorithm."""
    known = {"case_id": world.cases["harbour"], "algorithm_id": "stepwise-depression"}
    for name in case.path_parameters:
        case.path_parameters[name] = known[name]
    if "case_id" in case.path_parameters and case.method == "POST":
        case.headers["If-Match"] = f'"{world.seq(world.cases["harbour"])}"'


@pytest.mark.slow
def test_no_sequence_of_requests_fails(fuzzed):
    """What one answer gives is taken into the next request: a case is opened, written to, read."""
    machine = described(fuzzed).as_state_machine()
    headers = {"Authorization": f"Bearer {fuzzed.tokens['everything']}"}

    class Walk(machine):
        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": headers}

        def validate_response(self, response: Any, case: Any, **more: Any) -> None:
            case.validate_response(response, checks=CHECKS, headers=headers)

    Walk.run(
        settings=settings(max_examples=30, stateful_step_count=8, suppress_health_check=SLOW_IS_NO_DEFECT)
    )
