"""The language server: what is wrong as you type, what could stand there, what is meant, where it is."""

import asyncio
import logging
from pathlib import Path

from lsprotocol import types
from pygls import uris
from pygls.lsp.server import LanguageServer

from api.lsp.desk import Desk, concerns_others
from api.lsp.shapes import Shapes
from engine.definition.draft import Kind
from engine.definition.editor.completing import MOST, choices_at
from engine.definition.editor.formatting import formatted
from engine.definition.editor.hovering import hover_at
from engine.definition.editor.pointing import subject_at
from engine.definition.kinds import kind_of_text
from engine.definition.mending import sure_mends
from engine.definition.where import shipped_root, shown

TYPING_SECONDS = 0.3
"""So long after the last key the file is checked."""
RESTING_SECONDS = 1.5
"""So long after that the solver and the scenarios are asked too."""
_KINDS = {
    "key": types.CompletionItemKind.Property,
    "word": types.CompletionItemKind.EnumMember,
    "fact": types.CompletionItemKind.Variable,
    "define": types.CompletionItemKind.Function,
    "series": types.CompletionItemKind.Variable,
    "parameter": types.CompletionItemKind.Constant,
    Kind.SOURCE: types.CompletionItemKind.Reference,
    Kind.STEP: types.CompletionItemKind.Class,
    Kind.MOVE: types.CompletionItemKind.Event,
    Kind.OPTION: types.CompletionItemKind.Value,
    Kind.FIELD: types.CompletionItemKind.Field,
}


class TreadwayServer(LanguageServer):
    """The server with what it knows of the open files."""

    def __init__(self, version: str) -> None:
        super().__init__("treadway", version)  # pyright: ignore[reportUnknownMemberType]
        self.desk = Desk()
        self.changes: dict[str, int] = {}
        """How often each open file has changed; a check of an earlier state is not published."""
        self.tasks: set[asyncio.Task[None]] = set()
        self.turns = {thorough: asyncio.Lock() for thorough in (False, True)}
        """One file at a time is looked at, and none that is being typed waits for the solver."""

    def texts(self) -> dict[Path, str]:
        """Texts of the open files, by resolved path."""
        return {path_of(uri): one.source for uri, one in self.workspace.text_documents.items()}

    def shapes(self, uri: str) -> Shapes:
        """Shapes for an open file, or for one on the disk."""
        document = self.workspace.get_text_document(uri)
        return Shapes(self.workspace.position_codec, list(document.lines))

    def touched(self, uri: str) -> None:
        """Check a file, and those that may depend on it, once its author pauses."""
        uris_ = [uri]
        if concerns_others(self.workspace.get_text_document(uri).source):
            uris_ += [other for other in self.workspace.text_documents if other != uri]
        for one in uris_:
            self.changes[one] = self.changes.get(one, 0) + 1
            task = asyncio.ensure_future(self._check(one, self.changes[one]))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def _check(self, uri: str, change: int) -> None:
        for pause, thorough in ((TYPING_SECONDS, False), (RESTING_SECONDS, True)):
            await asyncio.sleep(pause)
            async with self.turns[thorough]:
                if self.changes.get(uri) != change:
                    return
                texts = self.texts()
                looked = await asyncio.to_thread(self.desk.look, path_of(uri), texts, thorough=thorough)
            if self.changes.get(uri) != change:
                return
            shapes = self.shapes(uri)
            document = self.workspace.get_text_document(uri)
            found = [shapes.diagnostic(one) for one in looked.findings]
            self.text_document_publish_diagnostics(
                types.PublishDiagnosticsParams(uri, found, document.version)
            )


def path_of(uri: str) -> Path:
    """The path of a file; one that was never saved stands in the working folder."""
    path = uris.to_fs_path(uri)
    return (Path(path) if path and uri.startswith("file:") else Path("untitled.yaml")).resolve()


def uri_of(label: str) -> str:
    """The address of a file by its name in findings."""
    path = Path(label)
    if not path.exists() and label.startswith("algorithms/"):
        path = shipped_root() / label.removeprefix("algorithms/")
    return path.resolve().as_uri()


