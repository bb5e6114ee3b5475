"""Who a case is about, in the order and the forms of the NHS banner: name, born, gender, number."""

from dataclasses import dataclass
from datetime import date

from api.words import age_words, day_words
from engine.service import CaseView

NOT_RECORDED = "not recorded"

GENDERS = {"female": "Female", "male": "Male", "other": "Other", "unknown": NOT_RECORDED}


@dataclass(frozen=True, slots=True)
class Banner:
    """Each part is a label and its value; what is unknown says so.

    Attributes:
        number: The patient's number in the clinic's own register.
    """

    case_id: str
    name: str
    born: str
    gender: str
    number: str

    @property
    def title(self) -> str:
        """Who it is, for a page's title and for readers who hear it: `BERG, Tom, case 1001`."""
        return f"{self.name}, case {self.case_id}"


def banner_of(view: CaseView, today: date) -> Banner:
    """The banner of a case's patient on a day."""
    patient = view.case.patient
    return Banner(
        case_id=view.case.id,
        name=(view.patient.name or "").strip() or "Name not recorded",
        born=f"{day_words(patient.birth_date)} ({age_words(patient.birth_date, today)})",
        gender=GENDERS.get(patient.sex, patient.sex),
        number=(view.patient.number or "").strip() or NOT_RECORDED,
    )
