"""From the format to the algorithm: selectors, families, classes, roles, defaults."""

import pickle
from decimal import Decimal

import pytest

from engine.model.algorithm import MoveKind, StepKind
from engine.model.criterion import AllOf, AnyOf, Line, NoneOf
from engine.model.evidence import FieldType
from engine.model.formulary import IfUnknown, OptionKind, Role
from engine.model.time import EVER, Duration, Since, Unit, Window, days
from tests.unit.definition.conftest import TREATMENTS, algorithm_of, loaded

MANY = """\
steps:
  check: {kind: assessment, moves: {begin: {kind: start, to: ssri}}}
  ssri: {kind: treatment, group: oral, options: {primary: [{class: SSRI}], parallel: [cbt]}}
  maoi: {kind: treatment, group: oral, options: {primary: [phenelzine]}}
  talk: {kind: treatment, options: {primary: [{kind: psychotherapy}]}}
  well: {kind: maintenance, trial: inherited}
  end: {kind: end, result: well}
"""
GATE = """\
gates:
  again:
    passed: fine
    conclusions: {fine: {}, wrong: {}}
    items: {age: {ask: Of age?, pass: patient.age_years >= 18, else: wrong}}
"""
WAYS = """\
moves:
  to_maoi: {kind: start, from: every, to: maoi}
  to_talk: {kind: start, from: every, to: talk}
  to_well: {kind: continue, from: every, to: well}
  to_end: {kind: exit, from: every, to: end}
"""


def sources(selector: str, to: str = "end") -> tuple[str, ...]:
    """The steps a move with `from: <selector>` starts in."""
    move = f"  probe: {{kind: exit, from: {selector}, to: {to}}}\n"
    return algorithm_of(TREATMENTS, WAYS, move, steps=MANY).moves["probe"].sources


class TestSelectorsOfSteps:
    @pytest.mark.parametrize(
        ("selector", "expected"),
        [
            ("ssri", ("ssri",)),
            ("[maoi, ssri]", ("ssri", "maoi")),
            ("every", ("check", "ssri", "maoi", "talk", "well")),
            ("{kind: treatment}", ("ssri", "maoi", "talk")),
            ("{kind: [assessment, maintenance]}", ("check", "well")),
            ("{group: oral}", ("ssri", "maoi")),
            ("{class: MAOI}", ("maoi",)),
            ("{class: serotonergic}", ("ssri",)),
            ("{role: parallel}", ("ssri",)),
            ("{kind: treatment, group: oral, except: maoi}", ("ssri",)),
            ("{kind: treatment, except: {class: SSRI}}", ("maoi", "talk")),
            ("[talk, {group: oral}]", ("ssri", "maoi", "talk")),
        ],
    )
    def test_in_the_order_of_the_definition(self, selector, expected):
        assert sources(selector) == expected

    def test_never_include_the_target_of_the_move(self):
        assert sources("every", to="ssri") == ("check", "maoi", "talk", "well")

    def test_ends_are_neither_in_every_nor_in_kinds(self):
        assert "end" not in sources("every", to="ssri")

    def test_one_that_fits_nothing_is_found(self):
        found = loaded(TREATMENTS, WAYS, "  probe: {kind: exit, from: {group: orla}, to: end}\n", steps=MANY)
        assert [one.code for one in found.findings] == ["empty-selector"]


