"""The document on paper: a tagged PDF (PDF/UA) with bookmarks, made by typst.

Every text goes in as a typst string, so that nothing a definition says can be read as markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.document.tree import (
    Block,
    Bullets,
    Cite,
    Document,
    Drawing,
    Fold,
    Item,
    Link,
    Notice,
    Paragraph,
    Part,
    Quiet,
    Row,
    Section,
    SourceRow,
    Strong,
    Table,
    Tag,
    Words,
)
from engine.model.algorithm import Algorithm
from engine.picture.draw import picture
from engine.picture.font import drawable
from engine.picture.render import compiled, quoted, sheet

_MAP = "map.svg"
_START = """\
#set document(title: {title}, date: none)
#set text(font: "Arimo", size: 9.5pt, lang: {language})
#set par(leading: 0.55em, spacing: 0.8em)
#set list(spacing: 0.55em, indent: 0.3em)
#set enum(spacing: 0.55em, indent: 0.3em)
#set table(stroke: (x, y) => (bottom: 0.5pt + luma(180)), inset: (x: 4pt, y: 4pt))
#show table: set text(size: 8.5pt)
#show table: set par(leading: 0.45em)
#show heading.where(level: 1): it => block(above: 1.6em, below: 0.8em, breakable: false,
  text(size: 14pt, it.body) + v(-0.5em) + line(length: 100%, stroke: 0.7pt + rgb("#51606d")))
#show heading.where(level: 2): set text(size: 11pt)
#show heading.where(level: 2): set block(above: 1.3em, below: 0.6em)
#show heading.where(level: 3): set text(size: 10pt)
#show heading.where(level: 3): set block(above: 1.1em, below: 0.5em)
#show heading.where(level: 4): set text(size: 9.5pt)
#show link: set text(fill: rgb("#0b5394"))
#set page(paper: "a4", background: {watermark}, margin: (x: 18mm, top: 20mm, bottom: 18mm),
  header: context if counter(page).get().first() > 1 {{ text(size: 8pt, {running}) }},
  footer: context align(right, text(size: 8pt, counter(page).display("1 of 1", both: true))))
#let mark(body) = box(stroke: 0.5pt + rgb("#7a4b00"), inset: (x: 2pt), outset: (y: 2pt), radius: 1pt,
  text(size: 7.5pt, weight: "bold", body))
#let quiet(body) = text(size: 0.88em, weight: "regular", fill: rgb("#51606d"), body)
#let notice(body) = block(fill: rgb("#fff2cc"), stroke: (left: 3pt + rgb("#7a4b00")), inset: 7pt, width: 100%,
  strong(body))
