"""`bad-code`: a code that its terminology cannot hold."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.definition.build.desk import map_of
from engine.definition.draft import Draft
from engine.definition.judging import warning
from engine.definition.schema.evidence import EvidencePart, FieldPart
from engine.definition.schema.formulary import OptionPart
from engine.model.place import Finding, Place

CODE = "bad-code"
_FORMS = {
    "LOINC": (re.compile(r"[0-9]{1,7}-[0-9]\Z"), "digits, `-` and a check digit, such as `LOINC 44261-6`"),
    "SNOMED": (re.compile(r"[1-9][0-9]{5,17}\Z"), "6 to 18 digits, such as `SNOMED 370143000`"),
    "RXNORM": (re.compile(r"[1-9][0-9]{0,7}\Z"), 'up to 8 digits, such as `rxnorm: "36437"`'),
    "ATC": (
        re.compile(r"[A-Z][0-9]{2}[A-Z]{2}[0-9]{2}\Z"),
        "the seven characters of a substance, such as N06AB06",
    ),
}


def bad_code(draft: Draft) -> Iterator[Finding]:
    """Each code of LOINC, SNOMED CT, RxNorm or ATC with a wrong shape or a check digit that does not fit."""
    for found in draft.parts:
        for system, code, place in _codes(found.part):
            form = _FORMS.get(system)
            if form is None:
                continue
            fix = f"write {form[1]}"
            if form[0].match(code):
                if _checks(system, code):
                    continue
                fix = "look it up again; one digit is wrong, or two have changed places"
            yield warning(
                CODE,
                place,
                f"`{found.name}`: `{code[:60]}` is no code of {system}",
                "records of other systems would not be recognised, or taken for something else",
                fix,
            )


def _codes(part: object) -> Iterator[tuple[str, str, Place]]:
    if isinstance(part, EvidencePart | FieldPart) and part.code is not None:
        system, _, code = str(part.code).strip().partition(" ")
        yield system.upper(), code.strip(), part.spot("code")
    elif isinstance(part, OptionPart):
        places = map_of(part, "codes")
        for system, code in part.codes.items():
            yield str(system).upper(), str(code).strip(), places.value_place(str(system))


def _checks(system: str, code: str) -> bool:
    """Whether the check digit fits, of the systems that have one."""
    digits = [int(digit) for digit in code if digit.isdigit()]
    if system == "LOINC":
        return _luhn(digits)
    return _verhoeff(digits) if system == "SNOMED" else True


def _luhn(digits: list[int]) -> bool:
    doubled = [digit if place % 2 == 0 else digit * 2 for place, digit in enumerate(reversed(digits))]
    return sum(digit - 9 if digit > 9 else digit for digit in doubled) % 10 == 0


def _verhoeff(digits: list[int]) -> bool:
    """Digits are turned by their place (a permutation of order 8) and combined in the dihedral group D5."""
    turned = 0
    for place, digit in enumerate(reversed(digits)):
        turned = _dihedral(turned, _placed(digit, place))
    return turned == 0


def _placed(digit: int, place: int) -> int:
    for _ in range(place % 8):
        digit = _TURN[digit]
    return digit


_TURN = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def _dihedral(one: int, other: int) -> int:
    """The product in D5: 0 to 4 are turns, 5 to 9 are turns after a reflection."""
    if one < 5:
        return (one + other) % 5 + (5 if other >= 5 else 0)
    return (one - other) % 5 + (0 if other >= 5 else 5)