class TestMoves:
    def test_to_same_keeps_the_step(self):
        again = "  again: {kind: continue, from: ssri, to: same}\n"
        move = algorithm_of(TREATMENTS, WAYS, again, steps=MANY).moves["again"]
        assert move.target is None

    def test_a_family_is_one_move_a_step(self):
        """The id is filled in where rules name the step, its title where people read it."""
        family = """\
  back_to_{step}:
    title: Back to {step}
    kind: return
    from: well
    to: "{step}"
    for_each: {kind: treatment}
    gate: again
    label: ["{step}"]
    when: episode.last_effective_step = '{step}'
"""
        titled = MANY.replace("ssri: {kind", "ssri: {title: First, kind")
        algorithm = algorithm_of(TREATMENTS, GATE, WAYS, family, steps=titled)
        moves = [move for move in algorithm.moves.values() if move.kind is MoveKind.RETURN]
        assert [(move.id, move.target, move.title) for move in moves] == [
            ("back_to_ssri", "ssri", "Back to First"),
            ("back_to_maoi", "maoi", "Back to Maoi"),
            ("back_to_talk", "talk", "Back to Talk"),
        ]
        assert moves[0].label == ("First",)
        assert moves[0].when == Line("episode.last_effective_step = 'ssri'")

    def test_a_mistake_in_a_family_is_shown_where_it_is_written(self):
        family = """\
  back_to_{step}:
    kind: exit
    from: well
    to: "{step}"
    for_each: {kind: treatment}
    when: "step.id = '{step}' and phq9.totl > 1"
"""
        findings = loaded(TREATMENTS, WAYS, family, steps=MANY).findings
        # The step is filled in before; the caret still stands under the misspelt fact.
        assert [one.code for one in findings] == ["unknown-name"]
        line = findings[0].excerpt
        assert line[findings[0].place.column - 1 :].startswith("phq9.totl")

    def test_moves_of_steps_come_before_shared_ones(self):
        assert next(iter(algorithm_of(TREATMENTS, WAYS, steps=MANY).moves)) == "begin"


class TestConditions:
    def test_a_list_means_all_and_groups_nest(self):
        steps = """\
steps:
  check:
    kind: assessment
    moves:
      leave:
        kind: exit
        to: end
        when:
          - patient.age_years >= 18
          - any: [patient.sex = 'male', {none: [patient.age_years > 60]}]
          - {is: not (patient.age_years > 90), because: Frail, source: a, unverified: true}
  end: {kind: end}
"""
        when = algorithm_of("sources: {a: b}\n", steps=steps).moves["leave"].when
        assert when == AllOf(
            (
                Line("patient.age_years >= 18"),
                AnyOf((Line("patient.sex = 'male'"), NoneOf((Line("patient.age_years > 60"),)))),
                Line("not (patient.age_years > 90)", because="Frail", source="a", unverified=True),
            )
        )

    def test_a_define_may_be_a_text_a_mapping_or_a_group(self):
        text = """\
define:
  a: patient.age_years >= 18
  b: {title: B, is: a}
  c: {when: {any: [a, b]}}
flags: {f: {when: c}}
"""
        defines = algorithm_of(text).defines
        assert [type(one.condition).__name__ for one in defines.values()] == ["Line", "Line", "AnyOf"]
        assert [one.title for one in defines.values()] == ["A", "B", "C"]

    def test_a_define_need_not_be_true_or_false(self):
        text = "define: {next_age: patient.age_years + 1}\nflags: {f: {when: next_age > 18}}\n"
        assert algorithm_of(text).defines["next_age"].condition == Line("patient.age_years + 1")


class TestEvidence:
    def test_main_fields_are_the_required_ones_else_all(self):
        text = """\
evidence:
  one: {fields: {a: {type: boolean, required: true}, b: {type: text}}}
  two: {fields: {a: {type: date}, b: {type: decimal}}}
  three: {main: b, fields: {a: {type: boolean, required: true}, b: {type: boolean}}}
"""
        evidence = algorithm_of(text).evidence
        assert [one.main for one in evidence.values()] == [("a",), ("a", "b"), ("b",)]

    def test_a_type_counts_for_ever_unless_it_says_how_long(self):
        fields = "fields: {x: {type: date}}"
        text = f"evidence:\n  a: {{{fields}}}\n  b: {{valid_for: 28 days, {fields}}}\n"
        evidence = algorithm_of(text).evidence
        assert evidence["a"].valid_for == EVER
        assert evidence["b"].valid_for == Window(duration=days(28))

    def test_codes_may_have_words_beside_them(self):
        text = "evidence: {a: {fields: {x: {type: code, values: {low: Low risk, high: High risk}}}}}\n"
        field = algorithm_of(text).evidence["a"].fields["x"]
        assert (field.type, field.values, field.labels) == (
            FieldType.CODE,
            ("low", "high"),
            {"low": "Low risk", "high": "High risk"},
        )

    def test_a_derived_field_reads_the_records_own_fields_by_their_bare_names(self):
        text = """\
evidence:
  score:
    fields: {a: {type: integer, range: [0, 3]}, total: {type: integer, range: [0, 9]}}
    derive: {twice: a + a, total: twice + a}
"""
        found = loaded(text.replace("  score:", "  scale:"))
        assert found.errors == ()
        assert list(found.usable().evidence["scale"].derive) == ["twice", "total"]

    def test_a_derived_field_reads_nothing_else(self):
        text = (
            "evidence: {s: {fields: {a: {type: integer, range: [0, 3]}}, derive: {a: patient.age_years}}}\n"
        )
        assert [one.code for one in loaded(text).findings] == ["unknown-name"]


