"""Severity bands of published scales, by the scale's terminology code or its evidence type.

They are what a reader compares a chart with; no rule of care reads them. A scale that is not here is drawn
without bands.
"""

from dataclasses import dataclass
from typing import Final

from engine.model.evidence import EvidenceType


@dataclass(frozen=True, slots=True)
class Band:
    """From this total on, the scale's word for it."""

    start: int
    word: str


_PHQ9: Final = (Band(5, "mild"), Band(10, "moderate"), Band(15, "moderately severe"), Band(20, "severe"))
"""LOINC answer list of 44261-6."""
_GAD7: Final = (Band(5, "mild"), Band(10, "moderate"), Band(15, "severe"))
"""Spitzer et al., Arch Intern Med 2006;166:1092-1097, through a summary of it."""
_QIDS: Final = (Band(6, "mild"), Band(11, "moderate"), Band(16, "severe"), Band(21, "very severe"))
"""ids-qids.org."""
_MADRS: Final = (Band(7, "mild"), Band(20, "moderate"), Band(35, "severe"))
"""Bands as documented in an R package."""
_HAMD17: Final = (Band(8, "mild"), Band(17, "moderate"), Band(24, "severe"))
"""Zimmerman et al. 2013."""

_BY_CODE: Final = {"LOINC 44249-1": _PHQ9, "LOINC 69737-5": _GAD7}
_BY_ID: Final = {"qids_sr16": _QIDS, "madrs": _MADRS, "hamd17": _HAMD17}
"""Scales without a code of their own."""


def bands_of(evidence: EvidenceType) -> tuple[Band, ...]:
    """The bands of a scale, lowest first; none where none are known."""
    return _BY_CODE.get(evidence.coding or "") or _BY_ID.get(evidence.id, ())


def band_word(evidence: EvidenceType, total: int) -> str:
    """The word for a total; empty below the first band and for scales without bands."""
    return next((band.word for band in reversed(bands_of(evidence)) if total >= band.start), "")
