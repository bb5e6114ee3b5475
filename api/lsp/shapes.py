"""Values of the engine as the protocol writes them.

Its lines and columns count from 0, in the units that the client chose.
"""

from collections.abc import Sequence

from lsprotocol import types
from pygls.workspace import PositionCodec, ServerTextPosition, ServerTextRange

from engine.definition.text import page_of
from engine.model.place import Edit, Finding, Place, Severity

_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.NOTE: types.DiagnosticSeverity.Information,
}


class Shapes:
    """Shapes for one file as the client sees it."""

    def __init__(self, codec: PositionCodec, lines: Sequence[str]) -> None:
        self.codec = codec
        self.lines = lines

    def place_of(self, position: types.Position) -> tuple[int, int]:
        """Line and column, from 1, of a position of the client."""
        if position.line >= len(self.lines):
            return position.line + 1, 1
        found = self.codec.position_from_client_units(self.lines, position)
        return found.line + 1, found.character + 1

    def range_of(self, place: Place) -> types.Range:
        """The range of a place; a place may reach over the end of its line."""
        line, start = max(0, place.line - 1), max(0, place.column - 1)
        end_line, end = line, start + place.length
        while end_line < len(self.lines) and end > len(self.lines[end_line]):
            end -= len(self.lines[end_line])
            end_line += 1
        span = ServerTextRange(ServerTextPosition(line, start), ServerTextPosition(end_line, end))
        if end_line >= len(self.lines):
            span = ServerTextRange(span.start, ServerTextPosition(line, start))
        return self.codec.range_to_client_units(self.lines, span)

    def diagnostic(self, finding: Finding) -> types.Diagnostic:
        """A finding."""
        return types.Diagnostic(
            self.range_of(finding.place),
            f"{finding.message}\nWhy: {finding.why}\nFix: {finding.fix}",
            severity=_SEVERITIES[finding.severity],
            code=finding.code,
            source="treadway",
            data={"see": page_of(finding.code)},
        )

    def edits(self, edits: Sequence[Edit]) -> list[types.TextEdit]:
        """Changes of the file."""
        return [types.TextEdit(self.range_of(edit.place), edit.new) for edit in edits]

    def whole(self) -> types.Range:
        """The range of the whole file."""
        return types.Range(types.Position(0, 0), types.Position(len(self.lines) + 1, 0))
