"""Names, types and defines: what is found when a criterion is read, before any patient is."""

from decimal import Decimal

import pytest

from engine.criteria import (
    BOOLEAN,
    DECIMAL,
    INTEGER,
    BooleanType,
    Checked,
    CriterionError,
    DecimalType,
    FactError,
    IntegerType,
    Name,
    Names,
    QuantityType,
    StringType,
    check,
    check_define,
    compile_criterion,
    hides_unknown,
    parse,
)
from engine.criteria.comparing import MAX_PROBLEMS
from tests.support.clock import working_time
from tests.unit.criteria.tables import NAMES, facts


def only_problem(text: str, names: Names = NAMES):
    found = check(text, names)
    assert isinstance(found, tuple)
    (problem,) = found
    return problem


@pytest.mark.parametrize(
    ("text", "code", "at", "fix"),
    [
        pytest.param("phq9.totl >= 3", "name-unknown", "phq9.totl", "`phq9.total`", id="misspelt-fact"),
        pytest.param("total >= 3", "name-unknown", "total", "`phq9.total`", id="without-its-type"),
        pytest.param(
            '"Bipolar disordr"', "name-unknown", '"Bipolar disordr"', "`bipolar`", id="misspelt-title"
        ),
        pytest.param(
            "trial.outcome = partial", "name-unknown", "partial", "'partial'", id="text-without-quotes"
        ),
        pytest.param("trial.outcome = 'partal'", "code-unknown", "'partal'", "'partial'", id="misspelt-code"),
        pytest.param(
            "'partal' != trial.outcome", "code-unknown", "'partal'", "'partial'", id="code-on-the-left"
        ),
        pytest.param(
            "trial.outcome in {'none', 'worse'}", "code-unknown", "'worse'", "'worsened'", id="in-a-list"
        ),
        pytest.param(
            "case trial.outcome when 'partal' then 1 else 2 end",
            "code-unknown",
            "'partal'",
            "'partial'",
            id="in-a-case",
        ),
        pytest.param(
            "not phq9.total = 3", "not-binds-tight", "not phq9.total = 3", "not (phq9.total = 3)", id="not"
        ),
        pytest.param(
            "not trial.outcome in {'none'}",
            "not-binds-tight",
            "not trial.outcome in {'none'}",
            "not (trial.outcome in {'none'})",
            id="not-in",
        ),
        pytest.param(
            "lithium > 900", "kinds-differ", "lithium > 900", "`900 'mg'`", id="number-without-unit"
        ),
        pytest.param(
            "phq9.total > 9 'mg'", "kinds-differ", "phq9.total > 9 'mg'", "plain number", id="unit-too-many"
        ),
        pytest.param(
            "trial.started_on > '2026-01-01'",
            "kinds-differ",
            "trial.started_on > '2026-01-01'",
            "`@2026-01-01`",
            id="date-as-a-text",
        ),
        pytest.param(
            "Today() - trial.started_on > 3",
            "date-arithmetic",
            "Today() - trial.started_on",
            "days between trial.started_on and Today()",
            id="dates-subtracted",
        ),
        pytest.param(
            "trial.started_on + 14 > Today()", "date-arithmetic", "14", "`14 days`", id="days-without-unit"
        ),
        pytest.param(
            "trial.started_on + 1 'mo' > Today()", "date-arithmetic", "1 'mo'", "months", id="ucum-month"
        ),
        pytest.param(
            "trial.started_on + 3 hours > Today()", "date-arithmetic", "3 hours", "days", id="hours"
        ),
        pytest.param(
            "coalesce(1, 2) = 1", "function-unknown", "coalesce(1, 2)", "`Coalesce`", id="small-letter"
        ),
        pytest.param(
            "1 month > 30 days", "units-differ", "1 month > 30 days", "in days", id="month-beside-days"
        ),
        pytest.param(
            "phq9.total and bipolar", "condition-needed", "phq9.total", "compare it", id="number-as-condition"
        ),
    ],
)
def test_a_mistake_is_told_at_its_place_with_a_mend(text: str, code: str, at: str, fix: str):
    """One mistake, one problem."""
    problem = only_problem(text)
    assert problem.code == code
    assert text[problem.start : problem.end] == at
    assert fix in problem.fix


