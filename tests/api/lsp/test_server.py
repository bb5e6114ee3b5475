"""The language server, spoken to by a client over standard input and output."""

from lsprotocol import types

from tests.api.lsp.conftest import Editor


def codes(found: list[types.Diagnostic]) -> list[object]:
    return [one.code for one in found]


def main(folder):
    path = folder / "stepwise-depression/algorithm.yaml"
    return path, path.read_text("utf-8")


class TestFindings:
    def test_a_mistake_shows_as_it_is_typed_and_goes_when_it_is_mended(self, editor, folder):
        path, text = main(folder)
        uri = editor.open(path)
        editor.findings(uri, lambda found: found == [])

        spoilt = text.replace("        to: ssri\n", "        to: sssri\n", 1)
        version = editor.write(uri, spoilt)
        [finding] = editor.findings(uri, bool, version)
        line = spoilt[: spoilt.index("to: sssri")].count("\n")
        assert (finding.code, finding.severity) == ("unknown-step", types.DiagnosticSeverity.Error)
        assert finding.range == types.Range(types.Position(line, 12), types.Position(line, 17))
        assert "Fix: did you mean `ssri`" in finding.message

        version = editor.write(uri, text)
        editor.findings(uri, lambda found: found == [], version)
        editor.close(uri)

    def test_what_the_solver_finds_comes_when_the_author_rests(self, editor, folder):
        path, text = main(folder)
        uri = editor.open(
            path, text.replace("phq9.total >= entry_score", "phq9.total < 3 and phq9.total > 5", 1)
        )
        found = editor.findings(uri, lambda found: "move-never-permitted" in codes(found))
        assert {one.severity for one in found} <= {
            types.DiagnosticSeverity.Warning,
            types.DiagnosticSeverity.Information,
        }
        editor.close(uri)

    def test_a_change_in_a_library_shows_in_the_algorithm_that_uses_it(self, editor, folder):
        path, _ = main(folder)
        gate = folder / "library/gates/reappraisal.yaml"
        own, library = editor.open(path), editor.open(gate)
        editor.findings(own, lambda found: found == [])
        text = gate.read_text("utf-8").replace("  reappraisal:\n", "  reappraisall:\n", 1)
        assert text != gate.read_text("utf-8")
        editor.write(library, text)
        found = editor.findings(own, bool)
        assert "unknown-gate" in codes(found)
        editor.close(library)
        editor.close(own)

    def test_a_scenario_is_checked_against_the_algorithm_beside_it(self, editor, folder):
        path = folder / "star-d/scenarios/02-hamilton-of-thirteen.yaml"
        text = path.read_text("utf-8").replace("hamd17", "hamd71")
        uri = editor.open(path, text)
        assert set(codes(editor.findings(uri, bool))) == {"unknown-evidence"}
        editor.close(uri)

    def test_other_yaml_is_let_alone(self, editor, folder):
        uri = editor.open(folder / "compose.yaml", "services: {web: {image: x}}\n")
        assert editor.findings(uri, lambda found: True) == []
        editor.close(uri)

    def test_text_that_cannot_be_read_gets_a_finding_and_no_silence(self, editor, folder):
        uri = editor.open(folder / "draft.yaml", "algorithm: [unclosed\n\t{\x00")
        assert editor.findings(uri, bool)
        version = editor.write(uri, "")
        editor.findings(uri, lambda found: found == [], version)
        editor.close(uri)


class TestCompletion:
    def test_facts_steps_treatments_and_sources_are_offered_where_they_may_stand(self, editor, folder):
        path, text = main(folder)
        uri = editor.open(path)
        offered = editor.labels(uri, text, "        to: ")
        assert {"ssri", "remission"} <= set(offered)
        assert offered["ssri"].documentation == "SSRI"
        assert {"ng222", "treadway", "kroenke-2001"} <= set(
            editor.labels(uri, text, "value: 10, from: 8, to: 15, source: ")
        )
        assert {"phq9.total", "entry_score", "response"} <= set(editor.labels(uri, text, "    is: "))
        assert "sertraline" in editor.labels(uri, text, "      primary: [")
        editor.close(uri)

    def test_a_name_half_written_in_an_unfinished_file_is_completed(self, editor, folder):
        path, text = main(folder)
        uri = editor.open(path)
        editor.findings(uri, lambda found: found == [])
        head = text[: text.index("steps:\n")]
        half = f"{head}steps:\n  a:\n    kind: assess\n    moves:\n      go:\n        when: not phq9.to"
        editor.write(uri, half)
        item = editor.labels(uri, half, "when: not phq9.to")["phq9.total"]
        assert item.text_edit.new_text == "phq9.total"
        last = half.count("\n")
        assert item.text_edit.range == types.Range(types.Position(last, 18), types.Position(last, 25))
        assert {"assessment", "treatment"} <= set(editor.labels(uri, half, "kind: assess"))
        editor.close(uri)

    def test_keys_are_offered_where_a_key_is_written(self, editor, folder):
        uri = editor.open(folder / "new.yaml", "algorithm: x\nsteps:\n  a:\n    ki")
        text = "algorithm: x\nsteps:\n  a:\n    ki"
        assert {"kind", "title", "checkpoints"} <= set(editor.labels(uri, text, "    ki"))
        editor.close(uri)