class TestRequirements:
    def test_a_requirement_has_a_window_and_asks_for_the_main_fields(self):
        steps = """\
steps:
  check:
    kind: assessment
    moves:
      leave:
        kind: exit
        to: end
        requires:
          a: 14 days
          b: trial
          c: {when: patient.age_years > 60, fields: y, because: Older}
  end: {kind: end}
"""
        text = "evidence:\n" + "".join(
            f"  {name}:\n    valid_for: 3 months\n"
            "    fields: {x: {type: boolean, required: true}, y: {type: date}}\n"
            for name in "abc"
        )
        a, b, c = algorithm_of(text, steps=steps).moves["leave"].requires
        assert (a.type, a.within, a.fields) == ("a", Window(duration=days(14)), ("x",))
        assert b.within == Window(since=Since.TRIAL)
        assert (c.within, c.fields, c.when, c.because) == (
            Window(duration=Duration(3, Unit.MONTH)),
            ("y",),
            Line("patient.age_years > 60"),
            "Older",
        )


class TestOptions:
    @pytest.mark.parametrize(
        ("row", "expected"),
        [
            ("sertraline", ("sertraline",)),
            ("{class: SSRI}", ("sertraline", "citalopram")),
            ("{class: SSRI, except: sertraline}", ("citalopram",)),
            ("{group: serotonergic, except: [sedating]}", ("sertraline",)),
            ("{kind: drug, class: [SSRI, MAOI], except: both}", ("sertraline", "citalopram", "phenelzine")),
            ("{together: [phenelzine, cbt]}", ("phenelzine", "cbt")),
            ("{option: cbt, never_first: true}", ("cbt",)),
        ],
    )
    def test_a_row_means_options_in_formulary_order(self, row, expected):
        steps = MANY.replace("primary: [phenelzine]", f"primary: [{row}]")
        assert (
            algorithm_of(TREATMENTS, WAYS, steps=steps).steps["maoi"].options[Role.PRIMARY][0].options
            == expected
        )

    def test_the_leading_role_is_primary_else_augmentation(self):
        steps = MANY.replace("primary: [phenelzine]", "augmentation: [phenelzine], parallel: [cbt]")
        algorithm = algorithm_of(TREATMENTS, WAYS, steps=steps)
        assert [algorithm.steps[name].leading_role for name in ("ssri", "maoi", "well")] == [
            Role.PRIMARY,
            Role.AUGMENTATION,
            None,
        ]
        assert algorithm.steps["well"].inherits_trial
        assert algorithm.steps["check"].kind is StepKind.ASSESSMENT


