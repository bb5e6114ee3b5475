"""Going over to another version of an algorithm: what it would mean, and doing it on the record.

Nothing goes over by itself: a case stays with the version it was opened in until somebody decides otherwise
and says why. The event keeps what each stay's step is called in the new version, for the way back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import cast

from engine.access.rights import Right
from engine.model.algorithm import Algorithm
from engine.model.case import Case
from engine.model.decision import Decisions
from engine.model.errors import CaseConflict, EngineError, EvidenceError
from engine.model.event import Draft, Event, EventType, Json
from engine.runtime import decide, plan_of, replay_on
from engine.runtime.interrupts import consequences
from engine.service.desk import Desk, add_audit, not_after_today, stamp_of
from engine.service.kept import find_algorithm, kept_of
from engine.service.reading import CaseView, replayed, view_of
from engine.service.writing import Written, again, idempotency_of, provisional
from engine.store.projection import project


class CannotGoOverError(EngineError):
    """The history of the case names what the other version does not have."""


@dataclass(frozen=True, slots=True)
class Migration:
    """What going over to another version would mean.

    Attributes:
        problems: What of the history the new version does not know; it can go over only when there is none.
        step: Where the case would be; None where the new version has no such step.
        before: Everything the version in force says on that day; `after` what the new one would say.
        raised: Interrupts that would be raised at once.
    """

    view: CaseView
    algorithm: Algorithm
    problems: tuple[str, ...]
    step: str | None
    before: Decisions
    after: Decisions | None
    raised: tuple[str, ...]


def try_migration(desk: Desk, case_id: str, version: str, on: date) -> Migration:
    """Work out what going over would mean; nothing is written.

    Raises:
        UnknownNameError: No such case, or no such version of its algorithm.
        EvidenceError: A date after today, or before the case's last event.
    """
    desk.actor.needs_right(Right.READ_CASE)
    view = view_of(desk, case_id)
    algorithm = find_algorithm(desk, view.case.algorithm, version).usable()
    _check_day(desk, view, on)
    add_audit(desk, "try another version", (case_id,), version)
    tried, _, _ = _tried(desk, view, algorithm, on, "tried")
    return tried


def migrate(
    desk: Desk,
    case_id: str,
    version: str,
    on: date,
    reason: str,
    expected_seq: int | None = None,
    key: str | None = None,
) -> Written:
    """Go over to another version of the algorithm. The way back is the same call with the earlier version.

    Raises:
        CannotGoOverError: The history does not fit the new version; nothing is stored.
        CaseConflict, KeyReusedError, StoreUnavailableError: As `write`.
        UnknownNameError, EvidenceError: As `try_migration`.
    """
    desk.actor.needs_right(Right.MIGRATE_CASE)
    idempotency = idempotency_of(key, "migrate", case_id, version, on, reason)
    # The case first: a key that was used before it was read is then known.
    view = view_of(desk, case_id)
    known = desk.store.replayed(desk.clinic_id, idempotency, desk.clock())
    if known is not None:
        return again(desk, (), known.events)
    if expected_seq is not None and expected_seq != view.case.seq:
        since = tuple(event for event in view.events if event.seq > expected_seq)
        add_audit(desk, "read newer events", (case_id,), f"after {expected_seq}")
        raise CaseConflict(case_id, expected_seq, since)
    loaded = find_algorithm(desk, view.case.algorithm, version)
    algorithm = loaded.usable()
    _check_day(desk, view, on)
    if algorithm.digest == view.case.digest:
        raise CannotGoOverError(f"the case is in version {version} already", "name another version")
    tried, drafts, case = _tried(desk, view, algorithm, on, reason)
    if tried.problems:
        raise CannotGoOverError("; ".join(tried.problems), "stay with the version in force")
    stamp = stamp_of(desk, algorithm)
    desk.store.keep_algorithm(desk.clinic_id, kept_of(loaded, algorithm), stamp)
    appended = desk.store.append(
        desk.clinic_id,
        case_id,
        view.case.seq,
        drafts,
        project(algorithm, case, desk.today()),
        stamp,
        idempotency,
    )
    if appended.replayed:
        return again(desk, (), appended.events)
    after = CaseView(case, algorithm, view.patient, (*view.events, *appended.events))
    return Written(after, appended.events)


def _check_day(desk: Desk, view: CaseView, on: date) -> None:
    not_after_today(desk, on)
    last = view.case.visit.entered_on
    if on < last:
        raise EvidenceError(
            "on", f"{on} is before {last}, when the present step was entered", "Enter a later day"
        )


def _tried(
    desk: Desk, view: CaseView, algorithm: Algorithm, on: date, reason: str
) -> tuple[Migration, tuple[Draft, ...], Case]:
    """The migration, the events of it, and the case after them (the present one where it cannot be)."""
    steps = _steps(desk, view, algorithm)
    problems = (
        *(f"the new version has no step for `{old}`" for old, new in steps if new is None),
        *_unknown(view.case, algorithm),
    )
    before = decide(view.algorithm, view.case, on)
    if problems:
        step = steps[-1][1]
        return (
            Migration(view, algorithm, tuple(dict.fromkeys(problems)), step, before, None, ()),
            (),
            view.case,
        )
    payload: dict[str, Json] = {
        "from": _ref(view.algorithm),
        "to": _ref(algorithm),
        "reason": reason,
        "step": view.case.step,
        "visits": [new for _, new in steps],
    }
    drafts = [Draft(EventType.ALGORITHM_CHANGED, on, payload)]
    stamp = stamp_of(desk, algorithm)
    changed = provisional(drafts, view.case.id, stamp, view.case.seq)
    case = replay_on(algorithm, view.case, changed)
    raised = consequences(plan_of(algorithm), case, changed[0])
    case = replay_on(algorithm, case, provisional(raised, case.id, stamp, case.seq))
    tried = Migration(
        view,
        algorithm,
        (),
        case.step,
        before,
        decide(algorithm, case, on),
        tuple(str(draft.payload["interrupt"]) for draft in raised),
    )
    return tried, (*drafts, *raised), case


def _ref(algorithm: Algorithm) -> dict[str, Json]:
    return {"id": algorithm.id, "version": algorithm.version, "digest": algorithm.digest}


def _steps(desk: Desk, view: CaseView, algorithm: Algorithm) -> list[tuple[str, str | None]]:
    """Each stay's step now and in the other version; None where that has none for it."""
    earlier = _as_it_was(desk, view.events, algorithm.digest)
    renamed = _renamed(view.algorithm, algorithm)
    found: list[tuple[str, str | None]] = []
    for place, visit in enumerate(view.case.visits):
        name = earlier[place] if place < len(earlier) else renamed.get(visit.step, visit.step)
        found.append((visit.step, name if name in algorithm.steps else None))
    return found


