"""The reference page says what the API is."""

import json
import re

from api.rest.app import create_app
from api.rest.bodies import EntryBody
from api.rest.strict import read_json
from tests.support.rest_page import PAGE, page


def test_the_page_lists_every_address_and_problem():
    text = PAGE.read_text(encoding="utf-8")

    assert text == page(text), "run `python -m tests.support.rest_page`"


def test_the_entry_on_the_page_is_one():
    (example,) = re.findall(r"```json\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)

    assert EntryBody.model_validate(read_json(example.encode())).entry().dose[0].option == "paroxetine"


def test_each_body_has_an_example_that_is_sound():
    schema = create_app(None, None).openapi()  # pyright: ignore[reportArgumentType]
    from api.rest import bodies

    used = set(re.findall(r"schemas/(\w+Body)\"", json.dumps(schema["paths"])))
    assert used == {"CaseBody", "CheckBody", "DefinitionBody", "EntryBody", "MigrationBody", "MoveBody"}
    for name in used:
        for example in schema["components"]["schemas"][name]["examples"]:
            getattr(bodies, name).model_validate(example)
