"""The renderers: found without help, honest when they fail, the same bytes for the same picture."""

import os
import shlex
import stat
import struct
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from engine.picture import render
from engine.picture.draw import Format, draw
from engine.picture.palette import DARK
from engine.picture.render import DrawingError, dot_binary, run_dot
from tests.unit.picture.invented import branching, ladder, stepwise
from tests.unit.picture.pictures import page_of_pdf


@pytest.fixture(autouse=True)
def _looked_for_anew(monkeypatch):
    monkeypatch.delenv("TREADWAY_DOT", raising=False)
    dot_binary.cache_clear()
    yield
    dot_binary.cache_clear()


def program(code: str) -> str:
    """A program in Python that starts also where the path of Python has a space in it."""
    return f"#!/bin/sh\nexec {shlex.join([sys.executable, '-c', code])}\n"


class TestDot:
    def test_the_layout_program_comes_with_the_packages(self):
        assert dot_binary().is_file()
        assert "<svg" in run_dot("digraph { a -> b }")

    def test_a_system_dot_can_be_named(self, monkeypatch, tmp_path):
        own = tmp_path / "dot"
        own.write_text(program("print('drawn by another dot')"))
        own.chmod(own.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("TREADWAY_DOT", str(own))
        assert run_dot("digraph {}") == "drawn by another dot\n"

    def test_a_wrong_path_is_named(self, monkeypatch):
        monkeypatch.setenv("TREADWAY_DOT", "/no/such/dot")
        with pytest.raises(DrawingError, match="/no/such/dot, which is not a file"):
            run_dot("digraph {}")

    def test_a_file_that_is_no_program_is_named(self, monkeypatch, tmp_path):
        (tmp_path / "dot").write_bytes(b"\0\1\2")
        (tmp_path / "dot").chmod(0o755)
        monkeypatch.setenv("TREADWAY_DOT", str(tmp_path / "dot"))
        with pytest.raises(DrawingError, match="could not be started"):
            run_dot("digraph {}")

    def test_a_failed_layout_is_an_error_even_when_half_a_picture_came_out(self, monkeypatch, tmp_path):
        own = tmp_path / "dot"
        own.write_text(program("import sys; print('<svg/>'); sys.exit('lost 3 edges')"))
        own.chmod(0o755)
        monkeypatch.setenv("TREADWAY_DOT", str(own))
        with pytest.raises(DrawingError, match="the layout failed: lost 3 edges"):
            run_dot("digraph {}")

    def test_a_program_that_draws_nothing_is_an_error(self, monkeypatch, tmp_path):
        own = tmp_path / "dot"
        own.write_text(program("print('hello')"))
        own.chmod(0o755)
        monkeypatch.setenv("TREADWAY_DOT", str(own))
        with pytest.raises(DrawingError, match="wrote no picture"):
            draw(replace(ladder(), digest="drawn by a program that draws nothing"), "svg")

    def test_text_that_is_no_graph_is_an_error(self):
        with pytest.raises(DrawingError, match="the layout failed"):
            run_dot("digraph {")

    def test_without_the_package_the_fix_is_said(self, monkeypatch):
        def missing(_name: str) -> None:
            raise render.metadata.PackageNotFoundError

        monkeypatch.setattr(render.metadata, "files", missing)
        with pytest.raises(DrawingError) as raised:
            dot_binary()
        assert "TREADWAY_DOT" in raised.value.fix

    def test_a_layout_program_on_the_path_is_not_used_unasked(self, monkeypatch, tmp_path):
        """A system's own Graphviz of another version would move every box."""
        (tmp_path / "dot").write_text("#!/bin/sh\nexit 9\n")
        (tmp_path / "dot").chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
        assert dot_binary().parent != tmp_path


class TestForms:
    @pytest.mark.parametrize("form", list(Format))
    def test_every_form_comes_out_the_same_twice(self, form):
        one, other = ladder(), replace(ladder(), digest="another digest, so that nothing is remembered")
        assert draw(one, form) == draw(other, form)

    def test_an_unknown_form_is_refused_with_the_known_ones(self):
        with pytest.raises(DrawingError) as raised:
            draw(ladder(), "gif")
        assert raised.value.fix == "use one of svg, png, pdf, dot, list, html"

    def test_a_png_has_two_pixels_for_a_point(self):
        from engine.picture.layout import laid_out

        width, height = struct.unpack(">II", draw(ladder(), "png")[16:24])
        layout = laid_out(ladder())
        assert (width, height) == (
            pytest.approx(2 * layout.width, abs=1),
            pytest.approx(2 * layout.height, abs=1),
        )

    def test_a_dark_png_differs_from_a_light_one(self):
        assert draw(ladder(), "png", dark=True) != draw(ladder(), "png")

    def test_a_small_picture_is_printed_on_a4(self):
        assert page_of_pdf(draw(ladder(), "pdf")) == (
            pytest.approx(595.28, abs=0.1),
            pytest.approx(841.89, abs=0.1),
        )

    def test_a_large_picture_is_printed_on_a3(self):
        assert page_of_pdf(draw(stepwise(), "pdf")) == (
            pytest.approx(841.89, abs=0.1),
            pytest.approx(1190.55, abs=0.1),
        )

    @pytest.mark.parametrize("made", [ladder, branching, stepwise, lambda: ladder(60)])
    def test_body_text_is_printed_at_eight_points_at_least(self, made):
        from engine.picture.layout import laid_out

        layout = laid_out(made())
        width, height = render.sheet(layout.width, layout.height)
        margins = 2 * render.MARGIN_MM * render.PT_PER_MM
        scale = min((width - margins) / layout.width, (height - margins) / layout.height)
        assert scale * 13 >= 8 - 1e-9

    def test_a_pdf_is_tagged_titled_and_carries_its_font(self):
        made = draw(stepwise(), "pdf")
        assert b"/StructTreeRoot" in made
        assert b"/Lang" in made
        assert b"Arimo" in made

    def test_a_standalone_svg_carries_its_dark_colours_and_one_for_a_page_does_not(self):
        alone, paged = draw(ladder(), "svg"), draw(ladder(), "svg", alone=False)
        assert "prefers-color-scheme:dark" in alone
        assert "<style" not in paged
        assert "style=" not in paged
        assert all(f'[fill="{light}"]{{fill:{dark}}}' in alone for light, dark in DARK.items())

    def test_dot_text_is_that_of_the_reader_view(self):
        assert draw(stepwise(), "dot").startswith("digraph treadway {")


def _luminance(color: str) -> float:
    parts = (int(color[n : n + 2], 16) / 255 for n in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG contrast ratio."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


class TestContrast:
    """WCAG 2.2: text 4.5, lines 3, in both themes."""

    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_text_on_every_tint_and_lines_on_paper(self, theme):
        from engine.picture.palette import GATE, INK, LOOKS, PAPER, STOP

        def shown(color: str) -> str:
            return DARK[color] if theme == "dark" else color

        for look in (*LOOKS.values(), GATE, STOP):
            assert contrast(shown(INK), shown(look.fill)) >= 4.5
            assert contrast(shown(look.line), shown(PAPER)) >= 4.5, "lines carry words too"

    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_words_on_tabs_and_signs(self, theme):
        from engine.picture.view import ALARM, FILLED, TINTED, TONES

        for tone in (*TONES.values(), ALARM, FILLED, TINTED):
            fill, ink = (DARK[color] if theme == "dark" else color for color in (tone.fill, tone.ink))
            assert contrast(fill, ink) >= 4.5, tone


def test_the_shipped_fonts_keep_their_licence_beside_them():
    from engine.picture.font import font_folder

    assert {path.name for path in Path(font_folder()).iterdir()} == {
        "Arimo-Regular.ttf",
        "Arimo-Bold.ttf",
        "OFL.txt",
    }
