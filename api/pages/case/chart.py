"""The score chart: totals over time on the scale's whole range, bands at the side, treatments beneath.

Everything is placed here; the template only writes the shapes down. The same numbers stand in a table.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from api.pages.case.bands import Band, band_word, bands_of
from api.pages.case.reading import Reading
from api.pages.case.trials_table import TrialRow, trial_rows
from api.words import day_words
from engine.model.case import Record
from engine.model.evidence import EvidenceType
from engine.runtime import score as scores
from engine.runtime.checkpoints import due

WIDTH, LEFT, RIGHT, TOP = 720.0, 34.0, 128.0, 14.0
PLOT: Final = 196.0
"""Height of the scale."""
BAR: Final = 22.0
"""Height of a treatment's bar with its gap."""
SHAPES: Final = ("circle", "square", "diamond", "triangle")
FEWEST_DAYS: Final = 28
"""So many days are shown at least: two scores of one week do not fill the width."""
MARKS: Final = 6


@dataclass(frozen=True, slots=True)
class Point:
    """One total. `ringed`: the record raised a safety stop."""

    x: float
    y: float
    total: int
    on: str
    shape: str
    ringed: bool
    seq: int
    band: str
    label_y: float

    @property
    def said(self) -> str:
        """The point for readers who do not see it."""
        band = f", {self.band}" if self.band else ""
        stop = ", raised a safety stop" if self.ringed else ""
        return f"{self.on}: {self.total}{band}{stop}"


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the chart where a band begins."""

    y: float
    start: int
    word: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A treatment under the axis. `open`: it runs on."""

    x: float
    y: float
    width: float
    title: str
    shape: str
    open: bool
    inside: bool
    """Whether its name fits into it; else it stands beside it."""
    text_x: float
    anchor: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A date under the axis."""

    x: float
    word: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart to draw.

    Attributes:
        lines: Polylines between totals; a line ends where a due total was missed or the last one had expired.
    """

    title: str
    scale: str
    low: int
    high: int
    width: float
    height: float
    bottom: float
    right: float
    points: tuple[Point, ...]
    lines: tuple[str, ...]
    rules: tuple[Rule, ...]
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    missed: bool

    @property
    def said(self) -> str:
        """What it shows, in a sentence."""
        first, last = self.points[0], self.points[-1]
        if len(self.points) == 1:
            return f"{self.scale}: one total, {first.total} on {first.on}."
        return (
            f"{self.scale}: {len(self.points)} totals, from {first.total} on {first.on} to {last.total} on "
            f"{last.on}."
        )


def score_chart(reading: Reading) -> Chart | None:
    """The chart of the measure that leads the trial; None while it has no total."""
    lead = scores.lead(reading.day.facts)
    if lead is None:
        return None
    evidence = reading.algorithm.evidence[lead.kind]
    records = [r for r in reading.day.records(lead.kind) if isinstance(r.values.get(lead.field), int)]
    if not records:
        return None
    field = evidence.fields[lead.field]
    low, high = int(field.low or 0), int(field.high or 100)
    return _Drawing(reading, evidence, lead.field, low, high, records).chart()


