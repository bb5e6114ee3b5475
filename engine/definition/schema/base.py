"""What all models of the format share: they remember their node, and refuse keys they do not know."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ModelWrapValidatorHandler,
    PrivateAttr,
    ValidationInfo,
    model_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from engine.definition.schema.scalars import Id, YesNo
from engine.definition.tree import Items, Map, Text, kind_of
from engine.model.place import NOWHERE, Place


@dataclass
class Reading:
    """Context of a validation: which model each mapping, by identity, was read as."""

    models: dict[int, type[Part]] = field(default_factory=dict[int, "type[Part]"])


class Part(BaseModel):
    """A mapping of the format. Its values are typed; texts keep their places."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True, serialize_by_alias=True)

    needed: ClassVar[tuple[str, ...]] = ()
    """Keys a file must have; optional to pydantic, so that a file without one is still read to its end."""

    _node: Map = PrivateAttr(default_factory=lambda: Map(NOWHERE))

    @model_validator(mode="wrap")
    @classmethod
    def _from_node(cls, data: object, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        if not isinstance(data, Map):
            detail = {"wanted": "a mapping (`key: value` lines)", "found": kind_of(data)}
            raise PydanticCustomError("wrong-type", "must be {wanted}, not {found}", detail)
        if isinstance(info.context, Reading):
            info.context.models[id(data)] = cls
        made = handler(data)
        made._node = data  # noqa: SLF001 - a validator is handed its own instance
        return made

    @property
    def node(self) -> Map:
        """The mapping it was read from."""
        return self._node

    @property
    def place(self) -> Place:
        """Where the mapping stands."""
        return self._node.place

    def spot(self, key: str) -> Place:
        """Where the value of a key stands."""
        return self._node.value_place(key)

    @classmethod
    def known_keys(cls) -> tuple[str, ...]:
        """The keys an author may write."""
        return tuple(info.alias or name for name, info in cls.model_fields.items())


class Sourced(Part):
    """A mapping that states a number or rule, and may say where it comes from."""

    source: Id | None = None
    unverified: YesNo = False


def _as_list(value: object) -> object:
    """A single text or mapping stands for a list of one."""
    if isinstance(value, Text | Map):
        items = Items(value.place)
        items.append(value)
        return items
    return value


class _OneOrMany:
    """Marks a list that may be written as its only item."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(_as_list, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, object]:
        made = handler(schema)
        return {"anyOf": [made["items"], made]} if "items" in made else made


OneOrMany = _OneOrMany()


def shape_of(value: object) -> str:
    """Which way of writing a value was chosen; names a branch of a union and is skipped in places."""
    if isinstance(value, Map):
        return "<map>"
    return "<list>" if isinstance(value, Items) else "<text>"