class TestHover:
    def test_a_criterion_is_told_in_english_with_its_source(self, editor, folder):
        path, text = main(folder)
        uri = editor.open(path)
        told = editor.hover(uri, text, "episode.adequate_failures >= trd_failures", 4)
        assert "**At least 2 (" in told
        assert "adequate trials did not work in this episode" in told
        assert "Source: " in told
        told = editor.hover(uri, text, "phq9.total >= entry_score", 6)
        assert "PHQ-9 total is at least 10" in told
        assert "0 to 27" in told
        editor.close(uri)

    def test_a_name_is_told_by_its_title_and_source(self, editor, folder):
        path, text = main(folder)
        uri = editor.open(path)
        assert "step `ssri`: SSRI" in editor.hover(uri, text, "        to: ssri", 13)
        told = editor.hover(uri, text, "entry_score:", 2)
        assert "10, from 8 to 15" in told
        assert "Kroenke" in told
        assert editor.hover(uri, text, "country: US", 9) == ""
        editor.close(uri)


class TestDefinition:
    def test_it_leads_to_the_step_the_define_and_the_line_of_a_library(self, editor, folder):
        path, text = main(folder)
        uri = editor.open(path)
        step = editor.definition(uri, text, "        to: ssri", 13)
        assert (step.uri, step.range.start.line) == (uri, text[: text.index("\n  ssri:\n")].count("\n") + 1)

        gate = editor.definition(uri, text, "gate: reappraisal", 8)
        library = folder / "library/gates/reappraisal.yaml"
        assert gate.uri == library.as_uri()
        assert library.read_text("utf-8").split("\n")[gate.range.start.line] == "  reappraisal:"

        field = editor.definition(uri, text, "phq9.total >= entry_score", 6)
        assert field.uri == (folder / "library/evidence/depression.yaml").as_uri()
        used = editor.definition(uri, text, "gates/reappraisal", 3)
        assert (used.uri, used.range.start.line) == (library.as_uri(), 0)
        assert editor.definition(uri, text, "country: US", 9) is None
        editor.close(uri)

    def test_from_a_scenario_it_leads_to_the_algorithm(self, editor, folder):
        path = folder / "stepwise-depression/scenarios/01-remission-on-ssri.yaml"
        text = path.read_text("utf-8")
        uri = editor.open(path)
        found = editor.definition(uri, text, "start_ssri", 2)
        assert found.uri.startswith(folder.as_uri())
        assert found.uri.endswith(".yaml")
        editor.close(uri)


class TestChanges:
    def test_format_makes_the_usual_form_and_no_more(self, editor, folder):
        path, text = main(folder)
        uri = editor.open(path, text.replace("\n  ssri:\n", "\n\n\n\n  ssri:   \n", 1) + "\n\n")
        document = types.TextDocumentIdentifier(uri)
        parameters = types.DocumentFormattingParams(document, types.FormattingOptions(2, True))
        [edit] = editor.ask("text_document_formatting", parameters)
        assert edit.new_text.replace("\n\n  ssri:\n", "\n  ssri:\n") == text.replace(
            "\n\n  ssri:\n", "\n  ssri:\n"
        )
        editor.write(uri, edit.new_text)
        assert not editor.ask("text_document_formatting", parameters)
        editor.close(uri)

    def test_a_near_name_is_offered_as_a_change(self, editor, folder):
        path, text = main(folder)
        spoilt = text.replace("        to: ssri\n", "        to: sssri\n", 1).replace("look:", "lok:", 1)
        uri = editor.open(path, spoilt)
        found = editor.findings(uri, lambda found: len(found) == 2)
        wrong = next(one for one in found if one.code == "unknown-step")
        actions = editor.ask(
            "text_document_code_action",
            types.CodeActionParams(
                types.TextDocumentIdentifier(uri), wrong.range, types.CodeActionContext([wrong])
            ),
        )
        by_title = {one.title: one for one in actions}
        [edit] = by_title["Write `ssri`"].edit.changes[uri]
        assert (edit.range, edit.new_text) == (wrong.range, "ssri")
        whole = by_title["Mend what can be mended in one way only"]
        assert [one.new_text for one in whole.edit.changes[uri]] == ["look"]
        editor.close(uri)


def test_places_are_counted_as_the_client_counts_them(folder):
    """A client that counts in UTF-16 sees a sign beyond the first plane as two."""
    editor = Editor()
    answer = editor.start(general=types.GeneralClientCapabilities(position_encodings=["utf-16"]))
    assert answer.capabilities.position_encoding in (None, "utf-16")
    text = "algorithm: x\nsteps: {a: {title: \U0001f642, kind: endd}}\n"
    uri = editor.open(folder / "signs.yaml", text)
    found = editor.findings(uri, lambda found: "wrong-value" in codes(found))
    place = next(one.range for one in found if one.code == "wrong-value")
    assert place.start.character == len("steps: {a: {title: .., kind: ")
    assert editor.stop() == 0
