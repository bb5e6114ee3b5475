"""Reading claims: from what an author wrote to typed forms, or to findings that say what is wrong."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import cast

from engine.criteria import BOOLEAN, check
from engine.criteria.names import Name, Names
from engine.criteria.types import StringType
from engine.definition.durations import DurationError, read_duration
from engine.definition.judging import instead
from engine.definition.loader import load, load_shipped
from engine.definition.spelling import did_you_mean, near_names
from engine.model.algorithm import Algorithm, Claim, MoveKind
from engine.model.errors import EngineError
from engine.model.place import Finding, Place
from engine.model.time import Duration
from engine.proof import forms
from engine.proof.forms import KEYS, ORDER, Assuming, Form, Stated
from engine.proof.selecting import Selecting, as_items, as_texts
from engine.runtime.plan import plan_of

_COMMON = ("given", "assuming", "for")
_WHY = "a claim that says nothing sure proves nothing"
_CODES = {
    "step": "unknown-step",
    "move": "unknown-move",
    "gate": "unknown-gate",
    "option": "unknown-option",
    "evidence type": "unknown-evidence",
    "key": "unknown-key",
}
_NAME_ONE = "name a folder that holds an algorithm, or a shipped id"
_READERS = {"moves": "_passing"}
Body = Mapping[str, object]


@dataclass
class ClaimsRead:
    """The claims of an algorithm that are sound, and what is wrong with the others."""

    claims: list[Stated] = field(default_factory=list[Stated])
    findings: list[Finding] = field(default_factory=list[Finding])


def read_claims(algorithm: Algorithm, sources: Mapping[str, str] | None = None) -> ClaimsRead:
    """Read every claim of an algorithm.

    Args:
        algorithm: A built definition.
        sources: Texts of its files by name, so that a finding points at the very word; without them it points
            at the claim.
    """
    read = ClaimsRead()
    names = claim_names(plan_of(algorithm).names, algorithm)
    for claim in algorithm.claims.values():
        reader = _Reader(algorithm, claim, sources or {}, names)
        stated = reader.read()
        read.findings += reader.findings
        if stated is not None and not reader.findings:
            read.claims.append(stated)
    return read


class _Reader:
    """Reads one claim."""

    def __init__(self, algorithm: Algorithm, claim: Claim, sources: Mapping[str, str], names: Names) -> None:
        self.names = names
        self.algorithm = algorithm
        self.claim = claim
        self.sources = sources
        self.findings: list[Finding] = []
        self.select = Selecting(algorithm, self._unknown)

    def read(self) -> Stated | None:
        """The claim, None where its form is not known."""
        body = self.claim.body
        form = next((key for key in ORDER if key in body), None)
        if form is None:
            known = ", ".join(f"`{key}`" for key in KEYS)
            word = next((key for key in body if key not in _COMMON), self.claim.id)
            self._find(
                "missing-key",
                word,
                f"claim `{self.claim.id}` has no form that is known",
                did_you_mean(near_names(word, KEYS), f"claim one of {known}"),
            )
            return None
        for key in body:
            if key != form and key not in KEYS[form] and key not in _COMMON:
                self._unknown("key", key, (*KEYS[form], *_COMMON, "title"))
        read = cast("Callable[[Body], Form | None]", getattr(self, _READERS.get(form, f"_{form}")))(body)
        given = self._criterion(body, "given") if "given" in body else None
        if (
            isinstance(read, forms.Never | forms.DoseAtMost)
            and given is None
            and isinstance(body[form], Mapping)
        ):
            inner = cast("Body", body[form])
            given = self._criterion(inner, "given") if "given" in inner else None
        if isinstance(read, forms.Never) and given is None and not self.findings:
            self._missing("given", form)
        assuming = frozenset(self._assumption(text) for text in as_texts(body.get("assuming", ())))
        if "for" in body and body["for"] != "every parameter":
            self._value("for", str(body["for"]), "`every parameter`")
        if read is None:
            return None
        return Stated(
            self.claim.id,
            self.claim.title,
            read,
            given,
            frozenset(one for one in assuming if one is not None),
            "for" in body,
            place=self.claim.place,
        )

    # Graph forms

    def _reachable(self, body: Body) -> Form:
        part = body["reachable"]
        steps = tuple(self.algorithm.steps) if part == {"every": "step"} else self._steps(part, ends=True)
        return forms.Reachable(steps)

    def _final(self, body: Body) -> Form:
        return forms.Final(self._steps(body["final"], ends=True))

    def _can_reach(self, body: Body) -> Form | None:
        part = self._map(body, "can_reach", "from", "to")
        if part is None:
            return None
        return forms.CanReach(self._steps(part["from"]), self._steps(part["to"], ends=True))

    def _paths(self, body: Body) -> Form | None:
        part = self._map(body, "paths", "from", "to", "cross")
        if part is None:
            return None
        crossed = part["cross"]
        if isinstance(crossed, Mapping):
            crossed = cast("Body", crossed).get("any", cast("Body", crossed))
        moves: set[str] = set()
        steps: set[str] = set()
        for one in as_items(crossed):
            keys: Body = cast("Body", one) if isinstance(one, Mapping) else {}
            if "step" in keys:
                steps |= set(self._steps(keys["step"]))
            else:
                moves |= set(self._moves(keys if keys else cast("object", one)))
        start, goal = self._steps(part["from"]), self._steps(part["to"], ends=True)
        return forms.Paths(start, goal, frozenset(moves), frozenset(steps))

    def _before_first(self, body: Body) -> Form | None:
        if "was" not in body:
            return self._missing("was", "before_first")
        step = self._step(body["before_first"])
        if step is None:
            return None
        moves = self._entries((step,), body)
        was = body["was"]
        if isinstance(was, str) and was not in self.algorithm.steps:
            return forms.BeforeFirst(step, moves, was=self._criterion(body, "was"))
        keys: Body = cast("Body", was) if isinstance(was, Mapping) else {}
        wanted = keys.get("any", keys) if keys else cast("object", was)
        return forms.BeforeFirst(step, moves, frozenset(self._steps(wanted)))

    def _passing(self, body: Body) -> Form | None:
        chosen = self._moves(body["moves"])
        left = set(self._moves(body["except"])) if "except" in body else set[str]()
        moves = tuple(name for name in chosen if name not in left)
        if "pass_none" in body:
            return forms.Passes(moves, without=True)
        if "pass" not in body:
            return self._missing("pass", "moves")
        gate = str(body["pass"])
        if gate not in self.algorithm.gates:
            self._unknown("gate", gate, self.algorithm.gates)
        return forms.Passes(moves, gate)

    def _frozen_by(self, body: Body) -> Form | None:
        part = self._map(body, "frozen_by", "moves", "none")
        if part is None:
            return None
        if str(part["none"]) != "true":
            self._value("none", str(part["none"]), "`true`")
        return forms.NotFrozen(self._moves(part["moves"]))

    def _gap(self, body: Body) -> Form | None:
        part = self._map(body, "gap", "in", "do", "at_most")
        if part is None:
            return None
        at_most = self._duration(part["at_most"], "at_most")
        kind = self._evidence(part["do"])
        if at_most is None or kind is None:
            return None
        return forms.Gap(self._steps(part["in"]), kind, at_most)

    # Forms of one decision

    def _entering(self, body: Body) -> Form | None:
        if "implies" not in body:
            return self._missing("implies", "entering")
        steps = self._steps(body["entering"], ends=True)
        text = self._criterion(body, "implies")
        return None if text is None else forms.Entering(self._entries(steps, body), text)

    def _entries(self, steps: tuple[str, ...], body: Body) -> tuple[str, ...]:
        """Moves by which steps are entered: all of them, or those named by `by`, but not `except`."""
        chosen = self.select.moves(body.get("by", "every"))
        into = [n for n in chosen if self.algorithm.moves[n].target in steps]
        left = set(self._moves(body["except"])) if "except" in body else set[str]()
        return tuple(name for name in into if name not in left)

    def _never(self, body: Body) -> Form | None:
        part = body["never"]
        keys: Body = cast("Body", part) if isinstance(part, Mapping) else {"move": part}
        if "start" in keys:
            options = tuple(o for name in as_texts(keys["start"]) for o in self._options(name))
            return forms.Never(options=options)
        return forms.Never(self._moves(keys.get("move", keys)))

    def _dose(self, body: Body) -> Form | None:
        part = self._map(body, "dose", "option", "at_most")
        options = self._options(str(part["option"])) if part else ()
        if part is None or not options:
            return None
        try:
            return forms.DoseAtMost(options[0], Decimal(str(part["at_most"])))
        except InvalidOperation:
            return self._value("at_most", str(part["at_most"]), "a number of mg a day")

    def _unknown_keeps(self, body: Body) -> Form | None:
        part = self._map(body, "unknown_keeps", "facts", "closed")
        if part is None:
            return None
        types = tuple(t for name in as_texts(part["facts"]) if (t := self._evidence(name)) is not None)
        return forms.UnknownKeeps(types, self._moves(part["closed"]))

    def _unknown_never_refuses(self, body: Body) -> Form:
        return forms.UnknownNeverRefuses(self._moves(body["unknown_never_refuses"]))

    def _never_both(self, body: Body) -> Form | None:
        return self._together(body["never_both"], "never_both", exactly=False)

    def _exactly_one(self, body: Body) -> Form | None:
        return self._together(body["exactly_one"], "exactly_one", exactly=True)

    def _at_most_one(self, body: Body) -> Form | None:
        return self._together(body["at_most_one"], "at_most_one", exactly=False)

    def _together(self, part: object, form: str, *, exactly: bool) -> Form | None:
        names = as_texts(part)
        if isinstance(part, Mapping) or any("*" in n or n in self.algorithm.moves for n in names):
            moves = self._moves(cast("object", part))
            return forms.Together(moves=moves, exactly=exactly)
        if len(names) < 2:
            return self._value(form, str(part), "a list of two or more criteria, or moves")
        texts = tuple(t for name in names if (t := self._criterion({form: name}, form)) is not None)
        return forms.Together(texts, exactly=exactly)

    def _some_move(self, body: Body) -> Form:
        return forms.SomeMove(self._moves(body["some_move"]), self._steps(body.get("in", "every")))

    def _some_option(self, body: Body) -> Form | None:
        if body["some_option"] != "open":
            return self._value("some_option", str(body["some_option"]), "`open`")
        if "in" not in body:
            return self._missing("in", "some_option")
        steps = self._steps(body["in"])
        for step in steps:
            if self.algorithm.steps[step].leading_role is None:
                return self._value("in", step, "steps that offer treatments")
        return forms.SomeOption(steps)

    def _monotone(self, body: Body) -> Form | None:
        part = self._map(body, "monotone", "move", "in", "up")
        if part is None:
            return None
        moves = self._moves(part["move"])
        fact = str(part["in"])
        found = self.names.lookup(fact)
        if found is None or found.type is None or found.kind == "parameter":
            near = self.names.near(fact)
            self._find("unknown-name", fact, f"there is no fact `{fact}`", did_you_mean(near, "name a fact"))
            return None
        if str(part["up"]) not in ("true", "false"):
            return self._value("up", str(part["up"]), "`true` or `false`")
        return forms.Monotone(moves[0], fact, str(part["up"]) == "true") if moves else None

    # Forms about histories

    def _always(self, body: Body) -> Form | None:
        text = self._criterion(body, "always")
        return None if text is None else forms.Always(text, self._steps(body.get("in", "every")))

    def _fact(self, body: Body) -> Form | None:
        name = str(body["fact"])
        if self.names.lookup(name) is None:
            near = self.names.near(name)
            self._find("unknown-name", name, f"there is no fact `{name}`", did_you_mean(near, "name a fact"))
            return None
        if body.get("never") != "decreases":
            return self._value("never", str(body.get("never")), "`decreases`")
        if body.get("of", "settled trials") != "settled trials":
            return self._value("of", str(body["of"]), "`settled trials`")
        return forms.Keeps(name, self._scope(body), "of" in body)

    def _at_most_times(self, body: Body) -> Form | None:
        part = self._map(body, "at_most_times", "enter", "n")
        step = self._step(part["enter"]) if part else None
        if part is None or step is None:
            return None
        if not str(part["n"]).isdigit():
            return self._value("n", str(part["n"]), "a whole number")
        return forms.AtMostTimes(step, int(str(part["n"])), self._scope(part))

    def _within(self, body: Body) -> Form | None:
        part = self._map(body, "within", "from", "possible", "at_most")
        if part is None:
            return None
        step = self._step(str(part["from"]).removeprefix("entry of "))
        at_most = self._duration(part["at_most"], "at_most")
        moves = self._moves(part["possible"])
        return None if step is None or at_most is None else forms.Within(step, moves, at_most)

    # Pieces

    def _map(self, body: Body, form: str, *needed: str) -> Body | None:
        part = body[form]
        if not isinstance(part, Mapping):
            self._value(form, str(part), f"a mapping with {', '.join(f'`{key}`' for key in needed)}")
            return None
        part = cast("Body", part)
        for key in needed:
            if key not in part:
                self._missing(key, form)
                return None
        for key in part:
            if key not in needed and key not in ("given", "within"):
                self._unknown("key", key, needed)
        return part

    def _steps(self, part: object, *, ends: bool = False) -> tuple[str, ...]:
        return self._some(self.select.steps(part, ends=ends), part, "step")

    def _moves(self, part: object) -> tuple[str, ...]:
        return self._some(self.select.moves(part), part, "move")

    def _some(self, found: tuple[str, ...], part: object, what: str) -> tuple[str, ...]:
        if not found and not self.findings:
            self._find(
                "empty-selector", str(part), f"`{part}` selects no {what}", f"name {what}s the algorithm has"
            )
        return found

    def _step(self, part: object) -> str | None:
        found = self._steps(str(part))
        return found[0] if found else None

    def _options(self, name: str) -> tuple[str, ...]:
        found = tuple(
            o for o in self.algorithm.formulary.options if o in self.algorithm.formulary.members_of(name)
        )
        if name in self.algorithm.formulary.options:
            return (name,)
        if not found:
            formulary = self.algorithm.formulary
            self._unknown("option", name, (*formulary.options, *formulary.classes))
        return found

    def _evidence(self, part: object) -> str | None:
        name = str(part)
        if name in self.algorithm.evidence:
            return name
        self._unknown("evidence type", name, self.algorithm.evidence)
        return None

    def _scope(self, body: Body) -> str | None:
        scope = body.get("within")
        if scope not in (None, "episode"):
            self._value("within", str(scope), "`episode`")
        return None if scope is None else str(scope)

    def _duration(self, part: object, key: str) -> Duration | None:
        try:
            return read_duration(str(part))
        except DurationError as error:
            self._find("wrong-value", str(part), f"`{key}` is `{part}`, and must be a duration", error.fix)
            return None

    def _assumption(self, text: str) -> Assuming | None:
        if text in tuple(Assuming):
            return Assuming(text)
        self._value("assuming", text, ", ".join(f"`{one}`" for one in Assuming), near_names(text, Assuming))
        return None

    def _criterion(self, body: Body, key: str) -> str | None:
        text = str(body[key]).strip()
        found = check(text, self.names, BOOLEAN)
        if not isinstance(found, tuple):
            return text
        for problem in found:
            code = "unknown-name" if problem.code == "name-unknown" else "criterion-type"
            self._find(
                code, text[problem.start : problem.end] or text, f"`{key}`: {problem.message}", problem.fix
            )
        return None

    # Other algorithms

    def _refines(self, body: Body) -> Form | None:
        return self._other(body, "refines", exactly=False)

    def _same_as(self, body: Body) -> Form | None:
        return self._other(body, "same_as", exactly=True)

    def _other(self, body: Body, form: str, *, exactly: bool) -> Form | None:
        """Another algorithm, by its folder as seen from the definition's own, or by a shipped id."""
        name = str(body[form])
        folder = Path(self.algorithm.place.file).parent / name
        try:
            loaded = load(folder) if folder.is_dir() or name.endswith(".yaml") else load_shipped(name)
        except EngineError as error:
            self._find("wrong-value", name, f"`{form}`: {error.message}", error.fix or _NAME_ONE)
            return None
        if loaded.algorithm is None:
            self._find(
                "wrong-value", name, f"`{form}`: `{name}` cannot be used", f"run `treadway check {name}`"
            )
            return None
        return forms.PermitsNoMore(loaded.algorithm, exactly)

    # Findings

    def _unknown(self, what: str, name: str, names: Iterable[str]) -> None:
        near = near_names(name, names)
        self._find(
            _CODES.get(what, "wrong-value"),
            name,
            f"there is no {what} `{name}`",
            did_you_mean(near, f"name a {what} the algorithm has"),
            near,
            sure=what == "key",
        )

    def _missing(self, key: str, form: str) -> None:
        self._find("missing-key", form, f"`{form}` needs `{key}`", f"add `{key}:`")

    def _value(self, key: str, value: str, wanted: str, near: tuple[str, ...] = ()) -> None:
        message = f"`{key}` is `{value}`, and must be {wanted}"
        self._find("wrong-value", value, message, did_you_mean(near, f"write {wanted}"), near, sure=True)

    def _find(
        self, code: str, word: str, message: str, fix: str, near: tuple[str, ...] = (), *, sure: bool = False
    ) -> None:
        place, excerpt = self._place(word)
        text = f"claim `{self.claim.id}`: {message}"
        mends = instead(place, near, sure=sure) if place.length == len(word) else ()
        self.findings.append(Finding(code, place, text, _WHY, fix, excerpt=excerpt, mends=mends))

    def _place(self, word: str) -> tuple[Place, str]:
        """Where a word of the claim stands: it is looked for in the claim's own lines."""
        place = self.claim.place
        lines = self.sources.get(place.file, "").splitlines()
        indent = place.column - 1
        for number in range(place.line, min(place.line + 40, len(lines) + 1)):
            line = lines[number - 1]
            if number > place.line and line.strip() and len(line) - len(line.lstrip()) <= indent:
                break
            column = line.find(word)
            if word and column >= 0:
                return Place(place.file, number, column + 1, len(word)), line
        first = lines[place.line - 1] if 0 < place.line <= len(lines) else ""
        return place, first


def claim_names(names: Names, algorithm: Algorithm) -> Names:
    """The names criteria of claims may use: those of the algorithm, and the move in question."""
    return names.extended(
        (
            Name("move.kind", StringType(tuple(MoveKind)), "kind of the move"),
            Name("move.to", StringType(tuple(algorithm.steps)), "step the move leads to"),
        )
    )
