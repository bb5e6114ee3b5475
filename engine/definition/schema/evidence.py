"""Evidence types in the format."""

from __future__ import annotations

from typing import Annotated

from pydantic import Discriminator, Tag

from engine.definition.schema.base import OneOrMany, Part, Sourced, shape_of
from engine.definition.schema.conditions import ConditionPart, CriterionPart
from engine.definition.schema.scalars import (
    Cql,
    Number,
    Since,
    Snake,
    Span,
    Whole,
    Word,
    Words,
    YesNo,
    one_of,
)
from engine.model.evidence import FieldType

FieldTypeWord = Annotated[FieldType, *one_of(FieldType, "a type of field")]


class FieldPart(Sourced):
    """One field of an evidence type."""

    title: Words | None = None
    type: FieldTypeWord
    unit: Words | None = None
    range: list[Number] | None = None
    usual: list[Number] | None = None
    values: (
        Annotated[
            Annotated[list[Word], Tag("<list>")] | Annotated[dict[Word, Words], Tag("<map>")],
            Discriminator(shape_of),
        ]
        | None
    ) = None
    labels: dict[Words, Words] = {}
    code: Words | None = None
    required: YesNo = False
    said: Words | None = None
    said_not: Words | None = None


class EvidencePart(Sourced):
    """A kind of record."""

    title: Words | None = None
    code: Words | None = None
    summary: Words | None = None
    valid_for: Since | None = None
    main: Annotated[list[Snake], OneOrMany] | None = None
    fields: dict[Snake, FieldPart]
    derive: dict[
        Snake,
        Annotated[
            Annotated[Cql, Tag("<text>")] | Annotated[CriterionPart, Tag("<map>")], Discriminator(shape_of)
        ],
    ] = {}


class MeasurePart(Sourced):
    """A score that may lead a trial."""

    read: Words
    remission_below: Whole


Take = Annotated[
    str,
    *one_of(
        ("latest", "earliest", "count", "lowest", "highest"), "a way to take one value from several records"
    ),
]


class SeriesPart(Sourced):
    """A fact that looks back over records."""

    title: Words | None = None
    read: Words
    take: Take
    where: ConditionPart | None = None
    within: Span | None = None


class OnsetPart(Part):
    """When an episode of illness began."""

    onset: Words
