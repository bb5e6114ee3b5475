"""An algorithm as a document: chapters in the order in which they are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.definition.diff import Change, Effect
from engine.document.records import (
    claim_section,
    evidence_section,
    flag_section,
    parameter_section,
    trial_section,
    words_section,
)
from engine.document.safety import gate_sections, stop_section
from engine.document.saying import Sayer
from engine.document.steps import Steps
from engine.document.treatments import treatment_section
from engine.document.tree import Bullets, Document, Drawing, Notice, Paragraph, Section, Strong, Words
from engine.document.writing import clean, item, words
from engine.model.algorithm import Algorithm
from engine.model.words import day_words

DRAFT = "Draft. Nobody has approved it, and it is not for the care of patients."
STATUSES = {"draft": "Draft", "in_review": "In review", "approved": "Approved", "retired": "Retired"}
_NOTICES = {
    "draft": DRAFT,
    "in_review": "In review. It is not yet approved, and not for the care of patients.",
    "retired": "Retired. No case is opened in it any more.",
}


def document_of(
    algorithm: Algorithm, previous: Algorithm | None = None, changes: Sequence[Change] = ()
) -> Document:
    """Everything that a reader needs of an algorithm.

    Args:
        algorithm: What is told.
        previous: The version before, where there is one to tell the changes from.
        changes: What `compare` found between the two.
    """
    say = Sayer(algorithm)
    sections = tuple(_sections(say, previous, changes))
    notice = _NOTICES.get(algorithm.status)
    return Document(
        algorithm.id,
        algorithm.version,
        clean(algorithm.title),
        algorithm.digest,
        STATUSES.get(algorithm.status, algorithm.status),
        algorithm.language,
        algorithm.review_by,
        words(algorithm.summary or ""),
        tuple(_facts(algorithm)),
        (Notice(words(notice)),) if notice else (),
        sections,
        say.sources.rows(),
    )


def _facts(algorithm: Algorithm) -> Iterator[tuple[str, Words]]:
    if algorithm.population:
        yield "For", words(algorithm.population)
    if algorithm.country:
        yield "Country", words(algorithm.country)
    yield "Version", words(algorithm.version)
    yield "Status", words(STATUSES.get(algorithm.status, algorithm.status))
    approved = [f"{one.name}, {day_words(one.on)}" for one in algorithm.approvals]
    yield "Approved by", words("; ".join(approved) or "nobody yet")
    yield "Next review", words(day_words(algorithm.review_by) if algorithm.review_by else "not recorded")


def _sections(say: Sayer, previous: Algorithm | None, changes: Sequence[Change]) -> Iterator[Section]:
    yield Section("picture", "The pathway at a glance", (Drawing(),))
    yield from Steps(say).sections()
    yield from gate_sections(say)
    yield from stop_section(say)
    yield from treatment_section(say)
    yield from trial_section(say)
    yield from words_section(say)
    yield from evidence_section(say)
    yield from parameter_section(say)
    yield from flag_section(say)
    yield from claim_section(say)
    if previous is not None:
        yield _changed(previous, changes)
    yield _reading(say.algorithm)


def _changed(previous: Algorithm, changes: Sequence[Change]) -> Section:
    since = f"Since version {previous.version}"
    blocks: list[Paragraph | Bullets] = []
    for effect in (Effect.MORE, Effect.EITHER, Effect.LESS, Effect.NONE):
        told = [one for one in changes if one.effect is effect]
        if told:
            blocks.append(Paragraph(words(Strong(str(effect).capitalize()))))
            blocks.append(Bullets(tuple(item(f"{one.sign} {one.sentence}") for one in told)))
    if not blocks:
        blocks.append(Paragraph(words("Nothing changed in meaning.")))
    return Section("changes", "What changed", (Paragraph(words(f"{since}:")), *blocks))


def _reading(algorithm: Algorithm) -> Section:
    """How the document is to be read, and which definition it was made from."""
    libraries = ", ".join(f"{id_} {version}" for id_, version in algorithm.libraries.items())
    lines = [
        item(
            "What is not recorded, or is out of date, never counts as “no”: a move that rests on it stays "
            "undecided until it is recorded."
        ),
        item(
            "The algorithm permits, refuses or says what is missing. The clinician decides, and may deviate "
            "with a reason on the record, but not from a hard rule or a safety stop."
        ),
        item("“Unverified” marks a number that has still to be checked at its source before approval."),
        item(f"Made from the definition {algorithm.id} {algorithm.version}, digest {algorithm.digest}."),
    ]
    if libraries:
        lines.append(item(f"Libraries: {libraries}."))
    return Section("about", "How to read this document", (Bullets(tuple(lines)),))
