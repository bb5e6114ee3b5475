"""The names criteria may use in an algorithm, with their types."""

from collections.abc import Iterator
from decimal import Decimal

from engine.criteria import TODAY, Name, Names, Phrase
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
from engine.model.algorithm import Algorithm, Define, StepKind
from engine.model.criterion import text_of
from engine.model.evidence import EvidenceField, EvidenceType, FieldType
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
        yield Name(define.name, None, define.title, "define", _define_phrase(define))
    for series in algorithm.series.values():
        kind = series_type(algorithm, series.read, series.take)
        yield Name(series.name, kind, series.title, "series", Phrase(f"the {in_sentence(series.title)}"))


def _define_phrase(define: Define) -> Phrase | None:
    """The clauses that the author gave; without them sentences quote the title."""
    if define.said is None:
        return None
    no = define.said_not or f"it is not so that {define.said}"
    return Phrase(f"“{define.title}”", yes=define.said, no=no)


def _constant_type(value: Decimal | int | str) -> Type:
    if isinstance(value, str):
        return STRING
    return DECIMAL if isinstance(value, Decimal) else IntegerType(value, value)


def _patient_and_case() -> Iterator[Name]:
    yield Name("patient.birth_date", DATE, "date of birth")
    yield Name(
        "patient.age_years", IntegerType(0, 150), "age in years", phrase=Phrase("the patient's age", "years")
    )
    sexes = {sex: (f"the patient is {sex}", f"the patient is not {sex}") for sex in SEXES[:2]}
    sex = Phrase("the patient's sex", clauses=sexes)
    yield Name("patient.sex", StringType(SEXES), "sex", phrase=sex)
    opened = Phrase("the day the case was opened")
    yield Name("case.opened_on", DATE, "the day the case was opened", phrase=opened)


def _evidence(algorithm: Algorithm) -> Iterator[Name]:
    for evidence in algorithm.evidence.values():
        short = spoken_title(evidence.title)
        yield Name(
            f"{evidence.id}.observed_on",
            DATE,
            f"{evidence.title}, date",
            phrase=Phrase(f"the date of {in_sentence(short)}"),
        )
        yield Name(
            f"{evidence.id}.days_since",
            DAYS,
            f"{evidence.title}, days since the last record",
            phrase=Phrase(f"the time since the last record of {in_sentence(short)}", "days"),
        )
        for field in evidence.fields.values():
            kind = field_type(field)
            title = f"{evidence.title}, {field.title}"
            noun, unit = _noun(evidence, field), spoken_unit(field.unit)
            labels = {code: in_sentence(label) for code, label in field.labels.items()}
            for middle, words in (
                ("", ""),
                ("previous.", ", the time before"),
                ("baseline.", ", when the trial began"),
                ("last.", ", last recorded"),
            ):
                phrase = _field_phrase(field, f"{noun}{words}", words, unit, labels)
                yield Name(f"{evidence.id}.{middle}{field.name}", kind, f"{title}{words}", phrase=phrase)


def _field_phrase(field: EvidenceField, noun: str, words: str, unit: str, labels: dict[str, str]) -> Phrase:
    if field.said is None or field.type is not FieldType.BOOLEAN:
        return Phrase(noun, unit, labels)
    yes, no = field.said, field.said_not or f"it is not so that {field.said}"
    return Phrase(f"whether {yes}{words}", yes=f"{yes}{words}", no=f"{no}{words}")


def _noun(evidence: EvidenceType, field: EvidenceField) -> str:
    """A field inside a sentence: as the author says it, else with where it is from."""
    if field.said is not None and field.type is not FieldType.BOOLEAN:
        return field.said
    short = spoken_title(evidence.title)
    if field.title.lower() == "total":
        return f"the {short} total"
    said = f"“{field.title}”" if field.type is FieldType.BOOLEAN else in_sentence(field.title)
    return f"{said} ({in_sentence(short)})"


def spoken_title(title: str) -> str:
    """A title without brackets: the abbreviation where they hold one."""
    head, bracket, inside = title.partition(" (")
    if not bracket:
        return title
    inside = inside.rstrip(")")
    return inside if inside.isupper() else head


def in_sentence(title: str) -> str:
    """A title as it stands inside a sentence: its first letter small, unless it begins an abbreviation."""
    word = title.split(" ", 1)[0]
    return title[:1].lower() + title[1:] if word[1:].islower() or len(word) == 1 else title


UNIT_WORDS = {"d": "days", "wk": "weeks", "mo": "months", "a": "years", "%": "percent", "1": "", "Cel": "°C"}


def spoken_unit(unit: str | None) -> str:
    """A unit as it is said after a number."""
    return UNIT_WORDS.get(unit, unit) if unit else ""