class TestFormulary:
    CLASSES = """\
sources: {label: Product information}
formulary:
  groups: {serotonergic: {title: Serotonergic}, qt: {title: Long QT}}
  classes:
    SSRI:
      groups: serotonergic
      counts_as: SSRI
      source: label
      contraindicated: [{rule: shared, when: patient.age_years < 18, why: Young, hard: true}]
      washout: [{rule: maoi, after: MAOI, days: 14, why: Still acts}]
    MAOI:
      interactions: [{rule: maoi, with: serotonergic, severity: block, effect: Toxic, why: Both}]
  options:
    citalopram:
      class: SSRI
      groups: qt
      contraindicated: [{rule: own, when: patient.age_years > 90, why: Old}]
      dose:
        minimum: 20
        maximum: 40
        limits: [{rule: age, when: patient.age_years > 60, maximum: 20, why: Heart}]
      by_role: {augmentation: {minimum: 5, maximum: 10}}
    phenelzine: {class: MAOI}
    both: {kind: drug, contains: [citalopram], source: label}
"""

    def test_what_a_class_shares_comes_before_an_options_own(self):
        option = algorithm_of(self.CLASSES).formulary.options["citalopram"]
        assert option.groups == {"serotonergic", "qt"}
        assert option.kind is OptionKind.DRUG
        assert [(rule.id, rule.hard, rule.if_unknown) for rule in option.contraindicated] == [
            ("shared", True, IfUnknown.ASK),
            ("own", False, IfUnknown.CAUTION),
        ]

    def test_classes_and_groups_in_rules_become_option_ids(self):
        """A combination counts under what it contains."""
        options = algorithm_of(self.CLASSES).formulary.options
        assert options["citalopram"].washout[0].after == {"phenelzine"}
        assert options["phenelzine"].interactions[0].with_ == {"citalopram", "both"}

    def test_the_dose_of_another_role_keeps_unit_and_limits(self):
        option = algorithm_of(self.CLASSES).formulary.options["citalopram"]
        dose = option.dose_in(Role.AUGMENTATION)
        assert dose is not None
        assert (dose.minimum, dose.maximum, dose.unit) == (Decimal(5), Decimal(10), "mg")
        assert [limit.maximum for limit in dose.limits] == [Decimal(20)]


class TestInterrupts:
    TEXT = """\
evidence: {phq9: {fields: {item9: {type: integer, range: [0, 3]}}}}
interrupts:
  risk: {raise_when: phq9.item9 >= 1, release: {}, SPARES}
"""

    def interrupt(self, spares: str):
        kinds = "  round: {kind: bypass, from: every, to: maoi}\n"
        kinds += "  down: {kind: de_escalate, from: ssri, to: same}\n"
        text = self.TEXT.replace(", SPARES", spares)
        return algorithm_of(TREATMENTS, text, WAYS, kinds, steps=MANY).interrupts["risk"]

    def test_bypass_exit_and_de_escalate_go_on_unless_another_list_is_given(self):
        interrupt = self.interrupt("")
        assert interrupt.spared_kinds == {"bypass", "exit", "de_escalate"}
        assert {"round", "down", "to_end"} & interrupt.frozen_moves == set()
        assert {"begin", "to_maoi", "to_well"} <= interrupt.frozen_moves

    def test_moves_kinds_and_starts_can_be_spared(self):
        interrupt = self.interrupt(", spares: [to_well, {kind: exit}, {to: talk}, {options: [cbt]}]")
        assert interrupt.spared_kinds == {"exit"}
        assert interrupt.spared_options == {"cbt"}
        assert not {"to_well", "to_end", "to_talk"} & interrupt.frozen_moves
        assert "round" in interrupt.frozen_moves

    def test_only_chosen_moves_can_be_frozen(self):
        interrupt = self.interrupt(", freezes: {kind: start}, spares: []")
        assert interrupt.frozen_moves == {"begin", "to_maoi", "to_talk"}


def test_the_small_example_uses_every_part_of_the_format(small):
    assert list(small.gates["reappraisal"].conclusions) == ["confirmed", "wrong_dx", "pseudo_dose"]
    assert small.gates["reappraisal"].items[0].within == Window(duration=Duration(12, Unit.MONTH))
    assert small.flags["outcome_disagrees"].when is None
    assert small.claims["gated"].body == {
        "moves": {"kind": ["switch", "augment", "escalate"]},
        "pass": "reappraisal",
    }
    assert small.onset == "interview.onset_on"
    assert [measure.read for measure in small.measures] == ["phq9.total"]
    assert small.moves["return_to_maoi"].sources == ("remission",)


def test_an_algorithm_holds_plain_values_only(small):
    """Nothing of it leads back to the files it was read from, so it can be stored, sent and compared."""
    again = pickle.loads(pickle.dumps(small))
    assert again == small
    assert b"engine.definition" not in pickle.dumps(small)
