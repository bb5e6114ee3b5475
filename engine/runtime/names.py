"""The names criteria may use in an algorithm, with their types."""

from collections.abc import Iterator
from decimal import Decimal

from engine.criteria import TODAY, Name, Names
from engine.criteria.types import (
    BOOLEAN,
    COUNT,
    DATE,
    DECIMAL,
    STRING,
    DateType,
    DecimalType,
    IntegerType,
    StringType,
    Type,
)
from engine.model.algorithm import Algorithm, StepKind
from engine.model.criterion import text_of
from engine.model.evidence import EvidenceField, FieldType
from engine.model.formulary import OptionKind, Role

SEXES = ("female", "male", "other", "unknown")
OUTCOMES = (
    "none",
    "ongoing",
    "remission",
    "response",
    "partial",
    "no_response",
    "worsened",
    "intolerant",
    "stopped_other",
)
STATED_OUTCOMES = OUTCOMES[2:]
RESERVED_ROOTS = frozenset(
    [
        "step",
        "trial",
        "base",
        "score",
        "episode",
        "lifetime",
        "taking",
        "tried",
        "failed",
        "staging",
        "patient",
        "move",
        "option",
        "case",
    ]
)
SCORE_RANGE = IntegerType(0, 100)
WEEKS = IntegerType(0, 10_400)
DAYS = IntegerType(0, 73_000)
MONTHS = IntegerType(0, 2_400)
SESSIONS = IntegerType(0, 1_000)
DOSE = DecimalType(4, Decimal(0), Decimal(100_000))


def field_type(field: EvidenceField) -> Type:
    """The type criteria see for a field of an evidence type."""
    match field.type:
        case FieldType.BOOLEAN:
            return BOOLEAN
        case FieldType.INTEGER:
            low, high = (0 if field.low is None else int(field.low)), field.high
            return IntegerType(low, 1_000_000 if high is None else int(high))
        case FieldType.DECIMAL:
            low = Decimal(0) if field.low is None else field.low
            return DecimalType(4, low, Decimal(1_000_000) if field.high is None else field.high)
        case FieldType.CODE:
            return StringType(field.values)
        case FieldType.DATE:
            return DATE
        case FieldType.TEXT:
            return STRING


def names_of(algorithm: Algorithm) -> Names:
    """Every fact, define, series and parameter of an algorithm, typed for the criteria language."""
    constants = {p.name: p.value for p in algorithm.parameters.values()}
    return Names(
        names=tuple(_names(algorithm)),
        constants=constants,
        defines={d.name: text_of(d.condition) for d in algorithm.defines.values()},
    )


def _names(algorithm: Algorithm) -> Iterator[Name]:
    yield Name(TODAY, DATE, "today")
    yield from _patient_and_case()
    yield from _evidence(algorithm)
    yield from _score(algorithm)
    yield from _trial("trial", "the trial", algorithm)
    yield from _trial("base", "the medicine that goes on", algorithm)
    yield from _history(algorithm)
    yield from _step(algorithm)
    for parameter in algorithm.parameters.values():
        yield Name(parameter.name, _constant_type(parameter.value), parameter.title, "parameter")
    for define in algorithm.defines.values():
        yield Name(define.name, None, define.title, "define")
    for series in algorithm.series.values():
        yield Name(series.name, series_type(algorithm, series.read, series.take), series.title, "series")


def _constant_type(value: Decimal | int | str) -> Type:
    if isinstance(value, str):
        return STRING
    return DECIMAL if isinstance(value, Decimal) else IntegerType(value, value)


def _patient_and_case() -> Iterator[Name]:
    yield Name("patient.birth_date", DATE, "date of birth")
    yield Name("patient.age_years", IntegerType(0, 150), "age in years")
    yield Name("patient.sex", StringType(SEXES), "sex")
    yield Name("case.opened_on", DATE, "the day the case was opened")


def _evidence(algorithm: Algorithm) -> Iterator[Name]:
    for evidence in algorithm.evidence.values():
        yield Name(f"{evidence.id}.observed_on", DATE, f"{evidence.title}, date")
        yield Name(f"{evidence.id}.days_since", DAYS, f"{evidence.title}, days since the last record")
        for field in evidence.fields.values():
            kind = field_type(field)
            title = f"{evidence.title}, {field.title}"
            yield Name(f"{evidence.id}.{field.name}", kind, title)
            yield Name(f"{evidence.id}.previous.{field.name}", kind, f"{title}, the time before")
            yield Name(f"{evidence.id}.baseline.{field.name}", kind, f"{title}, when the trial began")
            yield Name(f"{evidence.id}.last.{field.name}", kind, f"{title}, last recorded")


def _score(algorithm: Algorithm) -> Iterator[Name]:
    scales = tuple(dict.fromkeys(measure.read.split(".")[0] for measure in algorithm.measures))
    for name, title in (
        ("now", "score now"),
        ("baseline", "score when the trial began"),
        ("previous", "score the time before"),
        ("last", "last score"),
        ("total", "score of the record"),
    ):
        yield Name(f"score.{name}", SCORE_RANGE, title)
    yield Name("score.remission_below", SCORE_RANGE, "remission is a score below")
    yield Name("score.days_since", DAYS, "days since the last score")
    yield Name("score.observed_on", DATE, "date of the score")
    yield Name("score.last_on", DATE, "date of the last score")
    yield Name("score.scale", StringType(scales), "scale of the score")


