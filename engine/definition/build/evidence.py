"""Evidence types."""

from __future__ import annotations

from decimal import Decimal

from engine.definition.build.conditions import line
from engine.definition.build.desk import Desk, map_of, place_of, plain, title_of
from engine.definition.draft import Kind
from engine.definition.limits import MAX_FIELDS, MAX_VALUES
from engine.definition.schema.conditions import CriterionPart
from engine.definition.schema.evidence import EvidencePart, FieldPart
from engine.definition.tree import Text
from engine.model.criterion import Line
from engine.model.evidence import EvidenceField, EvidenceType, FieldType
from engine.model.place import Place
from engine.model.time import EVER

_ORDERED = (FieldType.INTEGER, FieldType.DECIMAL)


def evidence_type(desk: Desk, name: str, part: EvidencePart, place: Place) -> EvidenceType | None:
    """Build an evidence type; None where there would be too many fields."""
    owner = f"evidence type `{name}`"
    places = map_of(part, "fields")
    if len(desk.draft.declared(Kind.FIELD)) + len(part.fields) > MAX_FIELDS:
        desk.trouble("too-large", place, detail=f"{MAX_FIELDS} fields of evidence")
        return None
    fields = {
        str(field): _field(desk, str(field), one, places.key_place(field), f"`{name}.{field}`")
        for field, one in part.fields.items()
    }
    for field, one in fields.items():
        desk.draft.declare(Kind.FIELD, f"{name}.{field}", one.place)
    for lost in places.lost:
        desk.draft.broken.add(f"{name}.{lost}")
    required = tuple(field for field, one in fields.items() if one.required)
    main = required or tuple(fields)
    if part.main is not None:
        main = tuple(str(f) for f in part.main if desk.use(Kind.FIELD, f, place_of(f), owner, within=name))
    return EvidenceType(
        id=name,
        title=title_of(part.title, name),
        fields=fields,
        main=main,
        valid_for=part.valid_for or EVER,
        derive={str(field): _derived(desk, name, str(field), rule) for field, rule in part.derive.items()},
        coding=plain(part.code),
        source=plain(part.source),
        summary=plain(part.summary),
        place=place,
    )


def _derived(desk: Desk, evidence: str, field: str, rule: CriterionPart | Text) -> Line:
    about = rule if isinstance(rule, CriterionPart) else None
    text = rule.is_ if isinstance(rule, CriterionPart) else rule
    owner = f"`{evidence}.{field}`"
    return line(desk, text, owner, about, derives=(evidence, field), is_condition=False)


def _field(desk: Desk, name: str, part: FieldPart, place: Place, owner: str) -> EvidenceField:
    low, high = _bounds(desk, part, "range", part.range, owner)
    usual_low, usual_high = _bounds(desk, part, "usual", part.usual, owner)
    values = part.values
    labels = {str(code).strip(): str(label).strip() for code, label in part.labels.items()}
    if isinstance(values, dict):
        labels = {**{str(code): str(label).strip() for code, label in values.items()}, **labels}
    if len(values or ()) > MAX_VALUES:
        desk.trouble("too-large", place, detail=f"{MAX_VALUES} codes in one field")
        values = None
    elif part.type is FieldType.CODE and not values and "values" not in part.node.lost:
        desk.trouble("missing-key", place, "values", owner)
    if part.type is not FieldType.CODE and values:
        desk.trouble(
            "misplaced-key", part.node.key_place("values"), "values", owner, "only a field of type `code`"
        )
    if part.type is not FieldType.BOOLEAN and part.said_not is not None:
        desk.trouble(
            "misplaced-key",
            part.node.key_place("said_not"),
            "said_not",
            owner,
            "only a field of type `boolean`",
        )
    return EvidenceField(
        name=name,
        title=title_of(part.title, name),
        type=part.type,
        unit=plain(part.unit),
        low=low,
        high=high,
        usual_low=usual_low,
        usual_high=usual_high,
        values=tuple(str(value) for value in values or ()),
        labels=labels,
        coding=plain(part.code),
        required=part.required,
        said=plain(part.said),
        said_not=plain(part.said_not),
        source=plain(part.source),
        place=place,
    )


def _bounds(
    desk: Desk, part: FieldPart, key: str, bounds: list[Decimal] | None, owner: str
) -> tuple[Decimal | None, Decimal | None]:
    if bounds is None:
        return None, None
    place = part.node.key_place(key)
    if part.type not in _ORDERED:
        desk.trouble("misplaced-key", place, key, owner, "only a number")
        return None, None
    if len(bounds) != 2:
        items = part.node.get(key)
        if not getattr(items, "lost", False):
            desk.trouble("wrong-type", place, key, detail="must be a list of two numbers, the lower first")
        return None, None
    if bounds[0] > bounds[1]:
        desk.trouble("range-reversed", place, key, owner, f"{bounds[0]} to {bounds[1]}")
        return bounds[1], bounds[0]
    return bounds[0], bounds[1]
