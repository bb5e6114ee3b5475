"""A tree to a model: every problem becomes a trouble, and what is left without it is read all the same.

A key or item with a problem is left out of the tree and the rest is read again, so that one run tells of
everything: a misspelt step is found even where another line has a wrong type. What was left out is
remembered in the tree, and nothing more is said of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from engine.definition.schema.base import Part, Reading
from engine.definition.spelling import near_names
from engine.definition.tree import Items, Map, Node, Text, kind_of
from engine.definition.troubles import Trouble, Troubles
from engine.model.place import Edit, Mend, Place

Model = TypeVar("Model", bound=Part)
_ROUNDS = 8
_TOLD = 2_000
"""Problems of one round that are told; of tens of thousands nobody reads more."""
_MANY = 40
"""Unknown keys beyond these get no suggestion; comparing names is the slow part."""


def read_model(root: Map, model: type[Model], troubles: Troubles) -> Model | None:
    """Read the root of a file; None where even what is left cannot be read."""
    reader = _Reader(root, troubles)
    for _ in range(_ROUNDS):
        context = Reading()
        try:
            made = model.model_validate(root, context=context)
        except ValidationError as error:
            reader.leave_out(error, context)
        else:
            for key in model.needed:
                if key not in root and key not in root.lost:
                    troubles.add(Trouble("missing-key", root.place, key, "the file"))
            return made
    return None


class _Reader:
    """Turns one round of problems into troubles, and takes their nodes out of the tree."""

    def __init__(self, root: Map, troubles: Troubles) -> None:
        self.root = root
        self.troubles = troubles
        self.suggestions = _MANY

    def leave_out(self, error: ValidationError, context: Reading) -> None:
        problems = error.errors(include_url=False, include_input=False)
        told = problems[:_TOLD]
        self.troubles.left_out += len(problems) - len(told)
        # Unknown keys first: one that looks like a missing key is all there is to say about both.
        for problem in sorted(told, key=lambda one: one["type"] != "extra_forbidden"):
            _Problem(self, problem["type"], problem["loc"], problem.get("ctx", {}), context).tell()
        # Last first, so that the places of items before them stay right.
        for problem in reversed(problems):
            if not self._stand_in(problem["loc"], problem["type"], problem.get("ctx", {})):
                self._drop(problem["loc"], problem["type"])

    def _stand_in(self, loc: tuple[int | str, ...], kind: str, detail: Mapping[str, Any]) -> bool:
        """Put what was probably meant in place of a word, so that the rest of its part is still looked at."""
        near = tuple(detail.get("near", ()))
        if kind == "bad-duration":
            near = ("1 day",)
        elif kind != "wrong-value" or not near:
            return False
        path = [step for step in loc if not _is_branch(step)]
        owner: Node | None = self.root
        for step in path[:-1]:
            owner = _child(owner, step)
        last = path[-1]
        if isinstance(owner, Map) and isinstance(last, str) and isinstance(old := owner.get(last), Text):
            owner[last] = old.saying(near[0])
            return True
        return False

    def _drop(self, loc: tuple[int | str, ...], kind: str) -> None:
        path = [step for step in loc if not _is_branch(step)]
        if kind == "missing" or (path and path[-1] == "[key]"):
            path = path[:-1]
        node: Node | None = self.root
        for step in path[:-1]:
            node = _child(node, step)
        if not path or node is None:
            return
        last = path[-1]
        if isinstance(node, Map) and isinstance(last, str):
            node.drop(last)
        elif isinstance(node, Items) and isinstance(last, int) and last < len(node):
            del node[last]
            node.lost = True
        else:
            # A single value that stands for a list of one.
            self._drop(tuple(path[:-1]), "")

    def near(self, word: str, names: tuple[str, ...]) -> tuple[str, ...]:
        self.suggestions -= 1
        return near_names(word, names) if self.suggestions >= 0 else ()


def _is_branch(step: int | str) -> bool:
    return isinstance(step, str) and step.startswith("<") and step.endswith(">")


def _child(node: Node | None, step: int | str) -> Node | None:
    if isinstance(node, Map):
        # A single mapping may stand for a list of one.
        return node.get(str(step)) if isinstance(step, str) else node
    if isinstance(node, Items):
        return node[step] if isinstance(step, int) and step < len(node) else None
    return node


class _Problem:
    """One problem of one round."""

    def __init__(
        self,
        reader: _Reader,
        kind: str,
        loc: tuple[int | str, ...],
        detail: Mapping[str, Any],
        context: Reading,
    ) -> None:
        self.reader = reader
        self.kind = kind
        self.detail = detail
        self.context = context
        self.path = [step for step in loc if not _is_branch(step)]
        self.of_key = bool(self.path) and self.path[-1] == "[key]"
        if self.of_key:
            self.path.pop()
        self.owner: Node | None = None
        self.owner_name = "the file"
        self.key = ""
        self.place = reader.root.place
        self._walk()

    def _walk(self) -> None:
        node: Node | None = self.reader.root
        names: list[str] = []
        for step in self.path:
            self.owner = node
            if isinstance(node, Map) and isinstance(step, str):
                self.place = node.key_place(step)
                names.append(step)
            child = _child(node, step)
            if (isinstance(child, Text) and child) or (
                isinstance(child, Map | Items) and isinstance(node, Items)
            ):
                self.place = child.place
            node = child
        self.value = node
        named = [name for name in names if name]
        self.key = named[-1] if named else ""
        if isinstance(self.owner, Map) and self.path and isinstance(self.path[-1], str):
            self.owner_name = f"`{named[-2]}`" if len(named) > 1 else "the file"
            if self.of_key or self.kind == "extra_forbidden":
                self.place = self.owner.key_place(str(self.path[-1]))
        else:
            self.owner_name = f"`{self.key}`" if self.key else "the file"

    def tell(self) -> None:
        """Put it among the troubles."""
        if self.kind == "missing":
            self._missing()
        elif self.kind == "extra_forbidden":
            self._unknown_key()
        elif self.kind == "wrong-value":
            self._add(
                "wrong-value",
                str(self.detail["shown"]),
                f"{self.detail['what']}|{self._allowed()}",
                self._near(),
            )
        elif self.kind == "bad-duration":
            meant = tuple(self.detail.get("meant", ()))
            self._add("bad-duration", str(self.detail["shown"]), str(self.detail["fix"]), meant)
        elif self.kind == "bad-id":
            self._add("bad-id", str(self.detail["shown"]), str(self.detail["wanted"]))
        else:
            self._add("wrong-type", self.key, self._wanted(), self._near(), str(self.detail.get("fix", "")))

    def _near(self) -> tuple[str, ...]:
        return tuple(self.detail.get("near", ()))

    def _allowed(self) -> str:
        return ", ".join(f"`{word}`" for word in self.detail["allowed"])

    def _wanted(self) -> str:
        """The sentence after the name of the key."""
        found = kind_of(self.value)
        match self.kind:
            case "wrong-type":
                text = "must be {wanted}, not `{shown}`" if "shown" in self.detail else ""
                if text:
                    return text.format(**self.detail)
                if "found" in self.detail:
                    return f"must be {self.detail['wanted']}, not {self.detail['found']}"
                if "wanted" in self.detail:
                    return f"has no value; it must be {self.detail['wanted']}"
                return f"must be a mapping (`key: value` lines), not {found}"
            case "list_type":
                wanted = "a list"
            case "dict_type" | "model_type" | "model_attributes_type":
                wanted = "a mapping (`key: value` lines)"
            case "union_tag_invalid":
                shapes = {
                    "'<text>'": "a text",
                    "'<list>'": "a list",
                    "'<map>'": "a mapping (`key: value` lines)",
                }
                tags = str(self.detail.get("expected_tags", "")).split(", ")
                wanted = " or ".join(
                    dict.fromkeys(shapes.get(tag, "a mapping (`key: value` lines)") for tag in tags)
                )
            case _:
                return "cannot be read"
        if isinstance(self.value, Text) and not self.value:
            return f"has no value; it must be {wanted}"
        return f"must be {wanted}, not {found}"

    def _add(self, code: str, name: str, detail: str, near: tuple[str, ...] = (), owner: str = "") -> None:
        trouble = Trouble(code, self.place, name, owner or self.owner_name, detail, near)
        if code == "wrong-type" and not owner:
            trouble = Trouble(code, self.place, name, "", detail, near)
        self.reader.troubles.add(trouble)

    def _missing(self) -> None:
        owner = self.owner
        missing = str(self.path[-1])
        if isinstance(owner, Map) and missing in owner.lost:
            return
        names = [str(step) for step in self.path[:-1] if isinstance(step, str)]
        place = owner.place if isinstance(owner, Map) else self.place
        parent: Node | None = self.reader.root
        for step in self.path[:-1]:
            if isinstance(parent, Map) and isinstance(step, str) and step in parent.keys_at:
                place = parent.key_place(step)
            elif isinstance(parent, Items) and isinstance(owner, Map):
                place = _first_key(owner)
            parent = _child(parent, step)
        said = f"`{names[-1]}`" if names else "the file"
        self.reader.troubles.add(Trouble("missing-key", place, missing, said))

    def _unknown_key(self) -> None:
        key = str(self.path[-1])
        owner = self.owner
        model = self.context.models.get(id(owner))
        known = model.known_keys() if model is not None else ()
        free = tuple(name for name in known if not isinstance(owner, Map) or name not in owner)
        value = owner.get(key) if isinstance(owner, Map) else None
        if " " in key and isinstance(value, Text) and not value and value.plain:
            owner_name = self.owner_name
            mends = _quoted(owner, key) if isinstance(owner, Map) else ()
            self.reader.troubles.add(Trouble("comma-in-text", self.place, key, owner_name, mends=mends))
            return
        near = self.reader.near(key, free)
        if near and isinstance(owner, Map):
            owner.lost.add(near[0])
        self._add("unknown-key", key, ", ".join(f"`{name}`" for name in known), near)


def _quoted(owner: Map, key: str) -> tuple[Mend, ...]:
    """The text that a comma ended, with all that was read as keys after it, in quotes; told at the first."""
    keys = list(owner.keys_at)
    at = keys.index(key)
    value = owner.get(keys[at - 1]) if at else None
    if not isinstance(value, Text) or not value or not value.plain:
        return ()
    last = at
    while last + 1 < len(keys) and " " in keys[last + 1] and owner.get(keys[last + 1]) == "":
        last += 1
    end = owner.keys_at[keys[last]].end
    raw = value.source.text[value.start : end]
    if "\n" in raw or "\r" in raw:
        return ()
    said = raw.replace("\\", "\\\\").replace('"', '\\"')
    edit = Edit(value.source.place(value.place.line, value.place.column, len(raw)), f'"{said}"')
    return (Mend("Put the whole text in quotes", (edit,), sure=True),)


def _first_key(owner: Map) -> Place:
    return next((key.place for key in owner.keys_at.values()), owner.place)
