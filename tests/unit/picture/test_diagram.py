"""What holds for every picture: places, links, the same content in words, text that stays text."""

import re
from functools import partial
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.definition.loader import shipped
from engine.model.decision import Part, Status
from engine.picture.draw import draw
from engine.picture.layout import Layout, Rect, laid_out
from engine.picture.overlay import StepCount, counts_view, trail_view
from engine.picture.paint import svg
from engine.picture.palette import DARK, LOOKS
from tests.support.algorithms import shipped_algorithm
from tests.unit.picture.cases import against, decision, decisions, walk
from tests.unit.picture.invented import branching, hostile, ladder, stepwise
from tests.unit.picture.pictures import SVG, drawing, links, outlines, parsed, texts

MADE = {
    "stepwise": stepwise,
    "branching": branching,
    "ladder": ladder,
    "one-step": lambda: ladder(1),
    **{f"shipped-{name}": partial(shipped_algorithm, name) for name in shipped()},
}


@pytest.fixture(params=MADE, scope="module")
def layout(request: pytest.FixtureRequest) -> Layout:
    return laid_out(MADE[request.param]())


def boxes(layout: Layout) -> dict[str, Rect]:
    return {ref: layout.drawn[ref].rect for ref in ("start", *layout.plan.link_refs, "key")}


class TestPlaces:
    """DG-1."""

    def test_no_box_covers_another(self, layout):
        for (one, first), (other, second) in combinations(boxes(layout).items(), 2):
            assert first.shared(second) == 0, f"{one} and {other}"

    def test_every_word_stands_inside_the_page(self, layout):
        x, y = layout.shift
        for ref, drawn in layout.drawn.items():
            for word in drawn.words:
                rect = word.rect
                assert 0 <= rect.left + x < rect.right + x <= layout.width, (ref, word.text)
                assert 0 <= rect.top + y < rect.bottom + y <= layout.height, (ref, word.text)

    def test_every_word_of_a_box_stands_inside_it(self, layout):
        """The shipped font is no wider than the layout took it to be."""
        for ref in layout.plan.link_refs:
            box = layout.drawn[ref].rect.grown(0.5)
            for word in layout.drawn[ref].words:
                assert box.left <= word.rect.left < word.rect.right <= box.right, (ref, word.text)

    def test_no_label_of_an_arrow_covers_a_box(self, layout):
        for arrow in layout.plan.arrows:
            drawn = layout.drawn[arrow.ref]
            for ref, box in boxes(layout).items() if drawn.words else ():
                assert drawn.words_rect.grown(-3).shared(box) == 0, (arrow.ref, ref)

    def test_the_main_line_runs_straight_down(self):
        layout = laid_out(stepwise())
        start = layout.drawn["start"].rect
        middle = (start.left + start.right) / 2
        for ref in (
            "step-diagnosis_check",
            "step-ssri",
            "gate-snri",
            "step-snri",
            "step-augmentation",
            "step-remission",
        ):
            box = layout.drawn[ref].rect
            assert (box.left + box.right) / 2 == pytest.approx(middle, abs=1), ref

    def test_an_unusual_name_gets_the_room_it_takes(self):
        """Graphviz has no widths for characters outside ASCII; we give it ours."""
        layout = laid_out(hostile("ШИРОКО Щедро Жжж Юю"))
        for ref in layout.plan.boxes:
            box = layout.drawn[ref].rect.grown(1)
            for word in layout.drawn[ref].words:
                assert word.rect.right <= box.right, (ref, word.text)


class TestShapesAndWords:
    """DG-2: the picture does without colour."""

    def test_a_gate_is_a_hexagon_with_its_word(self):
        layout = laid_out(stepwise())
        for ref in layout.plan.gates:
            gate = layout.drawn[ref]
            assert gate.head.count(",") == 7, "six corners, the first again"
            assert [word.text for word in gate.words] == ["GATE"]

    def test_a_way_out_has_a_double_border_and_its_word(self):
        layout = laid_out(stepwise())
        for ref, box in layout.plan.boxes.items():
            if box.leaves:
                assert layout.drawn[ref].shapes.count("stroke=") == 2 + 0
                assert layout.drawn[ref].words[0].text == "LEAVE"

    def test_every_step_says_its_kind(self):
        root = parsed(draw(stepwise(), "svg"))
        for id in links(root):
            if id.startswith("map-step-") and id.removeprefix("map-step-") not in {
                "tms",
                "ect",
                "esketamine",
            }:
                assert {look.word for look in LOOKS.values()} & set(texts(drawing(root, id))), id

    def test_the_urgent_way_is_dashed_and_alongside_is_dotted_without_a_head(self):
        layout = laid_out(stepwise())
        urgent = layout.drawn["arrow-step-diagnosis_check-step-ect-urgent"]
        alongside = layout.drawn["alongside-step-psychotherapy"]
        assert "stroke-dasharray" in urgent.shapes
        assert urgent.head
        assert "stroke-dasharray" in alongside.shapes
        assert not alongside.head

    def test_a_blocked_move_says_so_and_ends_in_a_bar(self):
        algorithm = stepwise()
        case = walk(algorithm, "start_ssri", raised=("suicidality",))
        frozen = decision("switch_to_snri", Status.REFUSED, against(Part.INTERRUPT, "Suicide risk is raised"))
        picture = draw(algorithm, "svg", case, decisions(case, frozen))
        assert "Blocked" in texts(parsed(picture))
        assert 'stroke-dasharray="6 4"' in picture

    def test_only_colours_of_the_palette_occur(self, layout):
        used = set(re.findall(r'(?:fill|stroke)="(#[0-9a-f]{6})"', svg(layout, alone=False)))
        assert used <= DARK.keys()
        assert re.search(r'(?:fill|stroke)="(?!#|none)', svg(layout, alone=False)) is None

    def test_every_text_has_a_colour_that_turns_dark(self, layout):
        for text in parsed(svg(layout)).iter(f"{SVG}text"):
            assert text.attrib.get("fill") in DARK, text.text


