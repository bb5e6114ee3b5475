"""What the pages of a case are asked and what they answer, apart from any web framework."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo

from api.pages.case.banner import banner_of
from api.pages.case.reading import Reading
from api.words import day_words, step_words
from engine.access.rights import Right, roles_with
from engine.service import Desk, decisions, read_case

Typed = Mapping[str, str]
"""A form or a query, each name once."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A page to be rendered. One without a patient in it may be kept by the browser that asks."""

    template: str
    context: Mapping[str, object]
    status: int = 200
    patient: bool = True


@dataclass(frozen=True, slots=True)
class SeeOther:
    """Something was done: the browser goes on to another address, so that a reload does nothing again."""

    path: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A file without a patient in it."""

    content: bytes
    media_type: str
    name: str


Answer = Shown | SeeOther | Sent


class NoSuchPageError(Exception):
    """There is no page at this address of the case."""


@dataclass(frozen=True)
class Asked:
    """A request about a case.

    Attributes:
        query: What stands in the address.
        form: What was typed; empty where the page is only looked at.
        drafts: Whether a definition that nobody approved may be used: with invented patients only.
        public: Nobody is signed in; the clinic publishes what is asked for.
    """

    desk: Desk
    case_id: str = ""
    query: Typed = field(default_factory=dict[str, str])
    form: Typed = field(default_factory=dict[str, str])
    drafts: bool = False
    public: bool = False

    @property
    def path(self) -> str:
        """Address of the case."""
        return f"/cases/{self.case_id}"

    @property
    def zone(self) -> tzinfo | None:
        """The clinic's time zone."""
        return self.desk.zone

    def may(self, right: Right) -> bool:
        """Whether the person may do this here; the service asks again when it is done."""
        roles = self.desk.actor.roles
        return roles is None or bool(roles & roles_with(right))

    @property
    def seq(self) -> int | None:
        """The last event that the person had seen, as the form says."""
        text = self.form.get("seq", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None

    @property
    def key(self) -> str | None:
        """The form's own key: sent twice, it does nothing twice."""
        return self.form.get("key") or None


def read(asked: Asked, action: str = "read case", *, timing: bool = True) -> Reading:
    """The case as it is today, or as it was known on the day or after the event that the address names.

    Raises:
        UnknownNameError, HistoryError: See the service.
        NoSuchPageError: The address names neither a day nor an event.
    """
    known = asked.query.get("known", "").strip()
    if not known:
        view = read_case(asked.desk, asked.case_id, action=action)
        return Reading(view, decisions(view, asked.desk.today(), timing=timing))
    if known.isascii() and known.isdigit() and len(known) < 10:
        view = read_case(asked.desk, asked.case_id, int(known), action=action)
        on = view.events[-1].recorded_at.astimezone(asked.zone).date()
    else:
        on = _day(known)
        end = datetime.combine(on + timedelta(days=1), time(), asked.zone).astimezone()
        view = read_case(asked.desk, asked.case_id, end - timedelta(microseconds=1), action=action)
    return Reading(view, decisions(view, on, timing=timing), known=view.case.seq)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NoSuchPageError(text) from None


def context(asked: Asked, reading: Reading, **more: object) -> dict[str, object]:
    """What every page of a case shows, and what every form of it carries."""
    step = reading.algorithm.steps[reading.case.step]
    return {
        "banner": banner_of(reading.view, reading.today),
        "path": asked.path,
        "case": reading.case,
        "algorithm": reading.algorithm,
        "step": step_words(step),
        "today": day_words(reading.today),
        "known": reading.known,
        "may": {right.value: reading.known is None and asked.may(right) for right in Right},
        **carried(reading),
        **more,
    }


def form_page(
    asked: Asked,
    reading: Reading,
    template: str,
    given: Typed,
    errors: Typed,
    **more: object,
) -> Shown:
    """A page with a form: what was given, and what is wrong with it by input.

    A form that comes back keeps the event that its writer had seen: what happened since is not passed over.
    """
    if asked.form and asked.seq is not None:
        more["seq"] = asked.seq
    return Shown(
        template,
        context(
            asked,
            reading,
            given=given,
            field_errors=errors,
            errors=tuple((f"{name}-day" if name in DATES else name, text) for name, text in errors.items()),
            **more,
        ),
        422 if errors else 200,
    )


DATES = frozenset(("on", "expires", "born", "opened"))
"""Inputs that are dates: a link to one lands on its day."""


def carried(reading: Reading) -> dict[str, object]:
    """What a form sends along unseen: the event that was seen last, and a key of its own."""
    return {"seq": reading.case.seq, "key": secrets.token_urlsafe(12)}
