"""`treadway criterion EXPR`: values as criteria write them, and every sort of bad input in words."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SHIPPED = ("--algorithm", "stepwise-depression")


@pytest.fixture
def ask(treadway, home):
    """Ask a criterion over facts, given as JSON text or as values."""

    def call(expression: str, facts: object, *more: str):
        text = facts if isinstance(facts, str) else json.dumps(facts)
        (home / "facts.json").write_bytes(text.encode(errors="surrogateescape"))
        return treadway("criterion", expression, "--facts", "facts.json", *more)

    return call


class TestValue:
    @pytest.mark.parametrize(
        ("expression", "said"),
        [
            ("1 / 1", "1.0"),
            ("1 + 1", "2"),
            ("2 'g' * 3", "6 'g'"),
            ("@2024-01-31 + 1 month", "@2024-02-29"),
            ("'it\\'s'", "'it\\'s'"),
            ("1 / 0", "unknown"),
        ],
    )
    def test_it_is_told_as_criteria_write_it(self, treadway, home, expression, said):
        assert treadway("criterion", expression).out == f"{said}\n"

    def test_a_quantity_is_told_with_its_unit(self, ask):
        told = ask("dose * 2", {"dose": {"value": 0.3, "unit": "g"}}, "--why")
        assert told.out == "0.6 'g'\n  because         dose is 0.3 'g'\n"

    def test_a_quantity_may_be_unknown(self, ask):
        told = ask("dose > 1 'mg'", {"dose": {"value": None, "unit": "g"}}, "--why", "--json").json
        assert (told["value"], told["confirm"]) == (None, [["dose"]])

    def test_a_count_is_given_as_a_number_or_as_its_ends(self, ask):
        name = "episode.adequate_failures"
        assert ask(f"{name} >= 2", {name: 2}, *SHIPPED).out == "true\n"
        ends = {f"{name}.at_least": 1, f"{name}.at_most": 2}
        told = ask(f"{name} >= 2", ends, *SHIPPED, "--why")
        assert told.out.startswith(f"unknown\n  because         {name} is from 1 to 2\n")
        told = ask(f"{name} >= 2", ends, *SHIPPED, "--why", "--json")
        assert told.json["because"] == {name: {"at_least": 1, "at_most": 2}}

    def test_today_may_stand_among_the_facts(self, ask):
        assert ask("Today()", {"Today()": "2024-02-29"}).out == "@2024-02-29\n"

    def test_why_is_answered_beside_the_texts(self, treadway, home):
        told = treadway("criterion", "phq9.total >= 10", *SHIPPED, "--why", "--english")
        assert told.out.startswith("unknown\n  because         phq9.total is unknown\n")

    def test_why_of_texts_that_the_solver_cannot_compare(self, ask):
        """`~` on a text that is no code has no terms, so the sets are not made smaller."""
        told = ask("a ~ 'X' and b = true", {"a": "x", "b": None}, "--why", "--json").json
        assert (told["value"], told["confirm"]) == (None, [["b"]])


class TestBadFacts:
    @pytest.mark.parametrize(
        ("facts", "code", "told"),
        [
            pytest.param('{"a": 1,\n "b" 2}', 3, "facts.json:2:6 is not JSON", id="not-json"),
            pytest.param('{"a": NaN}', 3, "NaN is no number", id="nan"),
            pytest.param('{"a":' * 5_000, 3, "nested too deep", id="too-deep"),
            pytest.param('{"a": "\udcff"}', 3, "no UTF-8 text, from byte 8 on", id="not-utf-8"),
            pytest.param("[1]", 3, "holds no facts by name", id="a-list"),
            pytest.param({"a": [1]}, 2, "the value of `a` is no fact", id="a-list-as-value"),
            pytest.param(
                {"a": {"value": "1", "unit": "mg"}}, 2, "the value of `a` is no fact", id="text-amount"
            ),
            pytest.param({"a": {"value": 1, "unit": "mgg"}}, 2, "did you mean mg?", id="a-near-unit"),
            pytest.param('{"a": 1, "a": 2}', 2, "the fact `a` is given twice", id="twice"),
            pytest.param(
                {"a": {"b": 1}, "a.b": 2}, 2, "the fact `a.b` is given twice", id="nested-and-dotted"
            ),
            pytest.param('{"a": 1e400}', 1, "a: 1E+400 is outside", id="too-large"),
            pytest.param({"a": 2**31}, 1, "a: 2147483648 is outside", id="more-than-32-bits"),
            pytest.param({"a": 0.123456789}, 1, "more than 8 decimal places", id="nine-places"),
            pytest.param({"a": "1850-01-01"}, 1, "a: 1850-01-01 is outside", id="a-date-before-1901"),
            pytest.param({"Today()": 3}, 1, "Today(): 3 is not a date", id="today-is-a-number"),
            pytest.param({"Today()": None}, 2, "`Today()` is never unknown", id="today-is-unknown"),
        ],
    )
    def test_it_is_said_where_and_what(self, ask, facts, code, told):
        result = ask("true", facts)
        assert result.code == code
        assert told in result.err
        assert ask("true", facts, "--json").json["error"]["exit"] == code

    def test_a_mark_of_byte_order_does_no_harm(self, ask):
        assert ask("a = 1", '\ufeff{"a": 1}').out == "true\n"

    @pytest.mark.parametrize(
        ("facts", "code", "told"),
        [
            ({"phq9": {"totl": 3}}, 2, "did you mean `phq9.total`"),
            ({"entry_score": 3}, 2, "`entry_score` is a parameter"),
            ({"phq9.total": {"value": 3, "unit": "mg"}}, 1, "a value in mg does not fit"),
            ({"phq9.total": 300}, 1, "300 is outside 0 to 27"),
        ],
    )
    def test_an_algorithm_says_what_a_fact_can_be(self, ask, facts, code, told):
        result = ask("phq9.total > 3", facts, *SHIPPED)
        assert result.code == code
        assert told in result.err


class TestBadCriterion:
    @pytest.mark.parametrize(
        ("expression", "told"),
        [
            ("", "1:1: error[criterion-empty]"),
            ("phq9.total >= 10 and", "1:18: error[value-missing]"),
            ("phq9.totl >= 10", "did you mean `phq9.total`"),
            ('"PHQ-9 totl" > 3', "did you mean `phq9.total`"),
            ("true\n  && true", "2:3: error[character-unknown]"),
            ("phq9.total = 'a'", "error[kinds-differ]"),
            ("(" * 500 + "1", "error[bracket-not-matched]"),
            ("1" * 20_000, "error[criterion-too-long]"),
        ],
    )
    def test_it_is_placed_and_a_caret_stands_below(self, treadway, home, expression, told):
        result = treadway("criterion", expression, *SHIPPED)
        assert result.code == 1
        assert told in result.out
        assert "^" in result.out
        assert max(map(len, result.out.splitlines())) < 300
        problem = treadway("criterion", expression, *SHIPPED, "--json").json["problems"][0]
        assert f"{problem['line']}:{problem['column']}: error[{problem['code']}]" in result.out

    def test_the_carets_of_a_long_line_stand_under_their_word(self, treadway, home):
        out = treadway("criterion", f"true{' ' * 500}&& true").out.splitlines()
        shown, carets = out[1], out[2]
        assert shown[carets.index("^") :].startswith("&& true")

    def test_texts_of_a_bad_criterion_are_not_written(self, treadway, home):
        result = treadway("criterion", "1 +", "--english", "--cql", "--sql", "--why")
        assert result.code == 1
        assert "library" not in result.out


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_bytes_that_are_no_text_are_told_by_their_number(home, more):
    """A terminal may send anything; it comes back escaped, on a stream that could not write it."""
    done = subprocess.run(
        [sys.executable, "-c", "from api.cli import main; main()", "criterion", b"\xff > 1", *more],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "\\udcff > 1" in done.stdout
    assert done.stderr == ""