"""


def pdf_of(algorithm: Algorithm, document: Document) -> bytes:
    """The document as a PDF; the same document gives the same bytes.

    Raises:
        DrawingError: The renderer failed.
    """
    svg, width, height = picture(algorithm)
    page = "\n".join((_start(document), *_Writer(document, width, height).lines()))
    return compiled(page, "pdf", {_MAP: svg}, pdf_standards=["ua-1"])


def _start(document: Document) -> str:
    running = f"{document.title}, version {document.version}, {document.status.lower()}"
    title = quoted(drawable(f"{document.title}, version {document.version}"))
    language = quoted(document.language if document.language.isalpha() else "en")
    mark = f'rotate(-35deg, text(size: 90pt, weight: "bold", fill: luma(236), {_text(document.status)}))'
    return _START.format(
        title=title,
        language=language,
        running=quoted(drawable(running)),
        watermark=mark if document.notices else "none",
    )


class _Writer:
    def __init__(self, document: Document, width: float, height: float) -> None:
        self.document = document
        self.width, self.height = width, height
        self.refs = set(_refs(document.sections)) | {f"source-{row.number}" for row in document.sources}

    def lines(self) -> Iterator[str]:
        document = self.document
        yield f'#block(text(size: 20pt, weight: "bold", {_text(document.title)}))'
        for one in document.notices:
            yield f"#notice[{self.words(one.words)}]"
        if document.summary:
            yield f"#par[#text(size: 11pt)[{self.words(document.summary)}]]"
        facts = (f"terms.item([{_string(term)}], [{self.words(said)}])" for term, said in document.facts)
        yield f"#terms({', '.join(facts)})"
        yield f"#outline(title: {_text('Contents')}, depth: 1)"
        for section in document.sections:
            yield from self.section(section, 1)
        yield f"#heading(level: 1, {_text('Sources')})"
        for row in document.sources:
            yield self.source(row)

    def section(self, section: Section, level: int) -> Iterator[str]:
        tag = f" #quiet({_text(section.tag)})" if section.tag and level > 1 else ""
        heading = f"#heading(level: {level}, [{_string(section.title)}{tag}]) #label({quoted(section.ref)})"
        if section.blocks == (Drawing(),):
            yield self.drawing(heading)
            return
        yield heading
        for block in section.blocks:
            yield from self.block(block, level)
        for inner in section.sections:
            yield from self.section(inner, level + 1)

    def block(self, block: Block, level: int) -> Iterator[str]:
        match block:
            case Paragraph(words=words):
                yield f"#par[{self.words(words)}]"
            case Notice(words=words):
                yield f"#notice[{self.words(words)}]"
            case Bullets(items=items, numbered=numbered):
                yield self.items(items, numbered=numbered)
            case Fold(title=title, blocks=blocks):
                yield f"#par[#strong({_text(title)})]"
                for inner in blocks:
                    yield from self.block(inner, level)
            case Table():
                yield self.table(block)
            case Drawing():
                pass  # has a page of its own

    def drawing(self, heading: str) -> str:
        """The picture on a page of its own, as large as it needs."""
        width, height = sheet(self.width, self.height)
        alt = f"Picture of {self.document.title}. The chapters that follow say the same in words."
        return (
            f"#page(width: {width:.2f}pt, height: {height:.2f}pt, margin: 10mm, header: none, "
            f'footer: none)[{heading}#align(center, image("{_MAP}", fit: "contain", width: 100%, '
            f"height: 92%, alt: {quoted(drawable(alt))}))]"
        )

    def items(self, items: Iterable[Item], *, numbered: bool = False) -> str:
        rows = ", ".join(f"[{self.item(one)}]" for one in items)
        return f"#{'enum' if numbered else 'list'}({rows})"

    def item(self, one: Item) -> str:
        anchor = f"#metadata(none) #label({quoted(one.ref)})" if one.ref else ""
        inner = f" {self.items(one.items)}" if one.items else ""
        return f"{anchor}{self.words(one.words)}{inner}"

    def table(self, table: Table) -> str:
        widths = "1.4fr" + ", 1fr" * (len(table.columns) - 1)
        head = ", ".join(f"[#strong({_text(column)})]" for column in table.columns)
        rows = ",\n".join(self.row(row) for row in table.rows)
        return f"#table(columns: ({widths}), align: left, table.header({head}),\n{rows})"

    def row(self, row: Row) -> str:
        anchor = f"#metadata(none) #label({quoted(row.ref)})" if row.ref else ""
        cells = (" #linebreak() ".join(self.words(line) for line in cell) for cell in row.cells)
        return ", ".join((f"[{anchor}#strong[{self.words(row.head)}]]", *(f"[{cell}]" for cell in cells)))

    def source(self, row: SourceRow) -> str:
        cited = ", ".join(link.text for link in row.cited_in)
        url = f" #link({quoted(row.url)})" if row.url else ""
        return (
            f"#block[{_string(f'[{row.number}] ')}{_string(row.text)}{url} "
            f"#quiet({_text(f'Cited in {cited}.')})] #label({quoted(f'source-{row.number}')})"
        )

    def words(self, words: Words) -> str:
        return "".join(map(self.part, words))

    def part(self, part: Part) -> str:
        match part:
            case str():
                return _string(part)
            case Cite(number=number):
                return f"#link(label({quoted(f'source-{number}')}), {_text(f'[{number}]')})"
            case Link(ref=ref, text=text):
                return f"#link(label({quoted(ref)}), {_text(text)})" if ref in self.refs else _string(text)
            case Strong(text=text):
                return f"#strong({_text(text)})"
            case Tag(text=text):
                return f"#mark({_text(text)})"
            case Quiet(text=text):
                return f"#quiet({_text(text)})"


def _refs(sections: Iterable[Section]) -> Iterator[str]:
    """Every place of the document that can be linked to."""
    for section in sections:
        yield section.ref
        for block in section.blocks:
            yield from _inner(block)
        yield from _refs(section.sections)


def _inner(block: Block) -> Iterator[str]:
    match block:
        case Bullets(items=items):
            yield from (one.ref for one in items if one.ref)
        case Table(rows=rows):
            yield from (one.ref for one in rows if one.ref)
        case _:
            pass


def _text(text: str) -> str:
    """A typst string, as an argument."""
    return quoted(drawable(text), keep_spaces=True)


def _string(text: str) -> str:
    """A text in the middle of content. The semicolon ends the expression."""
    return f"#{_text(text)};"
