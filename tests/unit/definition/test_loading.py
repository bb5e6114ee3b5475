"""Files, libraries and the digest."""

from pathlib import Path

import pytest

from engine.definition import loader
from engine.definition.loader import load, load_shipped, load_text, shipped
from engine.model.errors import DefinitionError, UnknownNameError, UnreadableError
from engine.model.place import Severity
from tests.unit.definition.conftest import HEAD, STEPS, loaded

LIBRARY = """\
library: rooms/scales
version: "2.1.0"
sources: {k: Kroenke 2001}
evidence: {phq9: {source: k, fields: {total: {type: integer, range: [0, 27]}}}}
define: {high: phq9.total >= 20}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An algorithm that uses one library beside it."""
    (tmp_path / "library/rooms").mkdir(parents=True)
    (tmp_path / "library/rooms/scales.yaml").write_text(LIBRARY)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/algorithm.yaml").write_text(
        HEAD + STEPS + "use: [rooms/scales]\nflags: {f: {when: high}}\n"
    )
    return tmp_path / "mine"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


class TestLibraries:
    def test_are_found_beside_the_folder_of_the_algorithm(self, folder):
        algorithm = load(folder).usable()
        assert algorithm.libraries == {"rooms/scales": "2.1.0"}
        assert list(algorithm.evidence) == ["phq9"]
        assert algorithm.evidence["phq9"].place.file.endswith("library/rooms/scales.yaml")

    def test_the_file_can_be_named_instead_of_its_folder(self, folder):
        assert load(folder / "algorithm.yaml").usable() == load(folder).usable()

    def test_other_roots_can_be_given_and_the_first_wins(self, folder, tmp_path):
        other = tmp_path / "other/rooms"
        other.mkdir(parents=True)
        (other / "scales.yaml").write_text(LIBRARY.replace("2.1.0", "3.0.0"))
        found = load(folder, library_roots=[tmp_path / "other", tmp_path / "library"])
        assert found.usable().libraries == {"rooms/scales": "3.0.0"}

    def test_a_name_given_again_is_found_with_both_places(self, folder):
        edit(folder / "algorithm.yaml", "flags:", "define: {high: phq9.total >= 15}\nflags:")
        [finding] = load(folder).findings
        assert finding.code == "duplicate-id"
        assert finding.place.file.endswith("algorithm.yaml")
        assert finding.related is not None
        assert finding.related.file.endswith("scales.yaml")

    def test_a_mistake_in_a_library_is_shown_there(self, folder):
        edit(folder.parent / "library/rooms/scales.yaml", "phq9.total >= 20", "phq9.totl >= 20")
        [finding] = load(folder).findings
        assert finding.code == "unknown-name"
        assert finding.place.file.endswith("scales.yaml")
        assert finding.excerpt.startswith("define:")

    def test_a_library_may_name_moves_that_an_algorithm_does_not_have(self, folder):
        """It serves several algorithms."""
        path = folder.parent / "library/rooms/scales.yaml"
        path.write_text(
            LIBRARY
            + "gates:\n  g:\n    passed: a\n    conclusions: {a: {}, b: {suggest: exit_elsewhere}}\n"
            + "    items: {i: {ask: A?, pass: high, else: b}}\n"
            + "interrupts: {r: {raise_when: high, release: {}, spares: [{to: elsewhere}]}}\n"
        )
        assert load(folder).findings == ()

    def test_names_are_not_doubted_while_a_library_is_missing(self, folder):
        edit(folder / "algorithm.yaml", "rooms/scales", "rooms/scalse")
        [finding] = load(folder).findings
        assert finding.code == "library-not-found"
        assert "`rooms/scales`" in finding.fix

    def test_a_path_out_of_the_library_folder_is_no_library(self, folder):
        edit(folder / "algorithm.yaml", "rooms/scales", "../mine/algorithm")
        assert {one.code for one in load(folder).findings} == {"bad-id", "unknown-name"}


class TestTheDigest:
    def test_comments_quotes_and_layout_leave_no_trace(self, folder):
        before = load(folder).usable().digest
        edit(folder / "algorithm.yaml", "title: Example", "# A comment\ntitle:   'Example'   # another")
        edit(folder / "algorithm.yaml", "{kind: end, result: left}", "\n    kind: end\n    result: left")
        edit(
            folder.parent / "library/rooms/scales.yaml",
            "{high: phq9.total >= 20}",
            "\n  high: >-\n    phq9.total >= 20",
        )
        assert load(folder).usable().digest == before
        assert len(before) == 64

    @pytest.mark.parametrize(
        ("file", "old", "new"),
        [
            ("mine/algorithm.yaml", "title: Example", "title: Examples"),
            ("mine/algorithm.yaml", "when: high", "when: not high"),
            ("library/rooms/scales.yaml", ">= 20", ">= 21"),
            ("library/rooms/scales.yaml", "2.1.0", "2.1.1"),
        ],
    )
    def test_every_word_counts_those_of_libraries_too(self, folder, file, old, new):
        before = load(folder).usable().digest
        edit(folder.parent / file, old, new)
        assert load(folder).usable().digest != before

    def test_the_order_of_what_is_written_counts(self):
        """Questions are asked, and options shown, in the order written."""
        one = loaded("flags: {a: {when: patient.age_years > 1}, b: {when: patient.age_years > 2}}\n")
        other = loaded("flags: {b: {when: patient.age_years > 2}, a: {when: patient.age_years > 1}}\n")
        assert one.usable().digest != other.usable().digest

    def test_places_are_no_part_of_an_algorithm(self):
        assert (
            loaded().usable() == load_text("# moved down\n\n" + HEAD + STEPS, "elsewhere.yaml", []).usable()
        )


