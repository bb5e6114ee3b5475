"""Chapters of what is behind the steps: trials, words, evidence, parameters, flags and claims."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from engine.document.saying import Sayer, bounds_of, recorded
from engine.document.tree import Block, Bullets, Item, Paragraph, Quiet, Row, Section, Strong, Words
from engine.document.writing import item, table, words
from engine.model.evidence import EvidenceField, EvidenceType, FieldType
from engine.model.words import number_words
from engine.picture.plan import slug
from engine.runtime.names import spoken_unit

_TAKEN = {
    "latest": "From the latest record:",
    "earliest": "From the earliest record:",
    "count": "How many records of",
    "lowest": "The lowest of",
    "highest": "The highest of",
}
_TYPES = {
    FieldType.INTEGER: "whole number",
    FieldType.DECIMAL: "number",
    FieldType.BOOLEAN: "yes or no",
    FieldType.CODE: "one of",
    FieldType.DATE: "date",
    FieldType.TEXT: "text",
}
_OUTCOMES = {
    "remission": "Remission",
    "response": "Response (at least half better)",
    "partial": "Partly better",
    "no_response": "No response",
    "worsened": "Worse",
}


def trial_section(say: Sayer) -> Iterator[Section]:
    """How any one trial is judged."""
    title = "How a trial is judged"
    with say.sources.within("trials", title):
        yield Section("trials", title, tuple(_trials(say)))


def _trials(say: Sayer) -> Iterator[Block]:
    rule = say.algorithm.trials
    yield Paragraph(words("A trial counts where:"))
    yield Bullets(say.condition(rule.counts))
    yield Paragraph(words("It is adequate where:"))
    yield Bullets(say.condition(rule.adequate))
    yield Paragraph(words("It did not work where:"))
    yield Bullets(say.condition(rule.failed))
    yield from say.why(rule.adequate, rule.failed)
    if rule.outcomes:
        yield Paragraph(words("Its outcome, unless one was stated, is the first of these that is true:"))
        rows = [
            item(Strong(_OUTCOMES.get(name, name.replace("_", " "))), items=say.condition(when))
            for name, when in rule.outcomes.items()
        ]
        yield Bullets(tuple(rows), numbered=True)
    if say.algorithm.measures:
        yield Paragraph(words("A trial is led by the first of these scales that has a baseline:"))
        rows = [
            item(
                say.sentence(f"{one.read} < {one.remission_below}").replace(
                    " is less than ", ", remission below "
                ),
                say.sources.cite(one.source, needed=True),
            )
            for one in say.algorithm.measures
        ]
        yield Bullets(tuple(rows), numbered=True)
    yield Paragraph(
        words(
            f"A baseline is at most {rule.baseline_within} old when the trial starts. Adherence recorded up "
            f"to {rule.adherence_after_stop} after its end still counts for it. A deviation from the "
            f"algorithm serves {say.algorithm.deviation_days} days."
        )
    )
    if say.algorithm.severity:
        yield Paragraph(words("Points for severity in the Maudsley staging; the first that is true counts:"))
        rows = [
            item(f"{band.points} where ", say.inline(band.when), say.sources.cite(band.source, needed=True))
            for band in say.algorithm.severity
        ]
        yield Bullets(tuple(rows), numbered=True)


def words_section(say: Sayer) -> Iterator[Section]:
    """The pathway's own words: defines and series."""
    defines, series = say.algorithm.defines.values(), say.algorithm.series.values()
    if not (defines or series):
        return
    title = "What the words mean"
    with say.sources.within("words", title):
        rows = [
            item(
                Strong(one.title),
                say.sources.cite(one.source, unverified=one.unverified),
                items=say.condition(one.condition, beside=one.source),
                ref=f"word-{slug(one.name)}",
            )
            for one in defines
        ]
        for one in series:
            where = say.condition(one.where, beside=one.source)
            within = f", in the last {one.within}" if one.within else ""
            taken = f"{_TAKEN[one.take]} {say.fact(one.read)}{within}{', where:' if where else ''}"
            lines = (item(taken, items=where),)
            rows.append(item(Strong(one.title), say.sources.cite(one.source), items=lines))
        yield Section("words", title, (Bullets(tuple(rows)),))


# --- evidence -----------------------------------------------------------------------------------------------


def evidence_section(say: Sayer) -> Iterator[Section]:
    """Everything that can be recorded, with its limits."""
    types = say.algorithm.evidence.values()
    if types:
        title = "What can be recorded"
        with say.sources.within("evidence", title):
            yield Section("evidence", title, sections=tuple(_type(say, one) for one in types))


