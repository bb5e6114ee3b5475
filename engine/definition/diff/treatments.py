"""The formulary and evidence types compared."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from engine.definition.diff.change import Effect, Sign
from engine.definition.diff.needs import checkpoint_changes, requirement_changes, window
from engine.definition.diff.told import Comparing, Told, added_or_not, listed, pairs, value, words
from engine.model.evidence import EvidenceField, EvidenceType
from engine.model.formulary import Dose, Interaction, Option, Role, Rule, Washout


def option_changes(old: Option, new: Option, by: Comparing) -> Iterator[Told]:
    """Doses, and the rules on taking a treatment."""
    for role in (None, *Role):
        was = old.dose if role is None else old.by_role.get(role)
        now = new.dose if role is None else new.by_role.get(role)
        for sign, effect, text in _dose(was, now, by):
            yield sign, effect, f"as {role}: {text}" if role else text
    for was, now in pairs(old.contraindicated, new.contraindicated, lambda rule: rule.id):
        yield from _rule(was, now, by)
    yield from _interactions(old.interactions, new.interactions, by)
    yield from _washouts(old.washout, new.washout, by)
    yield from requirement_changes(old.requires, new.requires, by)
    yield from checkpoint_changes(old.monitoring, new.monitoring, by)
    yield from words(old.titration != new.titration, "is titrated in another way", Effect.EITHER)
    yield from words(old.level != new.level, "another blood level counts as its least dose", Effect.EITHER)
    for was, now, unit in (
        (old.adequate_sessions, new.adequate_sessions, "sessions"),
        (old.adequate_weeks, new.adequate_weeks, "weeks"),
    ):
        yield from words(
            was != now, f"a trial now takes {now or 'no set'} {unit}, took {was or 'no set'}", Effect.EITHER
        )
    where = (old.drug_class, old.counts_as, old.contains), (new.drug_class, new.counts_as, new.contains)
    yield from words(
        where[0] != where[1], f"now counts as {_class(new)}, counted as {_class(old)}", Effect.EITHER
    )
    yield from added_or_not(
        sorted(old.groups),
        sorted(new.groups),
        "now in the group {}",
        "no longer in the group {}",
        Effect.EITHER,
    )


def _class(option: Option) -> str:
    return listed(one for one in (option.counts_as or option.drug_class, *option.contains) if one)


def _dose(old: Dose | None, new: Dose | None, by: Comparing) -> Iterator[Told]:
    if old == new:
        return
    if old is None or new is None:
        yield (
            Sign.CHANGED,
            Effect.EITHER,
            "has now doses of its own" if old is None else "has no doses of its own now",
        )
        return
    unit = f"{new.unit} a {new.per}"
    for title, was, now in (("least", old.minimum, new.minimum), ("lowest first", old.lowest, new.lowest)):
        if was != now:
            yield (
                Sign.CHANGED,
                Effect.EITHER,
                f"{title} dose now {_amount(now, unit)}, was {_amount(was, unit)}",
            )
    if old.maximum != new.maximum:
        more = new.maximum is None or (old.maximum is not None and new.maximum > old.maximum)
        text = f"greatest dose now {_amount(new.maximum, unit)}, was {_amount(old.maximum, unit)}"
        yield Sign.CHANGED, Effect.MORE if more else Effect.LESS, text
    for was, now in pairs(old.limits, new.limits, lambda limit: limit.rule):
        if was is None and now is not None:
            yield Sign.ADDED, Effect.LESS, f"now at most {_amount(now.maximum, unit)} by the rule {now.rule}"
        elif now is None and was is not None:
            yield (
                Sign.REMOVED,
                Effect.MORE,
                f"no longer at most {_amount(was.maximum, unit)} by the rule {was.rule}",
            )
        elif was is not None and now is not None:
            if was.maximum != now.maximum:
                effect = Effect.MORE if now.maximum > was.maximum else Effect.LESS
                most = f"{_amount(now.maximum, unit)} by the rule {now.rule}"
                text = f"now at most {most}, was {value(was.maximum)}"
                yield Sign.CHANGED, effect, text
            for sign, effect, text in by.stands_against(was.when, now.when):
                yield sign, effect, f"rule {now.rule}: {text}"


def _amount(dose: Decimal | None, unit: str) -> str:
    return "not set" if dose is None else f"{value(dose)} {unit}"


def _rule(old: Rule | None, new: Rule | None, by: Comparing) -> Iterator[Told]:
    if old is None and new is not None:
        yield Sign.ADDED, Effect.LESS, f"now {_holds(new)}: {new.why}"
    elif new is None and old is not None:
        yield Sign.REMOVED, Effect.MORE, f"no longer {_holds(old)}: {old.why}"
    elif old is not None and new is not None and old != new:
        if old.hard != new.hard:
            effect = Effect.LESS if new.hard else Effect.MORE
            yield Sign.CHANGED, effect, f"now {_holds(new)}, was {_holds(old)}: {new.why}"
        for sign, effect, text in by.stands_against(old.when, new.when):
            yield sign, effect, f"rule {new.id}: {text}"
        yield from words(
            old.if_unknown != new.if_unknown,
            f"rule {new.id}: when not recorded now {new.if_unknown}, was {old.if_unknown}",
            Effect.EITHER,
        )


def _holds(rule: Rule) -> str:
    return "blocked" if rule.hard else "cautioned"


def _interactions(
    old: tuple[Interaction, ...], new: tuple[Interaction, ...], by: Comparing
) -> Iterator[Told]:
    for was, now in pairs(old, new, lambda one: one.rule):
        if was is None and now is not None:
            yield Sign.ADDED, Effect.LESS, f"now {_severity(now)} beside {_others(now.with_, by)}: {now.why}"
        elif now is None and was is not None:
            text = f"no longer {_severity(was)} beside {_others(was.with_, by)}: {was.why}"
            yield Sign.REMOVED, Effect.MORE, text
        elif was is not None and now is not None:
            if was.severity != now.severity:
                effect = Effect.LESS if now.severity == "block" else Effect.MORE
                text = f"now {_severity(now)} beside {_others(now.with_, by)}, was {_severity(was)}"
                yield Sign.CHANGED, effect, text
            yield from added_or_not(
                _named(was.with_, by),
                _named(now.with_, by),
                f"now {_severity(now)} beside {{}} too",
                f"no longer {_severity(now)} beside {{}}",
                Effect.LESS,
            )


def _severity(one: Interaction) -> str:
    return "blocked" if one.severity == "block" else "cautioned"


def _washouts(old: tuple[Washout, ...], new: tuple[Washout, ...], by: Comparing) -> Iterator[Told]:
    def days(rules: tuple[Washout, ...]) -> dict[str, int]:
        found: dict[str, int] = {}
        for rule in rules:
            for option in rule.after:
                found[option] = max(rule.days, found.get(option, 0))
        return found

    was, now = days(old), days(new)
    changed: dict[tuple[int, int], list[str]] = {}
    for option in sorted({*was, *now}):
        pair = (was.get(option, 0), now.get(option, 0))
        if pair[0] != pair[1]:
            changed.setdefault(pair, []).append(option)
    for (before, after), options in changed.items():
        effect = Effect.LESS if after > before else Effect.MORE
        text = f"starts now {after} days after {_others(options, by)}, was {before}"
        yield Sign.CHANGED, effect, text


def _named(options: frozenset[str], by: Comparing) -> list[str]:
    return sorted(by.title_of_option(one) for one in options)


def _others(options: frozenset[str] | list[str], by: Comparing) -> str:
    names = _named(frozenset(options), by)
    return listed(names) if len(names) <= 4 else f"{', '.join(names[:3])} and {len(names) - 3} more"


def evidence_changes(old: EvidenceType, new: EvidenceType) -> Iterator[Told]:
    """What can be recorded, and how long it counts."""
    if old.valid_for != new.valid_for:
        text = f"counts {window(new.valid_for)}, was {window(old.valid_for)}"
        yield Sign.CHANGED, Effect.EITHER, text
    yield from added_or_not(old.fields, new.fields, "now records {}", "no longer records {}", Effect.NONE)
    for name, field in new.fields.items():
        was = old.fields.get(name)
        if was is not None:
            yield from _field(was, field)
    yield from words(old.derive != new.derive, "is worked out in another way", Effect.EITHER)


def _field(old: EvidenceField, new: EvidenceField) -> Iterator[Told]:
    if (old.low, old.high, old.unit) != (new.low, new.high, new.unit):
        text = f"{new.title}: now {_range(new)}, was {_range(old)}"
        yield Sign.CHANGED, Effect.EITHER, text
    yield from added_or_not(
        old.values, new.values, f"{new.title}: now also {{}}", f"{new.title}: no longer {{}}", Effect.EITHER
    )


def _range(field: EvidenceField) -> str:
    unit = f" {field.unit}" if field.unit else ""
    if field.low is None and field.high is None:
        return f"any value{unit}"
    return f"{value(field.low)} to {value(field.high)}{unit}"
