"""A CQL library for other engines."""

from engine.criteria import Names, compile_criterion
from engine.criteria.export import cql_library
from tests.unit.criteria.tables import NAMES, facts


def library() -> str:
    return cql_library(
        "Stepwise",
        "1.0.0",
        NAMES,
        {
            "May start": "phq9.total >= entry_score and not bipolar",
            "Not helped": "both and trial.outcome in {'partial'}",
            "Long enough": "weeks between trial.started_on and Today() >= 6 and taking.SSRI",
        },
    )


def test_a_library_declares_what_it_reads_and_defines_what_it_uses():
    """Facts and parameters with their types; each define after those it uses."""
    assert library() == (
        "library Stepwise version '1.0.0'\n"
        "\n"
        "parameter bipolar Boolean\n"
        'parameter "episode.adequate_failures.at_least" Integer\n'
        'parameter "episode.adequate_failures.at_most" Integer\n'
        'parameter "phq9.total" Integer\n'
        'parameter "score.baseline" Integer\n'
        'parameter "score.now" Integer\n'
        'parameter "taking.SSRI" Boolean\n'
        'parameter "trial.outcome" String\n'
        'parameter "trial.started_on" Date\n'
        "parameter entry_score default 10\n"
        "\n"
        "define trd:\n"
        '  if "episode.adequate_failures.at_least" >= 2 then true else '
        'if "episode.adequate_failures.at_most" < 2 then false else null\n'
        "\n"
        "define no_response:\n"
        '  "score.now" > 0.75 * "score.baseline"\n'
        "\n"
        "define both:\n"
        "  trd and no_response\n"
        "\n"
        'define "May start":\n'
        '  "phq9.total" >= entry_score and not bipolar\n'
        "\n"
        'define "Not helped":\n'
        '  both and (if "trial.outcome" is null then null else "trial.outcome" in {\'partial\'})\n'
        "\n"
        'define "Long enough":\n'
        '  weeks between "trial.started_on" and Today() >= 6 and "taking.SSRI"\n'
    )


def test_what_is_written_means_the_same_here():
    """Each statement of the library is a criterion of this language, with the same answers."""
    statements = {}
    for part in library().split("\ndefine ")[1:]:
        name, _, text = part.partition(":\n")
        statements[name.strip('"')] = text.strip()
    again = Names((name for name in NAMES.names if name.type is not None), NAMES.constants, statements)
    rows = [
        facts(phq9_total=total, bipolar=bipolar, trial_outcome=outcome, score_now=18, score_baseline=20,
              episode_adequate_failures_at_least=low, episode_adequate_failures_at_most=2)
        for total in (None, 9, 10) for bipolar in (None, True, False)
        for outcome in (None, "partial", "none") for low in (1, 2)
    ]  # fmt: skip
    for title, text in (
        ("May start", "phq9.total >= entry_score and not bipolar"),
        ("Not helped", "both and trial.outcome in {'partial'}"),
    ):
        one, other = compile_criterion(text, NAMES), compile_criterion(statements[title], again)
        assert all(one.evaluate(row) is other.evaluate(row) for row in rows)