def test_every_mistake_is_told_in_the_order_of_the_text():
    """Reading does not stop at the first wrong name."""
    found = check("phq9.totl > 3 and trial.outcome = 'x' and bipolr", NAMES)
    assert isinstance(found, tuple)
    assert [one.code for one in found] == ["name-unknown", "code-unknown", "name-unknown"]


def test_a_wrong_part_is_told_once():
    """What is built on a wrong name is not wrong again."""
    assert only_problem("not (nowhere + 1 > 3) = bipolar").code == "name-unknown"


def test_thousands_of_wrong_names_are_answered_at_once():
    """Suggestions and problems are bounded."""
    wide = Names(Name(f"evidence_{i}.field_{i}", INTEGER) for i in range(3_000))
    text = " and ".join(f"w{i}" for i in range(900))
    with working_time() as spent:
        found = check(text, wide)
    assert spent.seconds < 2  # about a tenth of that is used; a busy machine is no defect
    assert isinstance(found, tuple)
    assert len(found) == MAX_PROBLEMS


def test_nested_comparisons_of_not_are_read_once():
    """Each level looks at its left side to explain `not`, and must not double the work."""
    text = "not bipolar"
    for _ in range(50):
        text = f"(not {text} = bipolar)"
    with working_time() as spent:
        check(text, NAMES)
    assert spent.seconds < 2  # about a tenth of that is used; a busy machine is no defect


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("phq9.total", IntegerType(0, 27)),
        ("phq9.total + 3", IntegerType(3, 30)),
        ("-phq9.total", IntegerType(-27, 0)),
        ("phq9.total * 2 - 1", IntegerType(-1, 53)),
        ("Coalesce(phq9.total, 99)", IntegerType(0, 99)),
        ("Count({phq9.total, 1})", IntegerType(0, 2)),
        ("entry_score", IntegerType(10, 10)),
        ("trial.days_covered_percent + 1", DecimalType(2, Decimal(1), Decimal(101))),
        ("lithium + 1 'g'", QuantityType("mg", 2, Decimal(1000), Decimal(4000))),
        ("if bipolar then 'a' else 'b'", StringType(("a", "b"))),
        ("bipolar", BOOLEAN),
    ],
)
def test_a_type_says_how_large_a_number_can_be(text: str, expected: object):
    """Ranges of facts carry through calculations, so most need no guard against overflow."""
    found = check(text, NAMES)
    assert isinstance(found, Checked)
    assert found.type == expected


def test_a_guard_stands_only_where_a_number_could_overflow():
    """Facts with declared ranges are calculated without one."""
    small = compile_criterion("phq9.total * 2 + 5", NAMES)
    large = compile_criterion("x + 1", Names((Name("x", INTEGER),)))
    assert small.core.op == "add"
    assert large.core.op == "within"


def test_facts_and_defines_that_are_read():
    """Also through defines; a count by its two ends."""
    criterion = compile_criterion("both or phq9.total >= entry_score", NAMES)
    assert criterion.defines == ("both", "no_response", "trd")
    assert criterion.facts == (
        "episode.adequate_failures.at_least",
        "episode.adequate_failures.at_most",
        "phq9.total",
        "score.baseline",
        "score.now",
    )


def test_a_title_stands_for_its_name():
    """Quoted, as CQL's identifiers are."""
    criterion = compile_criterion('"Not helped by two treatments" and "PHQ-9 total" >= 10', NAMES)
    assert criterion.defines == ("trd",)
    row = facts(phq9_total=12, episode_adequate_failures_at_least=2, episode_adequate_failures_at_most=3)
    assert criterion.evaluate(row) is True


def test_a_define_used_twice_is_one_part():
    """So explanations and generated code meet it once."""
    criterion = compile_criterion("trd or not trd", NAMES)
    one, other = criterion.core.args
    assert one is other.args[0]