def make_server(version: str) -> TreadwayServer:
    """A server with all that it offers."""
    logging.getLogger("pygls").setLevel(logging.ERROR)  # its narration is not for the author
    server = TreadwayServer(version)
    _follow(server)
    _answer(server)
    return server


def _follow(server: TreadwayServer) -> None:
    """Open, changed and closed files."""

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        server.touched(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeTextDocumentParams) -> None:
        server.touched(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveTextDocumentParams) -> None:
        server.touched(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        server.changes.pop(uri, None)
        server.desk.close(path_of(uri))
        server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

    del opened, changed, saved, closed


def _answer(server: TreadwayServer) -> None:
    """What an editor asks about a place."""

    @server.feature(
        types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=[".", " ", ":", "[", "{"])
    )
    def complete(params: types.CompletionParams) -> types.CompletionList:
        uri = params.text_document.uri
        shapes, file, texts = server.shapes(uri), path_of(uri), server.texts()
        line, column = shapes.place_of(params.position)
        good = server.desk.at(file, texts).good
        lines = texts[file].splitlines() or [""]
        items = [
            types.CompletionItem(
                one.text,
                kind=_KINDS.get(one.what, types.CompletionItemKind.Text),
                detail=one.what,
                documentation=one.title or None,
                text_edit=types.TextEdit(
                    types.Range(
                        types.Position(params.position.line, max(0, params.position.character - one.typed)),
                        params.position,
                    ),
                    one.text,
                ),
            )
            for one in choices_at(lines, kind_of_text(texts[file]), good, line, column)
        ]
        return types.CompletionList(is_incomplete=len(items) == MOST, items=items)

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def hover(params: types.HoverParams) -> types.Hover | None:
        uri = params.text_document.uri
        shapes, file = server.shapes(uri), path_of(uri)
        draft = server.desk.at(file, server.texts()).draft
        found = None if draft is None else hover_at(draft, shown(file), *shapes.place_of(params.position))
        if found is None:
            return None
        text, place = found
        content = types.MarkupContent(types.MarkupKind.Markdown, text)
        return types.Hover(content, shapes.range_of(place))

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    def define(params: types.DefinitionParams) -> types.Location | None:
        uri = params.text_document.uri
        shapes, file = server.shapes(uri), path_of(uri)
        draft = server.desk.at(file, server.texts()).draft
        found = None if draft is None else subject_at(draft, shown(file), *shapes.place_of(params.position))
        if found is None or not found.target.line:
            return None
        target = uri_of(found.target.file)
        return types.Location(target, server.shapes(target).range_of(found.target))

    @server.feature(types.TEXT_DOCUMENT_FORMATTING)
    def format_(params: types.DocumentFormattingParams) -> list[types.TextEdit]:
        uri = params.text_document.uri
        text = server.workspace.get_text_document(uri).source
        made = formatted(text)
        return [] if made == text else [types.TextEdit(server.shapes(uri).whole(), made)]

    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions([types.CodeActionKind.QuickFix, types.CodeActionKind.SourceFixAll]),
    )
    def act(params: types.CodeActionParams) -> list[types.CodeAction]:
        uri = params.text_document.uri
        shapes, file = server.shapes(uri), path_of(uri)
        findings = server.desk.at(file, server.texts()).findings
        first, last = params.range.start.line + 1, params.range.end.line + 1
        actions = [
            types.CodeAction(
                mend.title,
                kind=types.CodeActionKind.QuickFix,
                diagnostics=[shapes.diagnostic(finding)],
                is_preferred=mend.sure,
                edit=types.WorkspaceEdit({uri: shapes.edits(mend.edits)}),
            )
            for finding in findings
            if first <= finding.place.line <= last
            for mend in finding.mends
        ]
        sure = [edit for mend in sure_mends(findings, shown(file)) for edit in mend.edits]
        if sure:
            edit = types.WorkspaceEdit({uri: shapes.edits(sure)})
            title = "Mend what can be mended in one way only"
            actions.append(types.CodeAction(title, kind=types.CodeActionKind.SourceFixAll, edit=edit))
        return actions

    del complete, hover, define, format_, act