class TestAccess:
    """DG-3, DG-4 and what readers of screens meet."""

    def test_each_step_gate_and_way_out_is_one_link_and_the_stops_another(self, layout):
        plan = layout.plan
        expected = len(plan.boxes) + len(plan.gates) + bool(plan.interrupts)
        assert len(links(parsed(svg(layout)))) == expected

    def test_the_main_algorithm_has_seventeen_links(self):
        """Nine steps, four gates, three ways out, the safety stops."""
        assert len(links(parsed(draw(stepwise(), "svg")))) == 9 + 4 + 3 + 1

    def test_picture_and_list_name_the_same(self, layout):
        algorithm = layout.plan.algorithm
        shown = [id.removeprefix("map-") for id in links(parsed(svg(layout)))]
        in_text = re.findall(r"^\[(\S+)]", draw(algorithm, "list"), flags=re.MULTILINE)
        in_html = re.findall(r'<li id="list-([^"]+)"', draw(algorithm, "html"))
        assert shown == in_text == in_html

    def test_links_are_read_in_the_order_of_the_way(self):
        ids = [id.removeprefix("map-") for id in links(parsed(draw(stepwise(), "svg")))]
        assert ids == [
            "step-diagnosis_check", "step-ssri", "gate-snri", "step-snri",
            "gate-augmentation", "step-augmentation",
            "gate-group.interventional", "step-tms", "step-ect", "step-esketamine", "step-remission",
            "gate-psychotherapy", "step-psychotherapy",
            "exit-bipolar_pathway", "exit-discharged", "exit-other_diagnosis", "safety",
        ]  # fmt: skip

    def test_each_link_says_where_it_leads(self, layout):
        for id, link in links(parsed(svg(layout, links="/pathways/x/1"))).items():
            assert link.attrib["href"] == f"/pathways/x/1#{id.removeprefix('map-')}"
            assert link.attrib["aria-label"]

    def test_arrows_are_for_the_eye_only(self, layout):
        root = parsed(svg(layout))
        hidden = {
            part.attrib["id"]
            for group in root.iter(f"{SVG}g")
            if group.attrib.get("aria-hidden") == "true"
            for part in group.iter()
            if "id" in part.attrib
        }
        assert {f"map-{arrow.ref}" for arrow in layout.plan.arrows} <= hidden

    def test_the_picture_has_a_name_and_a_description_and_nothing_else_pops_up(self, layout):
        root = parsed(svg(layout))
        assert root.attrib["role"] == "group"
        assert [title.text for title in root.iter(f"{SVG}title")] == [layout.plan.algorithm.title]
        title, description = root[0], root[1]
        assert (title.tag, description.tag) == (f"{SVG}title", f"{SVG}desc")
        assert root.attrib["aria-labelledby"] == title.attrib["id"]
        assert root.attrib["aria-describedby"] == description.attrib["id"]
        assert "xlink" not in svg(layout)
        assert "tabindex" not in svg(layout)
        assert "width" not in root.attrib
        assert "height" not in root.attrib

    def test_ids_are_unique(self, layout):
        ids = re.findall(r'\sid="([^"]+)"', svg(layout))
        assert len(ids) == len(set(ids))


class TestViews:
    """DG-5."""

    def test_no_view_moves_a_box(self):
        algorithm = stepwise()
        layout = laid_out(algorithm)
        case = walk(algorithm, "start_ssri", "switch_to_snri", "augment")
        plain = outlines(svg(layout))
        trail = outlines(svg(layout, trail_view(layout.plan, case, decisions(case))))
        counts = outlines(svg(layout, counts_view(layout.plan, {"ssri": StepCount(27, 5)})))
        assert plain == trail == counts

    def test_a_layout_is_made_once_for_each_version(self, monkeypatch):
        from engine.picture import layout

        runs = []
        run = layout.run_dot
        monkeypatch.setattr(layout, "run_dot", lambda text: runs.append(text) or run(text))
        algorithm = ladder(5)
        case = walk(algorithm)
        draw(algorithm, "svg")
        draw(algorithm, "svg", case, decisions(case))
        draw(algorithm, "svg", counts={})
        assert len(runs) == 1


