"""A language server in a process of its own, and a client that speaks to it as an editor does."""

import asyncio
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from lsprotocol import types
from pygls.lsp.client import LanguageClient

from engine.definition.where import shipped_root

ROOT = Path(__file__).parents[3]
PROGRAM = "import sys; from api.cli import main; sys.argv = ['treadway', 'lsp']; sys.exit(main())"
PATIENCE_SECONDS = 120
"""Only to end a test whose server is stuck; no test waits for a time to pass."""


class Editor:
    """An editor with some files open."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.client = LanguageClient("test-editor", "1")
        self.published: dict[str, list[types.PublishDiagnosticsParams]] = defaultdict(list)
        self.news = asyncio.Event()
        self.versions: dict[str, int] = {}

        def published(params: types.PublishDiagnosticsParams) -> None:
            self.published[params.uri].append(params)
            self.news.set()

        self.client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(published)

    def start(self, **capabilities: Any) -> types.InitializeResult:
        self.run(self.client.start_io(sys.executable, "-c", PROGRAM, cwd=ROOT))
        parameters = types.InitializeParams(types.ClientCapabilities(**capabilities))
        answer = self.ask("initialize", parameters)
        self.client.initialized(types.InitializedParams())
        return answer

    def stop(self) -> int | None:
        self.ask("shutdown", None)
        self.client.exit(None)
        server = self.client._server
        assert server is not None
        self.run(server.wait())
        self.run(self.client.stop())
        self.loop.close()
        return server.returncode

    def run(self, awaitable: Any) -> Any:
        return self.loop.run_until_complete(asyncio.wait_for(awaitable, PATIENCE_SECONDS))

    def ask(self, method: str, parameters: Any) -> Any:
        return self.run(getattr(self.client, f"{method}_async")(parameters))

    # Files

    def open(self, path: Path, text: str | None = None) -> str:
        uri = path.as_uri()
        self.published[uri].clear()
        self.versions[uri] = 1
        said = path.read_text("utf-8") if text is None else text
        document = types.TextDocumentItem(uri, types.LanguageKind.Yaml, 1, said)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(document))
        return uri

    def write(self, uri: str, text: str) -> int:
        """The whole text anew; its version."""
        self.versions[uri] += 1
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(self.versions[uri], uri),
                [types.TextDocumentContentChangeWholeDocument(text)],
            )
        )
        return self.versions[uri]

    def close(self, uri: str) -> None:
        self.client.text_document_did_close(
            types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri))
        )

    def findings(
        self, uri: str, wanted: Callable[[list[types.Diagnostic]], bool], version: int = 1
    ) -> list[types.Diagnostic]:
        """What was published for a version once it is as wanted."""
        return self.run(self._findings(uri, wanted, version))

    async def _findings(self, uri: str, wanted: Any, version: int) -> list[types.Diagnostic]:
        while True:
            for one in self.published[uri]:
                if one.version == version and wanted(list(one.diagnostics)):
                    return list(one.diagnostics)
            self.news.clear()
            await self.news.wait()

    # Places

    def at(self, uri: str, text: str, mark: str, offset: int = 0) -> dict[str, Any]:
        """The document and the position of a piece of its text."""
        index = text.index(mark) + offset
        line = text.count("\n", 0, index)
        before = text[text.rfind("\n", 0, index) + 1 : index]
        column = len(before.encode("utf-16-le")) // 2
        return {
            "text_document": types.TextDocumentIdentifier(uri),
            "position": types.Position(line, column),
        }

    def labels(self, uri: str, text: str, mark: str) -> dict[str, types.CompletionItem]:
        """What is offered right after a piece of the text."""
        where = self.at(uri, text, mark, len(mark))
        found = self.ask("text_document_completion", types.CompletionParams(**where))
        return {item.label: item for item in found.items}

    def hover(self, uri: str, text: str, mark: str, offset: int = 0) -> str:
        where = self.at(uri, text, mark, offset)
        found = self.ask("text_document_hover", types.HoverParams(**where))
        return "" if found is None else found.contents.value

    def definition(self, uri: str, text: str, mark: str, offset: int = 0) -> types.Location | None:
        where = self.at(uri, text, mark, offset)
        return self.ask("text_document_definition", types.DefinitionParams(**where))


@pytest.fixture(scope="module")
def editor() -> Iterator[Editor]:
    one = Editor()
    one.start()
    yield one
    assert one.stop() == 0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The main algorithm and STAR*D with their libraries, to be written in."""
    root = tmp_path_factory.mktemp("algorithms")
    for name in ("library", "stepwise-depression", "star-d"):
        copytree(shipped_root() / name, root / name)
    return root