def _score(algorithm: Algorithm) -> Iterator[Name]:
    scales = tuple(dict.fromkeys(measure.read.split(".")[0] for measure in algorithm.measures))
    for name, title in (
        ("now", "score now"),
        ("baseline", "score when the trial began"),
        ("previous", "score the time before"),
        ("last", "last score"),
        ("total", "score of the record"),
    ):
        yield Name(f"score.{name}", SCORE_RANGE, title, phrase=Phrase(f"the {title}"))
    bound = Phrase("the bound of remission of its scale")
    yield Name("score.remission_below", SCORE_RANGE, "remission is a score below", phrase=bound)
    yield Name(
        "score.days_since",
        DAYS,
        "days since the last score",
        phrase=Phrase("the time since the last score", "days"),
    )
    yield Name("score.observed_on", DATE, "date of the score", phrase=Phrase("the date of the score"))
    yield Name("score.last_on", DATE, "date of the last score", phrase=Phrase("the date of the last score"))
    titles = {one: algorithm.evidence[one].title for one in scales if one in algorithm.evidence}
    scale = Phrase("the scale of the score", labels=titles)
    yield Name("score.scale", StringType(scales), "scale of the score", phrase=scale)


KIND_WORDS = {
    "none": "none",
    "drug": "a medicine",
    "psychotherapy": "psychotherapy",
    "procedure": "a procedure",
}
ROLE_WORDS = {
    "none": "none",
    "primary": "main treatment",
    "augmentation": "added medicine",
    "parallel": "treatment alongside",
    "concomitant": "other medicine",
}
OUTCOME_WORDS = {
    "none": "none",
    "ongoing": "still open",
    "partial": "partly better",
    "no_response": "no response",
    "worsened": "worse",
    "intolerant": "stopped for side effects",
    "stopped_other": "stopped for another reason",
}


_NOTHING_GOES_ON = {"none": ("no medicine goes on", "a medicine goes on")}


def _trial(root: str, whose: str, algorithm: Algorithm) -> Iterator[Name]:
    what = "treatment of the trial" if root == "trial" else "treatment that goes on"
    classes = {c.id: in_sentence(c.title) for c in algorithm.formulary.classes.values() if not c.group}
    options = {option.id: in_sentence(option.title) for option in algorithm.formulary.options.values()}
    kinds = {"none": ("there is no trial", "there is a trial")} if root == "trial" else _NOTHING_GOES_ON
    outcomes = {
        "ongoing": (f"{whose} is not judged yet", f"{whose} is judged"),
        "intolerant": (f"{whose} was stopped for side effects", f"{whose} was not stopped for side effects"),
        "stopped_other": (
            f"{whose} was stopped for another reason",
            f"{whose} was not stopped for another reason",
        ),
    }
    codes: tuple[tuple[str, str, tuple[str, ...], Phrase], ...] = (
        ("option", f"treatment of {whose}", ("none", *options), Phrase(f"the {what}", labels=options)),
        (
            "class",
            f"class of {whose}",
            ("none", *classes),
            Phrase(f"the class of the {what}", labels=classes),
        ),
        (
            "kind",
            f"kind of {whose}",
            ("none", *OptionKind),
            Phrase(f"the {what}", labels=KIND_WORDS, clauses=kinds),
        ),
        ("role", f"role of {whose}", ("none", *Role), Phrase(f"the role of {whose}", labels=ROLE_WORDS)),
        (
            "outcome",
            f"outcome of {whose}",
            OUTCOMES,
            Phrase(f"the outcome of {whose}", labels=OUTCOME_WORDS, clauses=outcomes),
        ),
    )
    for name, title, values, phrase in codes:
        yield Name(f"{root}.{name}", StringType(values), title, phrase=phrase)
    yield Name(f"{root}.started_on", DATE, f"start of {whose}", phrase=Phrase(f"the start of {whose}"))
    yield Name(f"{root}.stopped_on", DATE, f"stop of {whose}", phrase=Phrase(f"the stop of {whose}"))
    yield Name(
        f"{root}.clock_from",
        DATE,
        f"day from which the weeks of {whose} count",
        phrase=Phrase(f"the day from which the weeks of {whose} count"),
    )
    percent = DecimalType(4, Decimal(0), Decimal(100))
    numbers: tuple[tuple[str, Type, str, Phrase], ...] = (
        ("weeks", WEEKS, f"weeks of {whose}", Phrase(f"the length of {whose}", "weeks")),
        (
            "weeks_at_minimum_dose",
            WEEKS,
            f"weeks of {whose} at the least dose or above",
            Phrase("the time at the least dose or above", "weeks"),
        ),
        ("sessions", SESSIONS, f"sessions of {whose}", Phrase(f"the number of sessions in {whose}")),
        ("dose_mg_per_day", DOSE, f"dose of {whose} in mg a day", Phrase(f"the dose of {whose}", "mg a day")),
        (
            "days_covered_percent",
            percent,
            f"days covered in {whose}, %",
            Phrase(f"the share of days covered in {whose}", "percent"),
        ),
    )
    for name, type_, title, phrase in numbers:
        yield Name(f"{root}.{name}", type_, title, phrase=phrase)
    for name, title, yes, no in (
        (
            "at_minimum_dose",
            f"least dose or above in {whose}",
            f"the dose of {whose} is the least dose or above",
            f"the dose of {whose} is below the least dose",
        ),
        (
            "running",
            f"treatment of {whose} still taken",
            f"the {what} is still taken",
            f"the {what} is no longer taken",
        ),
        ("settled", f"end of {whose}", f"{whose} has ended", f"{whose} has not ended"),
        (
            "enough_sessions",
            f"enough sessions or weeks in {whose}",
            f"{whose} has had enough sessions or weeks",
            f"{whose} has not had enough sessions or weeks",
        ),
        ("adequate", f"adequacy of {whose}", f"{whose} is adequate", f"{whose} is not adequate"),
    ):
        yield Name(f"{root}.{name}", BOOLEAN, title, phrase=Phrase(f"whether {yes}", yes=yes, no=no))


