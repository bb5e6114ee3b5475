"""The pathway document says everything that its definition does, with sources that resolve."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from html import unescape
from html.parser import HTMLParser

import pytest

from api.pages.pathway.alone import PAGE, folder_of
from engine.definition.loader import shipped
from engine.document.build import document_of
from engine.model.criterion import Line
from engine.model.place import Place
from engine.model.words import number_words
from tests.support.algorithms import shipped_algorithm


class Page(HTMLParser):
    """Ids, links and text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: set[str] = set()
        self.fetched: set[str] = set()
        self.feed(text)
        self.text = " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())

    def handle_starttag(self, tag, attrs):
        found = {name: value or "" for name, value in attrs}
        if found.get("id"):
            self.ids.append(found["id"])
        if tag == "a":
            self.links.add(found["href"])
        self.fetched |= {found[name] for name in ("src", "data") if name in found}
        self.fetched |= {found["href"]} if tag == "link" else set()


@pytest.fixture(scope="module", params=shipped())
def made(request):
    """Each shipped algorithm with its document as a page."""
    algorithm = shipped_algorithm(request.param)
    document = document_of(algorithm)
    page = Page(folder_of(algorithm, document)[PAGE].decode())
    return algorithm, document, page


def test_every_link_leads_to_a_part_of_the_page_and_no_part_is_there_twice(made):
    """PD-3: the nodes of the picture land on their sections."""
    _, _, page = made
    assert len(page.ids) == len(set(page.ids))
    inside = {link[1:] for link in page.links if link.startswith("#")}
    assert inside <= set(page.ids)


def test_nothing_is_fetched_but_the_style_sheet_beside_it(made):
    assert made[2].fetched == {"document.css"}


def test_each_citation_resolves_and_no_source_is_listed_unused(made):
    """PD-2."""
    algorithm, document, page = made
    cited = {int(one) for one in re.findall(r"\[(\d+)\]", page.text)}
    assert cited == {row.number for row in document.sources}
    assert all(row.cited_in for row in document.sources)
    assert {row.id for row in document.sources} <= set(algorithm.sources)


def test_every_part_of_the_definition_has_its_words(made):
    """PD-1: steps, moves, stops, gate questions, treatments, evidence, defines, flags, claims, parameters."""
    algorithm, _, page = made
    parts = (
        algorithm.steps,
        algorithm.moves,
        algorithm.interrupts,
        algorithm.gates,
        algorithm.evidence,
        algorithm.defines,
        algorithm.series,
        algorithm.flags,
        algorithm.claims,
        algorithm.parameters,
        algorithm.formulary.options,
    )
    titles = {part.title for parts_ in parts for part in parts_.values()}
    titles |= {item.ask for gate in algorithm.gates.values() for item in gate.items}
    assert {title for title in titles if " ".join(title.split()) not in page.text} == set()


def numbers(value: object) -> Iterator[int | Decimal]:
    """Every number of a definition: in its fields and in its criteria."""
    if isinstance(value, Line):
        bare = re.sub(r"'[^']*'|@[\d-]+", " ", value.text)
        yield from (Decimal(one) for one in re.findall(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])", bare))
    elif isinstance(value, bool | str | Place):
        return
    elif isinstance(value, int | Decimal):
        yield value
    elif is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            yield from numbers(getattr(value, one.name))
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from numbers(one)
    elif isinstance(value, tuple | frozenset | list):
        for one in value:
            yield from numbers(one)


def said(one: int | Decimal, text: str) -> bool:
    """Whether a number is in a text: by its digits, as a share, or in words."""
    ways = {number_words(one), f"{one * 100:f}".rstrip("0").rstrip(".") + " percent"}
    ways |= {Decimal("0.5"): {"half"}, Decimal(0): {"no ", "none"}, Decimal(1): {"one", "a "}}.get(
        Decimal(one), set()
    )
    return any(re.search(rf"(?<![\d.,]){re.escape(way)}(?![\d]|[.,]\d)", text) for way in ways)


def test_every_number_of_the_definition_is_in_the_text(made):
    """PD-1."""
    algorithm, _, page = made
    found = set(numbers(algorithm))
    assert len(found) > 60
    assert {one for one in found if not said(one, page.text)} == set()
