"""Chapter of the treatments: doses in a table for each class, and the rules on taking them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from engine.document.saying import Sayer
from engine.document.tree import Block, Bullets, Item, Paragraph, Quiet, Row, Section, Strong, Words
from engine.document.writing import UNVERIFIED, item, joined, table, words
from engine.model.formulary import (
    Checkpoint,
    Dose,
    DoseLimit,
    IfUnknown,
    Interaction,
    Option,
    Requirement,
    Role,
    Rule,
    Titration,
    Washout,
)
from engine.model.words import dose_words, number_words
from engine.picture.plan import slug
from engine.picture.words import listed, sentence_case

_ROLES = {
    Role.PRIMARY: "as the treatment",
    Role.AUGMENTATION: "as an added medicine",
    Role.PARALLEL: "alongside",
    Role.CONCOMITANT: "besides",
}
_UNKNOWN = {
    IfUnknown.ASK: " Not recorded: asked before it starts.",
    IfUnknown.CAUTION: " Not recorded: a caution.",
    IfUnknown.IGNORE: "",
}
_CODES = {"rxnorm": "RxNorm", "atc": "ATC", "snomed": "SNOMED CT"}
_OTHERS = "Other treatments"


def treatment_section(say: Sayer) -> Iterator[Section]:
    """All treatments, by class; what a class has in common is said once."""
    options = say.algorithm.formulary.options.values()
    if not options:
        return
    with say.sources.within("treatments", "Doses and rules on treatments"):
        lead = Paragraph(
            words(
                "The least dose is the least of an adequate trial; a limit lowers the greatest dose while it "
                "holds. A hard rule closes a treatment and allows no deviation; any other rule is a caution."
            )
        )
        classes: dict[str, list[Option]] = {}
        for option in options:
            classes.setdefault(option.drug_class or "", []).append(option)
        found = tuple(_class(say, name, members) for name, members in classes.items())
        yield Section("treatments", "Doses and rules on treatments", (lead,), found)


def _class(say: Sayer, name: str, members: Sequence[Option]) -> Section:
    known = say.algorithm.formulary.classes.get(name)
    title = known.title if known else _OTHERS
    blocks: list[Block] = [
        table(
            title,
            ("Treatment", "Least in an adequate trial", "Greatest", "Lowest to start", "Notes"),
            tuple(row for option in members for row in _rows(say, option)),
        )
    ]
    common = frozenset[Ruling]()
    if len(members) > 1:
        common = frozenset(_rulings(members[0])).intersection(*(_rulings(one) for one in members[1:]))
    shared = [one for one in _rulings(members[0]) if one in common]
    if shared:
        blocks += [Paragraph(words(f"For all of them ({title}):")), Bullets(tuple(_said(say, shared)))]
    own = [
        item(Strong(option.title), items=_said(say, [one for one in _rulings(option) if one not in common]))
        for option in members
    ]
    own = [one for one in own if one.items]
    if own:
        blocks += [Paragraph(words("For each:")), Bullets(tuple(own))]
    return Section(f"class-{slug(name)}", title, tuple(blocks))


# --- doses --------------------------------------------------------------------------------------------------


def _rows(say: Sayer, option: Option) -> Iterator[Row]:
    doses = [(None, option.dose), *option.by_role.items()] if option.dose or not option.by_role else []
    doses = doses or list(option.by_role.items())
    for place, (role, dose) in enumerate(doses):
        title = words(option.title, f", {_ROLES[role]}" if role else "")
        cells = (_amounts(say, dose), tuple(_notes(say, option)) if place == 0 else ())
        yield Row(title, (*cells[0], cells[1]), f"option-{slug(option.id)}" if place == 0 else "")


def _amounts(say: Sayer, dose: Dose | None) -> tuple[tuple[Words, ...], ...]:
    if dose is None:
        return (), (), ()

    def cell(one: Decimal | None) -> tuple[Words, ...]:
        if one is None:
            return ()
        cited = say.sources.cite(dose.source, unverified=dose.unverified, needed=True)
        return (words(dose_words(one, dose.unit, dose.per), cited),)

    return cell(dose.minimum), cell(dose.maximum), cell(dose.lowest)


def _notes(say: Sayer, option: Option) -> Iterator[Words]:
    cited = say.sources.cite(option.source)
    mark = (" ", UNVERIFIED) if option.unverified else ()
    if option.standing or cited or mark:
        yield words(option.standing or "", cited, mark)
    if option.forms:
        yield words(f"Form: {', '.join(option.forms)}")
    if option.contains:
        yield words("Holds ", joined([words(say.option(one)) for one in option.contains]))
    if option.adequate_sessions is not None:
        yield words(f"Enough: {option.adequate_sessions} sessions")
    if option.adequate_weeks is not None:
        yield words(f"Enough: {option.adequate_weeks} weeks")
    if option.level is not None:
        one = option.level
        reading = say.sentence(f"{one.read} >= {one.at_least}")
        yield words(f"A dose counts only while {reading}", say.sources.cite(one.source, needed=True))
    if option.counts_as:
        yield words(f"Counts as {named(say, [option.counts_as])}")
    if option.codes:
        yield words(
            Quiet(", ".join(f"{_CODES.get(kind, kind)} {code}" for kind, code in option.codes.items()))
        )


# --- rules --------------------------------------------------------------------------------------------------

Ruling = tuple[str | None, Rule | DoseLimit | Interaction | Washout | Titration | Requirement | Checkpoint]
"""A rule, and what of the option it belongs to: the unit of a limit, or the role of its dose."""


def _rulings(option: Option) -> list[Ruling]:
    """All rules of a treatment, those that close it first."""
    rules: list[Ruling] = [
        (None, one) for one in sorted(option.contraindicated, key=lambda one: not one.hard)
    ]
    doses = [(None, option.dose), *option.by_role.items()]
    for role, dose in doses:
        if dose is None:
            continue
        where = f", {_ROLES[role]}" if role else ""
        rules += [(f"{dose.unit} a {dose.per}{where}", limit) for limit in dose.limits]
    rules += [(None, one) for one in option.interactions]
    rules += [(None, one) for one in option.washout]
    if option.titration:
        rules.append((option.dose.unit if option.dose else "mg", option.titration))
    rules += [(None, one) for one in option.requires]
    rules += [(None, one) for one in option.monitoring]
    return rules


def _said(say: Sayer, rulings: Iterable[Ruling]) -> tuple[Item, ...]:
    return tuple(line for unit, one in rulings for line in _ruling(say, unit, one))


def _ruling(say: Sayer, unit: str | None, one: object) -> Iterator[Item]:
    match one:
        case Rule():
            yield _rule(say, one)
        case DoseLimit():
            cited = say.sources.cite(one.source, unverified=one.unverified, needed=True)
            where = say.inline(one.when)
            yield item(
                f"At most {number_words(one.maximum)} {unit}",
                words(" where ", where) if where else "",
                f": {sentence_case(one.why)}." if one.why else ".",
                _UNKNOWN[one.if_unknown],
                cited,
            )
        case Interaction():
            yield _interaction(say, one)
        case Washout():
            cited = say.sources.cite(one.source, needed=True)
            why = f": {sentence_case(one.why)}" if one.why else ""
            yield item(f"{one.days} days after the last dose of {named(say, one.after)}{why}", cited)
        case Titration():
            yield from _titration(say, unit or "mg", one)
        case Requirement():
            yield item("Before the first dose: ", *(found.words for found in say.requirements([one])))
        case Checkpoint():
            yield from say.checkpoints([one])
        case _:
            pass


def _rule(say: Sayer, rule: Rule) -> Item:
    where = say.inline(rule.when)
    cited = say.sources.cite(rule.source, unverified=rule.unverified)
    start = ("Never" if rule.hard else "Care") if where else ("Never" if rule.hard else "Always with care")
    why = f": {sentence_case(rule.why)}." if rule.why else "."
    hard = " Hard rule." if rule.hard else ""
    unknown = _UNKNOWN[rule.if_unknown] if where else ""
    return item(start, words(" where ", where) if where else "", why, hard, unknown, cited)


def _interaction(say: Sayer, one: Interaction) -> Item:
    blocks = one.severity == "block"
    start = "Never together with " if blocks else "Care beside "
    why = f". {one.why}" if one.why else ""
    hard = ". Hard rule." if blocks else "."
    text = f"{start}{named(say, one.with_)}: {sentence_case(one.effect)}{why}{hard}"
    return item(text, say.sources.cite(one.source))


def _titration(say: Sayer, unit: str, one: Titration) -> Iterator[Item]:
    for column in one.columns:
        where = say.inline(column.when)
        cited = say.sources.cite(column.source or one.source, needed=True)
        weeks = [
            f"week {week}{' and later' if week == len(column.maximum) else ''} "
            f"at most {number_words(most)} {unit}"
            for week, most in enumerate(column.maximum, 1)
        ]
        start = words("Raised slowly, where ", where, ": ") if where else words("Raised slowly: ")
        yield item(start, ", ".join(weeks), cited)
        for when, most in column.maintenance:
            cited = say.sources.cite(column.source or one.source, needed=True)
            yield item(f"Afterwards at most {number_words(most)} {unit} where ", say.inline(when), cited)
    for when, gap in one.restart_after_gap:
        where = say.inline(when)
        said = words(" where ", where) if where else ""
        yield item(f"After a gap of {gap} it begins anew", said, say.sources.cite(one.source))
    if one.why:
        yield item(one.why, say.sources.cite(one.source))


# --- names of many treatments -------------------------------------------------------------------------------


def named(say: Sayer, ids: Iterable[str]) -> str:
    """Treatments in few words: classes and groups where all their members are meant, else titles."""
    formulary = say.algorithm.formulary
    left, said = set(ids), list[str]()
    groups = [(formulary.members_of(name), known.title) for name, known in formulary.classes.items()]
    for members, title in sorted(groups, key=lambda one: -len(one[0])):
        if len(members) > 1 and members <= left:
            said.append(sentence_case(title))
            left -= members
    said += [sentence_case(option.title) for option in formulary.options.values() if option.id in left]
    said += sorted(one for one in left if one not in formulary.options)
    return listed(said)