HOSTILE = {
    "markup": "<b>x</b><script>alert(1)</script>",
    "closes-label": 'x> ]; evil [URL="javascript:alert(1)" label=<y',
    "attribute": '" onload="alert(1)" x="',
    "entity": "&lt;i&gt; &#60; &nbsp; & &bogus;",
    "backslash": "ends in a backslash \\",
    "escapes": r"\N \G \E \L \n \l",
    "direction": "10\u202e05 mg\u2066",
    "control": "a\x00b\x1bc\x7fd\ne\tf",
    "cdata": "]]> <![CDATA[ <!-- --> <?x ?>",
    "typst": '#import "x"; #eval("1") $ \\" *bold* `raw` </svg>',
    "no-glyph": "日本 عربى 🙂 ①",
    "surrogate": "lone \ud800 surrogate",
    "long": "word " * 60,
    "one-long-word": "x" * 300,
    "empty": "",
    "spaces": "   ",
}


class TestHostileText:
    """Whatever a definition says, it stays text in every place where it is shown."""

    @pytest.mark.parametrize("text", [pytest.param(text, id=id) for id, text in HOSTILE.items()])
    def test_a_picture_stays_well_formed_and_its_links_ours(self, text):
        algorithm = hostile(text)
        picture = draw(algorithm, "svg")
        root = parsed(picture)
        tags = {element.tag.removeprefix(SVG) for element in root.iter()}
        assert tags <= {
            "svg", "title", "desc", "style", "rect", "g", "a", "path", "polygon", "polyline", "ellipse",
            "text",
        }  # fmt: skip
        ids = {id.removeprefix("map-") for id in links(root)}
        assert ids == {id.removeprefix("map-") for id in links(parsed(draw(stepwise(), "svg")))}
        for element in root.iter():
            assert not [name for name in element.attrib if name.startswith("on")]
            assert element.attrib.get("href", "#").startswith("#")
        assert root.findtext(f"{SVG}style", "").startswith("@media")

    @pytest.mark.parametrize("text", ["<b>bold</b>", "a & b", '"quoted"', r"\N\G", "&lt;"])
    def test_markup_is_shown_as_it_was_written(self, text):
        root = parsed(draw(hostile(text), "svg"))
        assert f"{text}  {text}" in [
            shown.replace("\xa0", " ") for shown in texts(drawing(root, "map-step-ssri"))
        ]

    def test_characters_without_a_glyph_become_plain_or_a_question_mark(self):
        """A box in place of a glyph is no text."""
        root = parsed(draw(hostile("Ⅳ 日 ﬀ"), "svg"))
        assert not {"日", "Ⅳ"} & {char for text in texts(root) for char in text}
        assert any("IV ?" in text for text in texts(root))

    def test_no_control_or_direction_character_reaches_the_picture(self):
        picture = draw(hostile("10\u202e05\x00\x1b mg"), "svg")
        assert "1005 mg" in picture
        assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f]", picture)

    @pytest.mark.parametrize("text", [pytest.param(text, id=id) for id, text in HOSTILE.items()])
    def test_the_list_stays_text(self, text):
        algorithm = hostile(text)
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202e]", draw(algorithm, "list"))
        tags = set(re.findall(r"<(/?[a-zA-Z!?][^\s>]*)", draw(algorithm, "html")))
        assert tags <= {"ul", "/ul", "li", "/li", "a", "/a", "span", "/span", "strong", "/strong"}

    @pytest.mark.parametrize("form", ["png", "pdf"])
    @pytest.mark.parametrize("id", ["markup", "typst", "control", "no-glyph", "surrogate"])
    def test_png_and_pdf_are_made_of_it_too(self, id, form):
        made = draw(hostile(HOSTILE[id]), form)
        assert made.startswith(b"\x89PNG" if form == "png" else b"%PDF")

    @given(text=st.text(st.characters(), max_size=30))
    def test_dot_text_quotes_whatever_it_is_given(self, text):
        """Labels are balanced markup of tags that we wrote."""
        from xml.etree import ElementTree as ET

        from engine.picture.labels import box_label
        from engine.picture.planner import plan

        drawn = plan(hostile(text))
        for box in drawn.boxes.values():
            if not box.leaves:
                label = box_label(drawn, box)
                tags = {element.tag for element in ET.fromstring(label[1:-1]).iter()}
                assert tags <= {"table", "tr", "td", "font", "b", "br"}

    def test_ids_cannot_break_out_of_links(self):
        from dataclasses import replace

        from engine.picture.plan import slug

        base = ladder()
        evil = '"><script>'
        first = base.steps["rung_1"]
        algorithm = replace(
            base,
            digest="evil id",
            start=evil,
            steps={
                evil: replace(first, id=evil),
                **{id: step for id, step in base.steps.items() if id != "rung_1"},
            },
            moves={
                "to_rung_2": replace(base.moves["to_rung_2"], sources=(evil,)),
                "to_rung_3": base.moves["to_rung_3"],
            },
        )
        assert f"map-step-{slug(evil)}" in links(parsed(draw(algorithm, "svg")))
        assert "<script" not in draw(algorithm, "svg")