def _as_it_was(desk: Desk, events: tuple[Event, ...], digest: str) -> tuple[str, ...]:
    """The steps of the stays as they were called when this very version was left; empty if it never was."""
    for place in reversed(range(len(events))):
        event = events[place]
        if event.type is EventType.ALGORITHM_CHANGED:
            left = cast(Mapping[str, Json], event.payload["from"])
            if left["digest"] == digest:
                return tuple(visit.step for visit in replayed(desk, events[:place]).visits)
    return ()


def _renamed(old: Algorithm, new: Algorithm) -> dict[str, str]:
    """Step ids of the old version to those of the new, where one of the two says it replaces the other."""
    for one, other, back in ((new, old, False), (old, new, True)):
        replaces = one.replaces or {}
        if replaces.get("version") == other.version:
            steps = cast(Mapping[str, str], replaces.get("steps") or {})
            if not back:
                return dict(steps)
            names = list(steps.values())
            return {after: before for before, after in steps.items() if names.count(after) == 1}
    return {}


def _unknown(case: Case, algorithm: Algorithm) -> list[str]:
    """What the history names and the algorithm does not know."""
    found: list[str] = []
    for record in case.records:
        kind = algorithm.evidence.get(record.type)
        missing = [name for name in record.values if kind is None or name not in kind.fields]
        if kind is None:
            found.append(f"the new version has no evidence type `{record.type}`")
        found += [
            f"the new version has no field `{record.type}.{name}`" for name in missing if kind is not None
        ]
    options = algorithm.formulary.options
    found += [
        f"the new version has no treatment `{treatment.option}`"
        for treatment in case.treatments
        if treatment.option not in options
    ]
    found += [
        f"the new version has no interrupt `{raised.id}`, which is raised"
        for raised in case.raised()
        if raised.id not in algorithm.interrupts
    ]
    return found
