"""The formulary: what classes share is merged into each option, and names of others become option ids."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from engine.definition.build.conditions import condition
from engine.definition.build.desk import Desk, map_of, place_of, plain, plains, title_of
from engine.definition.build.dosing import dose, level, titration
from engine.definition.build.requirements import Evidence, checkpoints, requirements
from engine.definition.build.selectors import known_options, members
from engine.definition.draft import Kind
from engine.definition.limits import MAX_LINKS, MAX_OPTIONS
from engine.definition.schema.formulary import ClassPart, FormularyPart, OptionPart
from engine.definition.troubles import Trouble
from engine.model.formulary import (
    DrugClass,
    Formulary,
    IfUnknown,
    Interaction,
    Option,
    OptionKind,
    Rule,
    Washout,
)
from engine.model.place import Place

Rules = ClassPart | OptionPart


def formulary(desk: Desk, parts: Sequence[FormularyPart], evidence: Evidence) -> Formulary:
    """Build the formulary of all files, in the order of use."""
    builder = _Builder(desk, evidence)
    for part in parts:
        builder.declare(part)
    for part in parts:
        builder.classes_of(part)
    for part in parts:
        builder.options_of(part)
    return builder.finish()


class _Builder:
    """Options first without what names other options; that is filled in once all are known."""

    def __init__(self, desk: Desk, evidence: Evidence) -> None:
        self.desk = desk
        self.evidence = evidence
        self.classes: dict[str, DrugClass] = {}
        self.shared: dict[str, Option] = {}
        self.options: dict[str, Option] = {}
        self.parts: dict[str, OptionPart] = {}
        self.class_parts: dict[str, ClassPart] = {}

    def declare(self, part: FormularyPart) -> None:
        for key, kind in (("groups", Kind.CLASS), ("classes", Kind.CLASS), ("options", Kind.OPTION)):
            places = map_of(part, key)
            for name in places:
                place = places.key_place(name)
                first = self.desk.draft.declared(Kind.TREATMENT).get(name)
                if first is not None:
                    what = "name of the formulary"
                    self.desk.draft.troubles.add(Trouble("duplicate-id", place, name, what, related=first))
                self.desk.draft.declare(kind, name, place)
                self.desk.draft.declare(Kind.TREATMENT, name, place)
            self.desk.draft.broken |= places.lost
        for name, group in part.groups.items():
            self.classes.setdefault(str(name), DrugClass(str(name), title_of(group.title, name), group=True))

    def classes_of(self, part: FormularyPart) -> None:
        for name, one in part.classes.items():
            owner = f"class `{name}`"
            self.classes.setdefault(str(name), DrugClass(str(name), title_of(one.title, name)))
            self.class_parts.setdefault(str(name), one)
            self.shared.setdefault(
                str(name),
                Option(
                    id=str(name),
                    title=title_of(one.title, name),
                    kind=one.kind or OptionKind.DRUG,
                    groups=self._groups(one, owner),
                    dose=dose(self.desk, one.dose, owner),
                    contraindicated=self._contraindicated(one, owner),
                    monitoring=checkpoints(self.desk, one.monitoring, owner, "start"),
                    requires=requirements(self.desk, one, self.evidence, owner),
                    counts_as=self._counts_as(one, owner),
                    source=plain(one.source),
                ),
            )

    def options_of(self, part: FormularyPart) -> None:
        places = map_of(part, "options")
        for name, one in part.options.items():
            if len(self.options) >= MAX_OPTIONS:
                self.desk.trouble("too-large", places.key_place(name), detail=f"{MAX_OPTIONS} options")
                return
            if str(name) not in self.options:
                self.options[str(name)] = self._option(str(name), one, places.key_place(name))
                self.parts[str(name)] = one

    def _option(self, name: str, part: OptionPart, place: Place) -> Option:
        owner = f"option `{name}`"
        desk = self.desk
        named = desk.use_text(Kind.CLASS, part.class_, owner)
        shared = self.shared.get(named or "")
        if named and shared is None and self.classes[named].group:
            desk.trouble("wrong-value", place_of(part.class_ or ""), named, owner, "a class (it is a group)|")
        base = dose(desk, part.dose, owner) or (shared.dose if shared else None)
        if part.kind is None and part.class_ is None and not part.node.lost:
            desk.trouble("missing-key", place, "kind", owner)
        return Option(
            id=name,
            title=title_of(part.title, name),
            kind=part.kind or (shared.kind if shared else OptionKind.DRUG),
            drug_class=named if shared else None,
            groups=self._groups(part, owner) | (shared.groups if shared else frozenset[str]()),
            contains=tuple(known_options(desk, part.contains, owner)),
            codes={str(system): str(code).strip() for system, code in part.codes.items()},
            dose=base,
            by_role={
                role: made for role, one in part.by_role.items() if (made := dose(desk, one, owner, base))
            },
            level=level(desk, part.level, owner),
            titration=titration(desk, part.titration, owner),
            contraindicated=(
                *(shared.contraindicated if shared else ()),
                *self._contraindicated(part, owner),
            ),
            monitoring=(
                *(shared.monitoring if shared else ()),
                *checkpoints(desk, part.monitoring, owner, "start"),
            ),
            requires=(
                *(shared.requires if shared else ()),
                *requirements(desk, part, self.evidence, owner),
            ),
            adequate_sessions=part.adequate.sessions if part.adequate else None,
            adequate_weeks=part.adequate.weeks if part.adequate else None,
            counts_as=self._counts_as(part, owner) or (shared.counts_as if shared else None),
            standing=plain(part.standing),
            forms=plains(part.forms),
            source=plain(part.source) or (shared.source if shared else None),
            unverified=part.unverified,
            place=place,
        )

    def _groups(self, part: Rules, owner: str) -> frozenset[str]:
        return frozenset(
            str(name) for name in part.groups if self.desk.use(Kind.CLASS, name, place_of(name), owner)
        )

    def _counts_as(self, part: Rules, owner: str) -> str | None:
        return self.desk.use_text(Kind.CLASS, part.counts_as, owner)

    def _contraindicated(self, part: Rules, owner: str) -> tuple[Rule, ...]:
        return tuple(
            Rule(
                id=str(one.rule).strip(),
                when=condition(self.desk, one.when, owner),
                why=str(one.why).strip(),
                hard=one.hard,
                if_unknown=one.if_unknown or (IfUnknown.ASK if one.hard else IfUnknown.CAUTION),
                source=plain(one.source),
                unverified=one.unverified,
                place=one.place,
            )
            for one in part.contraindicated
        )

    def finish(self) -> Formulary:
        """Fill in washouts and interactions, now that every option is known."""
        bare = Formulary(self.options, self.classes)
        links = _Links(self.desk, bare)
        by_class = {
            name: (links.interactions(part, f"class `{name}`"), links.washouts(part, f"class `{name}`"))
            for name, part in self.class_parts.items()
        }
        done: dict[str, Option] = {}
        for name, option in self.options.items():
            part = self.parts[name]
            shared = by_class.get(option.drug_class or "", ((), ()))
            done[name] = replace(
                option,
                interactions=(*shared[0], *links.interactions(part, f"option `{name}`")),
                washout=(*shared[1], *links.washouts(part, f"option `{name}`")),
            )
        return Formulary(done, self.classes)


class _Links:
    """Interactions and washouts, with classes and groups written out to option ids."""

    def __init__(self, desk: Desk, bare: Formulary) -> None:
        self.desk = desk
        self.bare = bare
        self.left = MAX_LINKS
        self.cache: dict[str, frozenset[str]] = {}

    def interactions(self, part: Rules, owner: str) -> tuple[Interaction, ...]:
        return tuple(
            Interaction(
                rule=str(one.rule).strip(),
                with_=self._members(one.with_, owner),
                severity=str(one.severity),
                effect=str(one.effect).strip(),
                why=str(one.why).strip(),
                source=plain(one.source),
            )
            for one in part.interactions
        )

    def washouts(self, part: Rules, owner: str) -> tuple[Washout, ...]:
        return tuple(
            Washout(
                rule=str(one.rule).strip(),
                after=self._members(one.after, owner),
                days=one.days,
                why=str(one.why).strip(),
                source=plain(one.source),
            )
            for one in part.washout
        )

    def _members(self, names: Iterable[str], owner: str) -> frozenset[str]:
        found: set[str] = set()
        for name in names:
            if str(name) not in self.cache:
                self.cache[str(name)] = members(self.desk, [name], self.bare, Kind.TREATMENT, owner)
            else:
                self.desk.use(Kind.TREATMENT, name, place_of(name), owner)
            found |= self.cache[str(name)]
        self.left -= len(found)
        if self.left < 0:
            if self.left + len(found) >= 0:
                self.desk.trouble(
                    "too-large", place_of(next(iter(names))), detail=f"{MAX_LINKS} pairs of treatments"
                )
            return frozenset()
        return frozenset(found)