def _history(algorithm: Algorithm) -> Iterator[Name]:
    steps = {s.id: f"“{s.title}”" for s in algorithm.steps.values() if s.kind is StepKind.TREATMENT}
    yield Name("episode.started_on", DATE, "start of the episode", phrase=Phrase("the start of the episode"))
    yield Name(
        "episode.months",
        MONTHS,
        "months since the episode began",
        phrase=Phrase("the time since the episode began", "months"),
    )
    yield Name(
        "episode.last_effective_step",
        StringType(("none", *steps)),
        "last step that worked",
        phrase=Phrase("the last step that worked", labels=steps),
    )
    for scope, words in (("episode", "this episode"), ("lifetime", "ever")):
        count = f"{scope}.adequate_failures"
        when = "in this episode" if scope == "episode" else "at any time"
        counted = ("adequate trial", "adequate trials", f"did not work {when}")
        said = Phrase(f"the number of adequate trials that did not work {when}", counted=counted)
        yield Name(count, COUNT, f"adequate treatments that did not work, {words}", phrase=said)
        trials = Phrase(f"the number of trials {when}")
        yield Name(f"{scope}.trials", IntegerType(0, 1_000), f"trials, {words}", phrase=trials)
    for name in (*algorithm.formulary.options, *algorithm.formulary.classes):
        title = title_of(algorithm, name)
        drug = _is_drug(algorithm, name)
        noun = _one_of(title) if drug and name in algorithm.formulary.classes else in_sentence(title)
        verb = "taken" if drug else "given"
        for root, what, yes, no in (
            ("taking", f"taking {title}", f"{noun} is {verb}", f"{noun} is not {verb}"),
            ("tried", f"{title} tried", f"{noun} has been tried", f"{noun} has not been tried"),
            (
                "failed",
                f"{title} did not work",
                f"{noun} did not work",
                f"no trial of {noun} that did not work is on record",
            ),
        ):
            phrase = Phrase(f"whether {yes}", yes=yes, no=no)
            yield Name(f"{root}.{name}", BOOLEAN, what, phrase=phrase)
    yield Name("staging.thase_rush", IntegerType(0, 5), "Thase-Rush stage")
    yield Name("staging.mgh_s", DecimalType(1, Decimal(0), Decimal(1_000)), "MGH-S points")
    yield Name("staging.msm", IntegerType(0, 15), "Maudsley staging points")
    asked = Phrase("the dose asked for", "mg a day")
    yield Name("option.dose_mg_per_day", DOSE, "dose asked for, mg a day", phrase=asked)
    role = Phrase("the role asked for", labels=ROLE_WORDS)
    yield Name("option.role", StringType(tuple(Role)), "role asked for", phrase=role)


def _is_drug(algorithm: Algorithm, name: str) -> bool:
    """Whether an option, or any member of a class or group, is a medicine."""
    options = algorithm.formulary.options
    members = (name,) if name in options else algorithm.formulary.members_of(name)
    return not members or any(options[one].kind is OptionKind.DRUG for one in members)


def _one_of(title: str) -> str:
    """`an SSRI`, `a tricyclic antidepressant`: an abbreviation is spelled out when it is said."""
    word = title.split(" ", 1)[0]
    vowels = "AEFHILMNORSX" if len(word) > 1 and word[1].isupper() else "AEIOaeio"
    return f"{'an' if title[:1] in vowels else 'a'} {in_sentence(title)}"


STEP_KIND_CLAUSES = {
    "assessment": ("the step is an assessment", "the step is no assessment"),
    "treatment": ("the step is a treatment", "the step is no treatment"),
    "maintenance": ("the step is for staying well", "the step is not for staying well"),
    "end": ("the pathway has been left", "the pathway has not been left"),
}


def _step(algorithm: Algorithm) -> Iterator[Name]:
    titles = {step.id: f"“{step.title}”" for step in algorithm.steps.values()}
    here = Phrase("the step", labels=titles)
    yield Name("step.id", StringType(tuple(algorithm.steps)), "step", phrase=here)
    kind = Phrase("the kind of step", clauses=STEP_KIND_CLAUSES)
    yield Name("step.kind", StringType(tuple(StepKind)), "kind of step", phrase=kind)
    entered = Phrase("the day the step was entered")
    yield Name("step.entered_on", DATE, "day the step was entered", phrase=entered)
    yield Name("step.weeks", WEEKS, "weeks in the step", phrase=Phrase("the time in the step", "weeks"))
    yield Name("step.months", MONTHS, "months in the step", phrase=Phrase("the time in the step", "months"))


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
