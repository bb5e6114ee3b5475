"""Sources, parameters, defines, series, measures and the rule of trials."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from engine.definition.build.conditions import condition, line, optional
from engine.definition.build.desk import Desk, place_of, plain, plains, title_of
from engine.definition.draft import Kind
from engine.definition.schema.conditions import ConditionPart
from engine.definition.schema.evidence import MeasurePart, SeriesPart
from engine.definition.schema.files import (
    DefinePart,
    ParameterPart,
    SettingPart,
    SourcePart,
    StagingPart,
    TrialsPart,
)
from engine.definition.tree import Text
from engine.model.algorithm import Define, Measure, Parameter, Series, Source, StageBand, TrialRule
from engine.model.criterion import Condition, Line
from engine.model.place import Place

_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,8})?\Z")
NOTHING_COUNTS = TrialRule(Line("false"), Line("false"), Line("false"), {})
"""For a definition that never judges a trial: none counts, so no failure is ever assumed."""


def source(name: str, part: SourcePart | str, place: Place) -> Source:
    """Build a source."""
    if isinstance(part, SourcePart):
        return Source(name, str(part.text).strip(), plain(part.url), place)
    return Source(name, str(part).strip(), None, place)


def parameter(desk: Desk, name: str, part: ParameterPart, place: Place) -> Parameter:
    """Build a parameter. A number without a point is whole; anything else is a code."""
    value = _constant(part.value)
    if isinstance(value, str) and not part.values and "values" not in part.node.lost:
        desk.trouble("parameter-without-values", part.spot("value"), value, f"`{name}`")
    return Parameter(
        name=name,
        title=title_of(part.title, name),
        value=value,
        low=part.from_,
        high=part.to,
        values=plains(part.values or ()),
        source=plain(part.source),
        unverified=part.unverified,
        place=place,
    )


def setting(desk: Desk, given: Parameter, said: SettingPart | str, place: Place) -> Parameter:
    """The parameter with another value; unchanged where a number is set to a word, or a code to a number."""
    part = said if isinstance(said, SettingPart) else None
    text = part.value if part else str(said)
    value = _constant(text)
    if isinstance(value, str) != isinstance(given.value, str):
        wanted = "a code" if isinstance(given.value, str) else "a number"
        desk.trouble("wrong-type", place, given.name, detail=f"must be {wanted}, not `{str(value)[:60]}`")
        return given
    source = plain(part.source) if part else None
    return replace(given, value=value, source=source or given.source)


def _constant(text: str) -> Decimal | int | str:
    """A number where it is written as one, whole without a point; else a code."""
    words = str(text).strip()
    if not _NUMBER.match(words):
        return words
    return Decimal(words) if "." in words else int(words)


def define(desk: Desk, name: str, part: DefinePart | Text, place: Place) -> Define | None:
    """Build a define; None where it says nothing."""
    owner = f"`{name}`"
    if not isinstance(part, DefinePart):
        return Define(name, title_of(None, name), line(desk, part, owner, is_condition=False), place=place)
    said: Condition
    if part.is_ is not None:
        said = line(desk, part.is_, owner, part, is_condition=False)
        if part.when is not None:
            desk.trouble(
                "misplaced-key", part.node.key_place("when"), "when", owner, "only a define without `is`"
            )
    elif part.when is not None:
        said = condition(desk, part.when, owner)
    else:
        if not part.node.lost:
            desk.trouble("missing-key", place, "is", owner)
        return None
    return Define(
        name,
        title_of(part.title, name),
        said,
        plain(part.source),
        part.unverified,
        plain(part.said),
        plain(part.said_not),
        place,
    )


def series(desk: Desk, name: str, part: SeriesPart, place: Place) -> Series | None:
    """Build a series."""
    owner = f"series `{name}`"
    read = desk.fact(part.read, owner, others=("score.total", "score.observed_on"))
    where = optional(desk, part.where, owner)
    if read is None:
        return None
    return Series(
        name, title_of(part.title, name), read, str(part.take), where, part.within, plain(part.source), place
    )


def measures(desk: Desk, parts: list[MeasurePart]) -> tuple[Measure, ...]:
    """Scores that may lead a trial, in order."""
    built: list[Measure] = []
    for part in parts:
        read = desk.fact(part.read, "`measures`")
        if read is not None:
            built.append(Measure(read, part.remission_below, plain(part.source), place_of(part.read)))
    return tuple(built)


def trial_rule(desk: Desk, part: TrialsPart | None) -> TrialRule:
    """How any one trial is judged."""
    if part is None:
        return NOTHING_COUNTS
    sessions = desk.use_text(Kind.EVIDENCE, part.sessions, "`trials`")
    return TrialRule(
        counts=_or_never(desk, part.counts),
        adequate=_or_never(desk, part.adequate),
        failed=_or_never(desk, part.failed),
        outcomes={
            str(name): condition(desk, one, f"outcome `{name}`") for name, one in part.outcomes.items()
        },
        baseline_within=part.baseline_within or NOTHING_COUNTS.baseline_within,
        adherence=None if part.adherence is None else desk.fact(part.adherence, "`trials`"),
        adherence_after_stop=part.adherence_after_stop or NOTHING_COUNTS.adherence_after_stop,
        sessions=sessions,
    )


def _or_never(desk: Desk, part: ConditionPart | None) -> Condition:
    return NOTHING_COUNTS.counts if part is None else condition(desk, part, "`trials`")


def severity(desk: Desk, part: StagingPart | None) -> tuple[StageBand, ...]:
    """Bands of severity for staging."""
    if part is None:
        return ()
    return tuple(
        StageBand(condition(desk, band.when, "`staging`"), band.points, plain(band.source))
        for band in part.severity
    )
