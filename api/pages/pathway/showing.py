"""Answers of the library, the pathway document and the page of changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from api.pages.case.handling import Asked, Sent, Shown
from api.pages.pathway import made
from api.pages.pathway.shelf import Volume, volume, volumes
from api.words import day_words
from engine.access.rights import Right
from engine.definition.diff import Effect
from engine.document.build import STATUSES
from engine.model.algorithm import Algorithm
from engine.service import Listed, live_cases

_EFFECTS = (Effect.MORE, Effect.EITHER, Effect.LESS, Effect.NONE)


@dataclass(frozen=True, slots=True)
class Line:
    """One version in words. `cases` is None where the reader may not see counts of cases."""

    id: str
    version: str
    title: str
    population: str
    country: str
    status: str
    approved: tuple[str, ...]
    review: str
    overdue: bool
    steps: int
    claims: int
    cases: int | None
    path: str
    others: tuple[tuple[str, str], ...]
    """Version and address of each other one."""


def show_library(asked: Asked) -> Shown:
    """Every algorithm with its newest version."""
    cases = live_cases(asked.desk) if asked.may(Right.READ_BOARD) else None
    lines = [_line(asked, one.newest, one, cases) for one in volumes(asked)]
    text, status = asked.query.get("q", "").strip(), asked.query.get("status", "")
    shown = [one for one in lines if _fits(one, text, status)]
    return Shown(
        "pathway/library.html",
        {
            "lines": shown,
            "total": len(lines),
            "given": {"q": text, "status": status},
            "filtered": bool(text or status),
            "statuses": STATUSES,
            "clinic": asked.query.get("clinic", ""),
            "counted": cases is not None,
        },
        patient=False,
    )


def _fits(one: Line, text: str, status: str) -> bool:
    said = f"{one.title} {one.id} {one.population} {one.country}".lower()
    return all(word in said for word in text.lower().split()) and (
        not status or one.status == STATUSES.get(status)
    )


def _line(asked: Asked, listed: Listed, known: Volume, cases: Mapping[str, int] | None) -> Line:
    one = listed.algorithm
    return Line(
        one.id,
        one.version,
        one.title,
        one.population or "",
        one.country or "",
        STATUSES.get(one.status, one.status),
        tuple(f"{each.name}, {day_words(each.on)}" for each in one.approvals) or ("nobody yet",),
        day_words(one.review_by) if one.review_by else "not recorded",
        _overdue(one, asked.desk.today()),
        len(one.steps),
        len(one.claims),
        None if cases is None else cases.get(one.digest, 0),
        path_of(asked, one.id, one.version),
        tuple(
            (each.algorithm.version, path_of(asked, one.id, each.algorithm.version))
            for each in known.versions
            if each is not listed
        ),
    )


def _overdue(one: Algorithm, today: date) -> bool:
    return one.review_by is not None and one.review_by < today and one.status == "approved"


def path_of(asked: Asked, id_: str, version: str, more: str = "") -> str:
    """Address of a version's page, in the clinic that the reader looks at."""
    from urllib.parse import quote, urlencode

    clinic = asked.query.get("clinic", "")
    query = f"?{urlencode({'clinic': clinic})}" if clinic else ""
    return f"/pathways/{quote(id_, safe='')}/{quote(version, safe='')}{more}{query}"


def show_algorithm(asked: Asked, id_: str) -> Shown:
    """The newest version of an algorithm."""
    return show_pathway(asked, id_, volume(asked, id_).newest.algorithm.version)


def show_pathway(asked: Asked, id_: str, version: str) -> Shown:
    """The document of one version."""
    known, told = _told(asked, id_, version)
    one = known.find(version)
    cases = live_cases(asked.desk) if asked.may(Right.READ_BOARD) else None
    newest = known.newest.algorithm
    return Shown(
        "pathway/page.html",
        {
            "document": made.document(told),
            "body": made.body(told),
            "algorithm": told.algorithm,
            "line": _line(asked, one, known, cases),
            "versions": [_line(asked, each, known, cases) for each in known.versions],
            "newer": None if newest is told.algorithm else newest.version,
            "newest": path_of(asked, id_, newest.version),
            "pdf": path_of(asked, id_, version, "/document.pdf"),
            "picture": path_of(asked, id_, version, "/diagram.svg"),
            "changes": path_of(asked, id_, version, "/changes") if len(known.versions) > 1 else "",
            "library": _library(asked),
        },
        patient=False,
    )


def show_paper(asked: Asked, id_: str, version: str) -> Sent:
    """The document of one version as a PDF."""
    _, told = _told(asked, id_, version)
    return Sent(made.paper(told), "application/pdf", f"{id_}-{version}.pdf")


def show_picture(asked: Asked, id_: str, version: str) -> Sent:
    """The picture of one version, which stands alone."""
    from engine.picture.draw import draw

    _, told = _told(asked, id_, version)
    return Sent(draw(told.algorithm, "svg").encode(), "image/svg+xml", f"{id_}-{version}.svg")


def show_changes(asked: Asked, id_: str, version: str) -> Shown:
    """What changed from one version to another, in words and drawn."""
    known = volume(asked, id_)
    now = known.find(version).algorithm
    named = asked.query.get("from", "")
    was = known.find(named) if named else known.before(version)
    told = made.Told(now, was.algorithm) if was is not None and was.algorithm is not now else None
    found = made.changes(told) if told else ()
    return Shown(
        "pathway/changes.html",
        {
            "algorithm": now,
            "was": told.previous if told else None,
            "drawn": made.drawn(told) if told and found else "",
            "groups": [
                (str(effect).capitalize(), [one for one in found if one.effect is effect])
                for effect in _EFFECTS
                if any(one.effect is effect for one in found)
            ],
            "choices": [one.algorithm.version for one in known.versions if one.algorithm is not now],
            "clinic": asked.query.get("clinic", ""),
            "path": path_of(asked, id_, version),
            "library": _library(asked),
        },
        patient=False,
    )


def _told(asked: Asked, id_: str, version: str) -> tuple[Volume, made.Told]:
    known = volume(asked, id_)
    before = known.before(version)
    return known, made.Told(known.find(version).algorithm, before.algorithm if before else None)


def _library(asked: Asked) -> str:
    from urllib.parse import urlencode

    clinic = asked.query.get("clinic", "")
    return f"/algorithms?{urlencode({'clinic': clinic})}" if clinic else "/algorithms"