def test_a_criterion_is_shown_short():
    """Its defines are shared; written out at each use they could fill a screen, or the memory."""
    criterion = compile_criterion("both and trd", NAMES)
    assert len(repr(criterion)) < 300
    assert len(repr(criterion.core)) < 60
    assert repr(criterion.checked) == "<Checked 'both and trd'>"


def test_defines_in_a_circle_name_the_circle():
    """At each define that is part of it; what uses them is told which."""
    names = NAMES.extended(defines={"a": "b or bipolar", "b": "c", "c": "a and psychosis", "free": "a"})
    for define, circle in (("a", "a -> b -> c -> a"), ("b", "b -> c -> a -> b"), ("c", "c -> a -> b -> c")):
        found = check_define(define, names)
        assert isinstance(found, tuple)
        assert found[0].code == "define-circular"
        assert circle in found[0].message
    user = check_define("free", names)
    assert isinstance(user, tuple)
    assert user[0].code == "define-unusable"


def test_a_long_line_of_defines_is_read():
    """A thousand defines, each naming the next: no recursion over them."""
    names = NAMES.extended(defines={f"d{i}": f"d{i + 1}" for i in range(1_000)} | {"d1000": "bipolar"})
    assert compile_criterion("d0", names).evaluate(facts(bipolar=True)) is True


def test_a_parameter_is_filled_in_unless_it_is_to_vary():
    """Without its constant it is read like a fact: proofs vary it."""
    fixed = compile_criterion("phq9.total >= entry_score", NAMES)
    varied = compile_criterion("phq9.total >= entry_score", Names(NAMES.names, defines=NAMES.defines))
    assert fixed.facts == ("phq9.total",)
    assert varied.facts == ("entry_score", "phq9.total")


def test_names_that_cannot_be():
    """Twice the same, no type, a constant outside its range."""
    with pytest.raises(ValueError, match="twice"):
        Names((Name("a", BOOLEAN), Name("a", INTEGER)))
    with pytest.raises(ValueError, match="no type"):
        Names((Name("a", None),))
    with pytest.raises(FactError, match="outside"):
        Names((Name("a", IntegerType(0, 5)),), constants={"a": 6})


def test_names_given_later_win():
    """A table can be extended without changing the old one."""
    more = NAMES.extended((Name("bipolar", DECIMAL),), constants={"entry_score": 12}, defines={"x": "true"})
    assert more.lookup("bipolar") == Name("bipolar", DECIMAL)
    assert more.constants["entry_score"] == 12
    assert NAMES.lookup("bipolar") != more.lookup("bipolar")
    assert more.lookup("episode.adequate_failures.at_most") is not None


def test_another_kind_than_needed_is_refused():
    """A condition has to be yes, no or unknown; a whole number fits where a decimal is asked."""
    with pytest.raises(CriterionError) as error:
        compile_criterion("phq9.total", NAMES, BOOLEAN)
    assert error.value.problems[0].code == "wrong-kind"
    assert isinstance(compile_criterion("null", NAMES, BOOLEAN).type, object)
    assert compile_criterion("phq9.total", NAMES, DECIMAL).type == IntegerType(0, 27)
    assert isinstance(compile_criterion("bipolar", NAMES, BOOLEAN).type, BooleanType)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("not bipolar and phq9.total > 3", []),
        ("psychosis is true", ["psychosis is true"]),
        ("Coalesce(psychosis, false) or bipolar", ["Coalesce(psychosis, false)"]),
        ("if psychosis then bipolar else true", ["if psychosis then bipolar else true"]),
        ("trial.outcome ~ 'partial'", ["trial.outcome ~ 'partial'"]),
        ("(psychosis is null) = IsTrue(bipolar)", ["(psychosis is null)", "IsTrue(bipolar)"]),
    ],
)
def test_where_an_unknown_is_hidden_is_known(text: str, parts: list[str]):
    """The definition asks its author to say so on the line."""
    assert [text[part.start : part.end] for part in hides_unknown(parse(text))] == parts