def _type(say: Sayer, kind: EvidenceType) -> Section:
    blocks: list[Block] = []
    window = recorded(kind.valid_for).removeprefix("recorded ")
    counts = "Counts for good" if window == "at any time" else f"Counts {window}"
    said = words(f"{kind.summary}. " if kind.summary else "", f"{counts}.", say.sources.cite(kind.source))
    code = (" ", Quiet(kind.coding)) if kind.coding else ()
    blocks.append(Paragraph(words(said, code)))
    rows = tuple(_field(say, kind, one) for one in kind.fields.values())
    if rows:
        blocks.append(table(kind.title, ("Field", "Values", "Unusual", "Code"), rows))
    derived = tuple(
        item(
            f"{kind.fields[name].title if name in kind.fields else name.replace('_', ' ')}: ",
            Quiet(" ".join(line.text.split())),
            say.sources.cite(line.source, unverified=line.unverified),
        )
        for name, line in kind.derive.items()
    )
    if derived:
        blocks += [Paragraph(words("Worked out from the other fields:")), Bullets(derived)]
    return Section(f"evidence-{slug(kind.id)}", kind.title, tuple(blocks))


def _field(say: Sayer, kind: EvidenceType, one: EvidenceField) -> Row:
    must = ", needed" if one.name in kind.main or one.required else ""
    head = words(one.title, must, say.sources.cite(one.source))
    return Row(head, (_values(one), _unusual(one), (words(Quiet(one.coding)),) if one.coding else ()))


def _values(one: EvidenceField) -> tuple[Words, ...]:
    unit = f" {spoken_unit(one.unit)}" if one.unit else ""
    lines: list[str] = []
    if one.values:
        lines += [one.labels.get(code) or code.replace("_", " ") for code in one.values]
    elif one.low is not None or one.high is not None:
        low = "" if one.low is None else f"from {number_words(one.low)} "
        high = "" if one.high is None else f"to {number_words(one.high)}"
        lines.append(f"{_TYPES[one.type]} {low}{high}{unit}")
    else:
        lines.append(f"{_TYPES[one.type]}{unit}")
    if not one.values:
        lines += [f"{code}: {label}" for code, label in one.labels.items()]
    return tuple(words(line) for line in lines)


def _unusual(one: EvidenceField) -> tuple[Words, ...]:
    low = None if one.usual_low is None else f"below {number_words(one.usual_low)}"
    high = None if one.usual_high is None else f"above {number_words(one.usual_high)}"
    said = " or ".join(part for part in (low, high) if part)
    return (words(said),) if said else ()


# --- parameters, flags, claims ------------------------------------------------------------------------------


def parameter_section(say: Sayer) -> Iterator[Section]:
    """Numbers that a clinic may set within their bounds."""
    known = say.algorithm.parameters.values()
    if not known:
        return
    title = "Numbers that a clinic may set"
    with say.sources.within("parameters", title):
        rows: list[Row] = []
        for one in known:
            value = number_words(one.value) if not isinstance(one.value, str) else one.value
            cited = say.sources.cite(one.source, unverified=one.unverified, needed=True)
            cells = ((words(value),), (words(bounds_of(one)),))
            rows.append(Row(words(one.title, cited), cells, f"parameter-{slug(one.name)}"))
        yield Section("parameters", title, (table(title, ("Number", "Here", "May be set"), rows),))


def flag_section(say: Sayer) -> Iterator[Section]:
    """What the caseload board marks."""
    known = say.algorithm.flags.values()
    if not known:
        return
    title = "What is marked on the caseload board"
    with say.sources.within("flags", title):
        rows = [
            item(
                Strong(one.title),
                " (note)" if one.level == "note" else "",
                say.sources.cite(one.source),
                items=say.condition(one.when, beside=one.source),
            )
            for one in known
        ]
        yield Section("flags", title, (Bullets(tuple(rows)),))


def claim_section(say: Sayer) -> Iterator[Section]:
    """What the author wants always true. The document carries no proofs, so each reads as not yet proved."""
    known = say.algorithm.claims.values()
    if not known:
        return
    title = "What is claimed to hold for every patient"
    with say.sources.within("claims", title):
        lead = Paragraph(
            words("Each of these can be put to the prover. No stored proof belongs to this document.")
        )
        rows = [item(one.title, ": ", Quiet("not yet proved"), items=_body(say, one.body)) for one in known]
        yield Section("claims", title, (lead, Bullets(tuple(rows))))


_CRITERIA = frozenset(("given", "implies", "always"))


def _body(say: Sayer, body: Mapping[str, object]) -> tuple[Item, ...]:
    lines: list[Item] = []
    for key, value in body.items():
        if key in _CRITERIA and isinstance(value, str):
            lines.append(item(f"{key.replace('_', ' ')}: ", say.sentence(value)))
        else:
            lines.append(item(f"{key.replace('_', ' ')}: ", Quiet(_plain(value))))
    return tuple(lines)


def _plain(value: object) -> str:
    match value:
        case Mapping():
            pairs = cast("Mapping[str, object]", value)
            return ", ".join(f"{key} {_plain(one)}" for key, one in pairs.items())
        case list() | tuple():
            return ", ".join(map(_plain, cast("Sequence[object]", value)))
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value)