def _trial(root: str, whose: str, algorithm: Algorithm) -> Iterator[Name]:
    classes = tuple(c.id for c in algorithm.formulary.classes.values() if not c.group)
    codes: tuple[tuple[str, str, tuple[str, ...]], ...] = (
        ("option", f"treatment of {whose}", ("none", *algorithm.formulary.options)),
        ("class", f"class of {whose}", ("none", *classes)),
        ("kind", f"kind of {whose}", ("none", *OptionKind)),
        ("role", f"role of {whose}", ("none", *Role)),
        ("outcome", f"outcome of {whose}", OUTCOMES),
    )
    for name, title, values in codes:
        yield Name(f"{root}.{name}", StringType(values), title)
    yield Name(f"{root}.started_on", DATE, f"start of {whose}")
    yield Name(f"{root}.stopped_on", DATE, f"stop of {whose}")
    yield Name(f"{root}.clock_from", DATE, f"day from which the weeks of {whose} count")
    yield Name(f"{root}.weeks", WEEKS, f"weeks of {whose}")
    yield Name(f"{root}.weeks_at_minimum_dose", WEEKS, f"weeks of {whose} at the least dose or above")
    yield Name(f"{root}.sessions", SESSIONS, f"sessions of {whose}")
    yield Name(f"{root}.dose_mg_per_day", DOSE, f"dose of {whose} in mg a day")
    percent = DecimalType(4, Decimal(0), Decimal(100))
    yield Name(f"{root}.days_covered_percent", percent, f"days covered in {whose}, %")
    yield Name(f"{root}.at_minimum_dose", BOOLEAN, f"least dose or above in {whose}")
    yield Name(f"{root}.running", BOOLEAN, f"treatment of {whose} still taken")
    yield Name(f"{root}.settled", BOOLEAN, f"end of {whose}")
    yield Name(f"{root}.enough_sessions", BOOLEAN, f"enough sessions or weeks in {whose}")
    yield Name(f"{root}.adequate", BOOLEAN, f"adequacy of {whose}")


def _history(algorithm: Algorithm) -> Iterator[Name]:
    steps = tuple(s.id for s in algorithm.steps.values() if s.kind is StepKind.TREATMENT)
    yield Name("episode.started_on", DATE, "start of the episode")
    yield Name("episode.months", MONTHS, "months since the episode began")
    yield Name("episode.last_effective_step", StringType(("none", *steps)), "last step that worked")
    for scope, words in (("episode", "this episode"), ("lifetime", "ever")):
        count = f"{scope}.adequate_failures"
        yield Name(count, COUNT, f"adequate treatments that did not work, {words}")
        yield Name(f"{scope}.trials", IntegerType(0, 1_000), f"trials, {words}")
    for name in (*algorithm.formulary.options, *algorithm.formulary.classes):
        title = title_of(algorithm, name)
        yield Name(f"taking.{name}", BOOLEAN, f"taking {title}")
        yield Name(f"tried.{name}", BOOLEAN, f"{title} tried")
        yield Name(f"failed.{name}", BOOLEAN, f"{title} did not work")
    yield Name("staging.thase_rush", IntegerType(0, 5), "Thase-Rush stage")
    yield Name("staging.mgh_s", DecimalType(1, Decimal(0), Decimal(1_000)), "MGH-S points")
    yield Name("staging.msm", IntegerType(0, 15), "Maudsley staging points")
    yield Name("option.dose_mg_per_day", DOSE, "dose asked for, mg a day")
    yield Name("option.role", StringType(tuple(Role)), "role asked for")


def _step(algorithm: Algorithm) -> Iterator[Name]:
    yield Name("step.id", StringType(tuple(algorithm.steps)), "step")
    yield Name("step.kind", StringType(tuple(StepKind)), "kind of step")
    yield Name("step.entered_on", DATE, "day the step was entered")
    yield Name("step.weeks", WEEKS, "weeks in the step")
    yield Name("step.months", MONTHS, "months in the step")


def title_of(algorithm: Algorithm, name: str) -> str:
    """Title of an option, class or group."""
    option = algorithm.formulary.options.get(name)
    if option is not None:
        return option.title
    group = algorithm.formulary.classes.get(name)
    return group.title if group is not None else name


def series_type(algorithm: Algorithm, read: str, take: str) -> Type:
    """The type of a series over `read`; a count is a whole number, an unknown field reads as text."""
    if take == "count":
        return IntegerType(0, 10_000)
    root, _, field = read.partition(".")
    if field == "observed_on":
        return DateType()
    if root == "score":
        return SCORE_RANGE
    evidence = algorithm.evidence.get(root)
    if evidence is None or field not in evidence.fields:
        return STRING
    return field_type(evidence.fields[field])
