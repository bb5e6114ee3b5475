"""Treatments to choose from and doses as they are typed."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from api.pages.case.next_step import OptionRow, option_row
from api.pages.case.reading import Reading
from api.words import number_words
from engine.model.algorithm import Step
from engine.model.formulary import Option, OptionKind, Role
from engine.runtime.options import option_answer

HIGHEST = 100_000


@dataclass(frozen=True, slots=True)
class OptionGroup:
    """Treatments in one role. `value` of a choice is `role:option`."""

    title: str
    role: str
    rows: tuple[OptionRow, ...]


def offered(reading: Reading, step: Step) -> tuple[OptionGroup, ...]:
    """What a step offers, by role, the leading one first."""
    roles = sorted(step.options, key=lambda role: role is not step.leading_role)
    groups = (OptionGroup(_ROLES[role], role.value, tuple(_rows(reading, step, role))) for role in roles)
    return tuple(group for group in groups if group.rows)


def beside(reading: Reading) -> OptionGroup:
    """Medicines that may be noted as taken beside."""
    plan = reading.day.plan
    options = reading.algorithm.formulary.options.values()
    taken = {treatment.option for treatment in reading.day.running}
    rows = tuple(
        OptionRow(option.id, option.title, "")
        for option in sorted(options, key=lambda option: option.title.lower())
        if option.id not in taken and plan.may_be_concomitant(option)
    )
    return OptionGroup(_ROLES[Role.CONCOMITANT], Role.CONCOMITANT.value, rows)


_ROLES = {
    Role.PRIMARY: "Treatment of this step",
    Role.AUGMENTATION: "Added medicine",
    Role.PARALLEL: "Alongside",
    Role.CONCOMITANT: "Taken for something else",
}


def _rows(reading: Reading, step: Step, role: Role) -> Iterator[OptionRow]:
    order = {"Ready": 0, "Ready, with care": 1, "Not yet": 2, "Not offered": 3}
    names = dict.fromkeys(option for row in step.options[role] for option in row.options)
    rows = [
        option_row(reading, option_answer(reading.day, reading.algorithm.formulary.options[name], role))
        for name in names
    ]
    yield from sorted(rows, key=lambda row: order.get(row.verdict, 4))


def asks_dose(option: Option) -> bool:
    """Whether a dose is asked for when it is started."""
    return option.kind is OptionKind.DRUG or option.dose is not None


def unit_words(option: Option, role: Role | None) -> str:
    """`mg a day`."""
    dose = option.dose_in(role) if role else option.dose
    return f"{dose.unit} a {dose.per}" if dose else "mg a day"


def read_dose(text: str, unit: str = "mg a day", *, required: bool) -> tuple[Decimal | None, str]:
    """A dose, and what is wrong with it."""
    text = text.strip()
    if not text:
        return None, f"Enter the dose in {unit}" if required else ""
    try:
        if len(text) > 20 or "_" in text:
            raise InvalidOperation
        dose = Decimal(text)
        if not dose.is_finite():
            raise InvalidOperation
    except InvalidOperation:
        return None, f"Dose must be a number in {unit}, such as 12.5"
    if not 0 < dose <= HIGHEST:
        return None, f"Dose must be more than 0 and at most {number_words(HIGHEST)} {unit}"
    return dose, ""