class TestLoading:
    def test_an_algorithm_is_given_only_without_errors(self):
        found = loaded("deviation_days: soon\n")
        assert found.algorithm is None
        assert [one.code for one in found.errors] == ["wrong-type"]
        with pytest.raises(DefinitionError) as raised:
            found.usable()
        assert raised.value.findings == found.findings

    def test_warnings_and_notes_do_not_stand_in_the_way(self):
        found = loaded("sources: {a: b}\nparameters: {x: {value: 3}}\n")
        assert found.algorithm is not None
        assert {one.severity for one in found.findings} == {Severity.WARNING, Severity.NOTE}
        assert found.errors == ()

    def test_findings_are_sorted_by_place_and_carry_their_line(self):
        found = loaded("summary: [a]\ncolour: red\ndeviation_days: soon\n").findings
        assert [one.place.line for one in found] == sorted(one.place.line for one in found)
        assert [one.excerpt for one in found] == ["summary: [a]", "colour: red", "deviation_days: soon"]

    def test_a_file_that_is_not_there_is_no_finding(self, tmp_path):
        with pytest.raises(UnreadableError):
            load(tmp_path)

    def test_the_texts_read_come_with_it_the_algorithms_own_first(self, folder):
        assert [name.rsplit("/", 1)[-1] for name in load(folder).sources] == ["algorithm.yaml", "scales.yaml"]

    def test_a_shipped_algorithm_is_named_by_its_id(self):
        assert "stepwise-depression" in shipped()
        with pytest.raises(UnknownNameError, match="stepwise-depresion") as raised:
            load_shipped("stepwise-depresion")
        assert raised.value.near == ("stepwise-depression",)

    def test_files_of_shipped_algorithms_are_named_without_the_machines_folders(self, monkeypatch, tmp_path):
        monkeypatch.chdir(tmp_path)
        assert all(name.startswith("algorithms/") for name in load_shipped("stepwise-depression").sources)

    @pytest.mark.parametrize("name", shipped())
    def test_every_shipped_algorithm_can_be_used(self, name):
        assert [str(one.place) + one.message for one in load_shipped(name).findings] == []

    def test_the_shipped_folder_is_the_packages_own_where_it_is_installed(self, monkeypatch, tmp_path):
        package = tmp_path / "engine/definition"
        (package / "shipped/a").mkdir(parents=True)
        monkeypatch.setattr("engine.definition.where.__file__", str(package / "where.py"))
        assert loader.shipped_root() == package.resolve() / "shipped"


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ("parameters: {a: {value: 1, unverified: true}}\ndefine: {a: 1 = 1}\n", "fact-name-clash"),
        ("formulary: {classes: {x: {}}, options: {x: {kind: drug}}}\n", "duplicate-id"),
        ("evidence: {e: {fields: {days_since: {type: integer}}}}\n", "reserved-name"),
        (
            "evidence: {e: {fields: {a: {type: date}}}}\nseries: {e: {read: e.a, take: latest}}\n",
            "fact-name-clash",
        ),
    ],
)
def test_two_things_with_one_name_are_told_once(parts, code):
    assert [one.code for one in loaded(parts).findings if one.severity is Severity.ERROR] == [code]


class TestSettings:
    """An algorithm of another country uses the same library with other values."""

    LIBRARY = LIBRARY + (
        "parameters:\n"
        "  region: {value: US, values: [US, UK], source: k}\n"
        "  limit: {value: 20, from: 15, to: 25, source: k}\n"
    )

    def with_settings(self, folder: Path, settings: str):
        (folder.parent / "library/rooms/scales.yaml").write_text(self.LIBRARY)
        text = (folder / "algorithm.yaml").read_text()
        (folder / "algorithm.yaml").write_text(f"{text}settings: {settings}\n")
        return load(folder)

    def test_give_parameters_of_libraries_another_value(self, folder):
        algorithm = self.with_settings(folder, "{region: UK, limit: {value: 18, source: k}}").usable()
        assert {name: one.value for name, one in algorithm.parameters.items()} == {
            "region": "UK",
            "limit": 18,
        }
        assert algorithm.parameters["limit"].high == 25

    def test_are_part_of_the_digest(self, folder):
        before = load(folder).usable().digest
        assert self.with_settings(folder, "{region: UK}").usable().digest != before

    @pytest.mark.parametrize(
        ("settings", "code"),
        [
            ("{region: FR}", "parameter-out-of-range"),
            ("{limit: 30}", "parameter-out-of-range"),
            ("{limit: high}", "wrong-type"),
            ("{region: 3}", "wrong-type"),
            ("{limits: 18}", "unknown-parameter"),
            ("{limit: {valu: 18}}", "unknown-key"),
        ],
    )
    def test_stay_within_what_the_library_allows(self, folder, settings, code):
        [finding] = self.with_settings(folder, settings).findings
        assert finding.code == code
        assert finding.excerpt == f"settings: {settings}"
