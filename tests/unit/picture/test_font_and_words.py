"""Widths and glyphs of the shipped font; words that fit."""

import pytest

from engine.picture.font import drawable, font
from engine.picture.words import from_where, lines, listed, printable, sentence_case
from tests.unit.picture.invented import stepwise


def test_widths_are_those_of_arial():
    """Advance widths of Arial in thousandths, from its Adobe metrics."""
    regular, bold = font(), font(bold=True)
    assert [round(regular.widths[ord(char)]) for char in " Aaimw0"] == [278, 667, 556, 222, 833, 722, 556]
    assert [round(bold.widths[ord(char)]) for char in " Aaimw0"] == [278, 722, 556, 278, 889, 778, 556]


def test_a_line_is_as_wide_as_its_characters():
    assert font().width("AA", 10) == pytest.approx(2 * font().width("A", 10))
    assert font().width("", 10) == 0


def test_every_character_the_picture_writes_itself_has_a_glyph():
    for char in "\u25ba\u00a0":
        assert ord(char) in font().widths
        assert ord(char) in font(bold=True).widths


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("at least 4 weeks", "at least 4 weeks", id="plain"),
        pytest.param("≥ 150 mg, 5–10 µg, café", "≥ 150 mg, 5–10 µg, café", id="has-glyphs"),
        pytest.param("Ωμέγα Жук Łódź", "Ωμέγα Жук Łódź", id="greek-cyrillic-polish"),
        pytest.param("e\u0301", "é", id="composed"),
        pytest.param("two\nlines\tand tab", "two lines and tab", id="white-space"),
        pytest.param("10\u202e05", "1005", id="direction-override"),
        pytest.param("a\x00b", "ab", id="null"),
        pytest.param("①②", "12", id="compatible-form"),
        pytest.param("日本", "??", id="no-glyph"),
        pytest.param("lone \ud800", "lone ", id="surrogate"),
        pytest.param("soft\u00adhyphen zero\u200bwidth", "softhyphen zerowidth", id="invisible"),
    ],
)
def test_text_is_made_drawable(text, expected):
    assert drawable(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("short", ("short",)),
        ("", ("",)),
        ("one two three four", ("one two", "three four")),
        ("a" * 40, ("a" * 40,)),
    ],
)
def test_a_text_is_broken_into_even_lines(text, expected):
    assert lines((), text, 12) == expected


def test_a_long_text_gets_wider_lines_and_loses_no_word():
    text = " ".join(f"word{n}" for n in range(40))
    broken = lines((), text, 12)
    assert len(broken) == 3
    assert " ".join(broken).split() == text.split()


def test_an_author_line_stays_as_it_is():
    assert lines(("Weeks 6 to 8:", "no response"), "Title", 12) == ("Weeks 6 to 8:", "no response")


@pytest.mark.parametrize(
    ("names", "expected"),
    [([], ""), (["S1"], "S1"), (["S1", "S2"], "S1 or S2"), (["S1", "S2", "S1", "S3"], "S1, S2 or S3")],
)
def test_names_are_listed_as_in_speech(names, expected):
    assert listed(names) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Low sodium", "low sodium"), ("QT interval", "QT interval"), ("5 mg", "5 mg"), ("", ""), ("X", "X")],
)
def test_a_title_inside_a_sentence_keeps_its_abbreviation(text, expected):
    assert sentence_case(text) == expected


def test_printable_text_is_one_line():
    assert printable(" a\n\x1b[31mb\u202e ") == "a [31mb"


def test_where_a_move_starts_is_said_only_where_it_is_so():
    algorithm = stepwise()
    said = {id: from_where(algorithm, move) for id, move in algorithm.moves.items()}
    assert said["exit_bipolar"] == "At any step"
    assert said["bypass_to_ect"] == "At any step before R"
    assert said["enter_remission"] == "At any treatment step"
    assert said["augment"] is None
    assert said["discharge"] is None
