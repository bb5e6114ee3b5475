"""Texts as numbers for the solver: the order of the numbers is that of the texts."""

import bisect
from collections.abc import Iterable
from fractions import Fraction


class TextNumbers:
    """Numbers texts as they come. Encodings that are compared share one, so that a text is one number."""

    def __init__(self, first: Iterable[str] = ()) -> None:
        """Number these texts first."""
        self._texts: list[str] = []
        self._numbers: dict[str, Fraction] = {}
        for text in sorted(set(first)):
            self.number(text)

    def number(self, text: str) -> Fraction:
        """Where a text stands among all texts."""
        if text not in self._numbers:
            at = bisect.bisect_left(self._texts, text)
            below = self._numbers[self._texts[at - 1]] if at else None
            above = self._numbers[self._texts[at]] if at < len(self._texts) else None
            if below is None:
                found = Fraction(0) if above is None else above - 1
            else:
                found = below + 1 if above is None else (below + above) / 2
            self._numbers[text] = found
            self._texts.insert(at, text)
        return self._numbers[text]

    def text(self, number: Fraction, codes: tuple[str, ...] | None = None) -> str:
        """The text of a number; between two texts, one that stands there. `codes`: it is one of these."""
        for text, place in self._numbers.items():
            if place == number and (codes is None or text in codes):
                return text
        below = [text for text in self._texts if self._numbers[text] < number]
        return f"{below[-1]} " if below else ""