class _Drawing:
    def __init__(
        self,
        reading: Reading,
        evidence: EvidenceType,
        field: str,
        low: int,
        high: int,
        records: Sequence[Record],
    ) -> None:
        self.reading, self.evidence, self.field = reading, evidence, field
        self.low, self.high, self.records = low, high, records
        self.rows = [row for row in reversed(trial_rows(reading)) if row.started_on <= reading.today]
        self.first = min([records[0].observed_on, *(max(r.started_on, self._early()) for r in self.rows)])
        days = max((reading.today - self.first).days, FEWEST_DAYS)
        self.last = self.first + timedelta(days=days)
        self.days = days

    def _early(self) -> date:
        """Treatments of long ago do not squeeze the scores: a bar begins at most a year before the first."""
        return self.records[0].observed_on - timedelta(days=365)

    def x(self, day: date) -> float:
        share = min(max((day - self.first).days / self.days, 0.0), 1.0)
        return round(LEFT + 8 + share * (WIDTH - LEFT - RIGHT - 16), 1)

    def y(self, total: float) -> float:
        share = (total - self.low) / max(self.high - self.low, 1)
        return round(TOP + PLOT * (1 - share), 1)

    def chart(self) -> Chart:
        points = tuple(self._points())
        bars = tuple(self._bars())
        lines, missed = self._lines(points)
        bottom = TOP + PLOT
        rows = len(bars)
        return Chart(
            title=f"{self.evidence.title} over time",
            scale=self.evidence.title,
            low=self.low,
            high=self.high,
            width=WIDTH,
            height=bottom + 24 + rows * BAR + (4 if rows else 0),
            bottom=bottom,
            right=WIDTH - RIGHT,
            points=points,
            lines=lines,
            rules=tuple(Rule(self.y(band.start), band.start, band.word) for band in self._bands()),
            bars=bars,
            ticks=tuple(self._ticks()),
            missed=missed,
        )

    def _bands(self) -> tuple[Band, ...]:
        return bands_of(self.evidence)

    def _points(self) -> Iterator[Point]:
        raising = {seq for raised in self.reading.case.interrupts for seq in raised.evidence}
        for record in self.records:
            total = int(str(record.values[self.field]))
            y = self.y(total)
            yield Point(
                x=self.x(record.observed_on),
                y=y,
                total=total,
                on=day_words(record.observed_on),
                shape=self._shape_on(record.observed_on),
                ringed=record.seq in raising,
                seq=record.seq,
                band=band_word(self.evidence, total),
                label_y=y - 9 if y > TOP + 14 else y + 19,
            )

    def _shape_on(self, day: date) -> str:
        """The shape of the trial that ran on a day; the first one before any."""
        running = [n for n, row in enumerate(self.rows) if row.started_on < day]
        return SHAPES[running[-1] % len(SHAPES)] if running else SHAPES[0]

    def _lines(self, points: Sequence[Point]) -> tuple[tuple[str, ...], bool]:
        lines: list[list[Point]] = [[points[0]]]
        missed = False
        for (record, _), (after, point) in pairwise(zip(self.records, points, strict=True)):
            if self._broken(record, after):
                lines.append([])
                missed = True
            lines[-1].append(point)
        drawn = (" ".join(f"{p.x:g},{p.y:g}" for p in line) for line in lines if len(line) > 1)
        return tuple(drawn), missed

    def _broken(self, before: Record, after: Record) -> bool:
        """Whether a due total was missed between two records, or the first had gone out of date."""
        window = self.evidence.valid_for.duration
        if window is not None and window.after(before.observed_on) < after.observed_on:
            return True
        visit = self.reading.case.visit
        if after.observed_on <= visit.entered_on:
            return False
        eve = self.reading.day.at(after.observed_on - timedelta(days=1))
        return any(item.type == self.evidence.id and item.overdue for item in due(eve))

    def _bars(self) -> Iterator[Bar]:
        for n, row in enumerate(self.rows):
            yield self._bar(n, row)

    def _bar(self, n: int, row: TrialRow) -> Bar:
        end = min(row.ended_on or self.reading.today, self.reading.today)
        left = self.x(row.started_on)
        width = max(self.x(end) - left, 4.0)
        title = (
            f"{row.title} {row.dose_best}".strip() if row.dose_best not in ("", "not recorded") else row.title
        )
        inside = len(title) * 6.6 + 24 < width
        after = left + width + 6
        beyond = after + len(title) * 6.6 > WIDTH
        return Bar(
            x=left,
            y=TOP + PLOT + 26 + n * BAR,
            width=round(width, 1),
            title=title,
            shape=SHAPES[n % len(SHAPES)],
            open=row.running and row.ended_on is None,
            inside=inside,
            text_x=left + 20 if inside else (left - 6 if beyond else after),
            anchor="end" if beyond and not inside else "start",
        )

    def _ticks(self) -> Iterator[Tick]:
        steps = max(1, -(-self.days // (MARKS * 7))) * 7
        for days in range(0, self.days + 1, steps):
            day = self.first + timedelta(days=days)
            yield Tick(self.x(day), day_words(day))
