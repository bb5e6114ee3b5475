"""The list of checks, written out: a check that is not listed here does not run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.definition.checks.anchor import anchor
from engine.definition.checks.approval_missing import approval_missing
from engine.definition.checks.bad_code import bad_code
from engine.definition.checks.bad_duration import bad_duration
from engine.definition.checks.bad_id import bad_id
from engine.definition.checks.chain_too_long import chain_too_long
from engine.definition.checks.checkpoint_after_end import checkpoint_after_end
from engine.definition.checks.comma_in_text import comma_in_text
from engine.definition.checks.comparison_out_of_range import comparison_out_of_range
from engine.definition.checks.control_character import control_character
from engine.definition.checks.criterion_syntax import criterion_syntax
from engine.definition.checks.criterion_type import criterion_type
from engine.definition.checks.dead_end import dead_end
from engine.definition.checks.define_cycle import define_cycle
from engine.definition.checks.dose_contradiction import dose_contradiction
from engine.definition.checks.duplicate_id import duplicate_id
from engine.definition.checks.duplicate_key import duplicate_key
from engine.definition.checks.empty_selector import empty_selector
from engine.definition.checks.end_with_moves import end_with_moves
from engine.definition.checks.escalation_without_gate import escalation_without_gate
from engine.definition.checks.evidence_never_asked import evidence_never_asked
from engine.definition.checks.evidence_never_used import evidence_never_used
from engine.definition.checks.fact_name_clash import fact_name_clash
from engine.definition.checks.impossible_record import impossible_record
from engine.definition.checks.interrupt_without_release import interrupt_without_release
from engine.definition.checks.library_name import library_name
from engine.definition.checks.library_not_found import library_not_found
from engine.definition.checks.merge_key import merge_key
from engine.definition.checks.misplaced_key import misplaced_key
from engine.definition.checks.missing_key import missing_key
from engine.definition.checks.not_a_mapping import not_a_mapping
from engine.definition.checks.number_without_source import number_without_source
from engine.definition.checks.option_twice import option_twice
from engine.definition.checks.parameter_out_of_range import parameter_out_of_range
from engine.definition.checks.parameter_without_values import parameter_without_values
from engine.definition.checks.range_reversed import range_reversed
from engine.definition.checks.reserved_name import reserved_name
from engine.definition.checks.scenario_algorithm import scenario_algorithm
from engine.definition.checks.several_documents import several_documents
from engine.definition.checks.shadowed_name import shadowed_name
from engine.definition.checks.step_without_options import step_without_options
from engine.definition.checks.step_without_scenario import step_without_scenario
from engine.definition.checks.tab import tab
from engine.definition.checks.tag import tag
from engine.definition.checks.too_deep import too_deep
from engine.definition.checks.too_large import too_large
from engine.definition.checks.trials_missing import trials_missing
from engine.definition.checks.unit_mismatch import unit_mismatch
from engine.definition.checks.unknown_checkpoint import unknown_checkpoint
from engine.definition.checks.unknown_class import unknown_class
from engine.definition.checks.unknown_conclusion import unknown_conclusion
from engine.definition.checks.unknown_evidence import unknown_evidence
from engine.definition.checks.unknown_field import unknown_field
from engine.definition.checks.unknown_flag import unknown_flag
from engine.definition.checks.unknown_gate import unknown_gate
from engine.definition.checks.unknown_hidden import unknown_hidden
from engine.definition.checks.unknown_interrupt import unknown_interrupt
from engine.definition.checks.unknown_item import unknown_item
from engine.definition.checks.unknown_key import unknown_key
from engine.definition.checks.unknown_move import unknown_move
from engine.definition.checks.unknown_name import unknown_name
from engine.definition.checks.unknown_option import unknown_option
from engine.definition.checks.unknown_parameter import unknown_parameter
from engine.definition.checks.unknown_source import unknown_source
from engine.definition.checks.unknown_step import unknown_step
from engine.definition.checks.unreachable_step import unreachable_step
from engine.definition.checks.unused_conclusion import unused_conclusion
from engine.definition.checks.unused_define import unused_define
from engine.definition.checks.unused_evidence import unused_evidence
from engine.definition.checks.unused_gate import unused_gate
from engine.definition.checks.unused_parameter import unused_parameter
from engine.definition.checks.unused_source import unused_source
from engine.definition.checks.unverified_number import unverified_number
from engine.definition.checks.usual_outside_range import usual_outside_range
from engine.definition.checks.window_longer_than_valid import window_longer_than_valid
from engine.definition.checks.wrong_type import wrong_type
from engine.definition.checks.wrong_value import wrong_value
from engine.definition.checks.yaml_syntax import yaml_syntax
from engine.definition.draft import Draft
from engine.definition.judging import note
from engine.definition.limits import MAX_TROUBLES
from engine.model.algorithm import Algorithm
from engine.model.place import NOWHERE, Finding, Severity

if TYPE_CHECKING:
    from engine.definition.scenarios.story import Scenario

_LONGEST_LINE = 1_000


@dataclass(frozen=True, slots=True)
class Check:
    """One check.

    Attributes:
        code: Names its function, its file, its page `docs/checks/<code>.md` and its test.
        function: Gives its findings, in any order.
        whole: It judges what is *not* there, so it runs only where nothing is left out because of an error.
    """

    code: str
    function: Callable[[Draft], Iterator[Finding]]
    whole: bool = False


@dataclass(frozen=True, slots=True)
class StoriesCheck:
    """A check of an algorithm together with its scenarios. It runs where both can be used."""

    code: str
    function: Callable[[Algorithm, Iterable[Scenario]], Iterator[Finding]]


def _checks(*functions: Callable[[Draft], Iterator[Finding]], whole: bool = False) -> tuple[Check, ...]:
    return tuple(Check(one.__name__.replace("_", "-"), one, whole) for one in functions)


READING = _checks(
    yaml_syntax,
    control_character,
    tab,
    several_documents,
    not_a_mapping,
    too_deep,
    too_large,
    anchor,
    merge_key,
    tag,
    duplicate_key,
    comma_in_text,
    unknown_key,
    wrong_type,
    wrong_value,
    missing_key,
    bad_id,
    bad_duration,
    misplaced_key,
    range_reversed,
)
"""What a file says, before anything is built from it."""

NAMING = _checks(
    unknown_step,
    unknown_move,
    unknown_evidence,
    unknown_field,
    unknown_option,
    unknown_class,
    unknown_gate,
    unknown_conclusion,
    unknown_source,
    unknown_parameter,
    unknown_interrupt,
    unknown_flag,
    unknown_item,
    unknown_checkpoint,
    criterion_syntax,
    criterion_type,
    unknown_name,
)
"""Names that lead nowhere, and criteria that cannot be read."""

CARE = _checks(
    define_cycle,
    chain_too_long,
    unknown_hidden,
    duplicate_id,
    fact_name_clash,
    reserved_name,
    library_not_found,
    library_name,
    empty_selector,
    number_without_source,
    parameter_out_of_range,
    parameter_without_values,
    dose_contradiction,
    escalation_without_gate,
    interrupt_without_release,
    approval_missing,
    unverified_number,
    trials_missing,
    comparison_out_of_range,
    unit_mismatch,
    usual_outside_range,
    bad_code,
    window_longer_than_valid,
    checkpoint_after_end,
    shadowed_name,
    option_twice,
)
"""What would be wrong for patients."""

WHOLE = _checks(
    unreachable_step,
    dead_end,
    end_with_moves,
    step_without_options,
    evidence_never_used,
    evidence_never_asked,
    unused_source,
    unused_define,
    unused_parameter,
    unused_evidence,
    unused_gate,
    unused_conclusion,
    whole=True,
)
"""The algorithm as a whole."""

STORY = _checks(scenario_algorithm, impossible_record)
"""What is wrong with a scenario alone."""

STORIES = (StoriesCheck("step-without-scenario", step_without_scenario),)
"""What the scenarios of an algorithm leave out."""

DEFINITION = (*READING, *NAMING, *CARE, *WHOLE)
SCENARIO = (*READING, *NAMING, *STORY)
ALL = (*DEFINITION, *STORY)


def findings_of(draft: Draft, checks: tuple[Check, ...] = DEFINITION) -> tuple[Finding, ...]:
    """Everything some checks find, sorted by place; each with its line of the file.

    Of one code the first few hundred are kept, and a note tells how many there are besides.
    """
    found: list[Finding] = []
    left_out = draft.troubles.left_out
    for check in checks:
        if check.whole and any(one.severity is Severity.ERROR for one in found):
            continue
        told = list(dict.fromkeys(check.function(draft)))
        left_out += max(0, len(told) - MAX_TROUBLES)
        found.extend(told[:MAX_TROUBLES])
    if left_out:
        found.append(_not_listed(left_out))
    placed = {_placed(draft, finding): None for finding in found}
    return tuple(sorted(placed, key=lambda one: (one.place, one.code, one.message)))


def _not_listed(count: int) -> Finding:
    return note(
        "not-listed",
        NOWHERE,
        f"{count} more problems like those listed are not listed",
        "a mistake that comes hundreds of times has one cause",
        "mend the ones listed and check again",
    )


def _placed(draft: Draft, finding: Finding) -> Finding:
    own = next(iter(draft.files.values()))
    place = own.place(1, 1) if finding.place == NOWHERE else finding.place
    line = draft.files.get(place.file, own).line(place.line)
    # A line of thousands of characters shows nothing, and each finding on it would carry a copy.
    return replace(finding, place=place, excerpt=line if len(line) <= _LONGEST_LINE else "")
