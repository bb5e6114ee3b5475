"""Every address of the case pages: what it is for, which right it needs, and who answers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from api.pages.case import gate_page, moving, opening, recording, showing, treating
from api.pages.case.handling import Answer, Asked, NoSuchPageError
from engine.access.rights import Right


@dataclass(frozen=True, slots=True)
class Row:
    """One address. `answer` takes the request and what stands in the address between slashes.

    `public`: read without signing in, where the clinic publishes its algorithms.
    """

    method: str
    path: str
    right: Right
    answer: Callable[[Asked, dict[str, str]], Answer]
    public: bool = False


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise NoSuchPageError(text)
    return int(text)


GET, POST = "GET", "POST"
ROWS: Final = (
    Row(GET, "/cases/new", Right.OPEN_CASE, lambda asked, _: opening.ask_opening(asked)),
    Row(POST, "/cases/new", Right.OPEN_CASE, lambda asked, _: opening.open_new(asked)),
    Row(GET, "/cases/{case_id}", Right.READ_CASE, lambda asked, _: showing.show_case(asked)),
    Row(GET, "/cases/{case_id}/history", Right.READ_CASE, lambda asked, _: showing.show_history(asked)),
    Row(GET, "/cases/{case_id}/print", Right.READ_CASE, lambda asked, _: showing.show_summary(asked)),
    Row(
        GET,
        "/cases/{case_id}/record/{kind}",
        Right.RECORD_EVIDENCE,
        lambda asked, at: recording.ask_evidence(asked, at["kind"]),
    ),
    Row(
        POST,
        "/cases/{case_id}/record/{kind}",
        Right.RECORD_EVIDENCE,
        lambda asked, at: recording.record_evidence(asked, at["kind"]),
    ),
    Row(
        GET,
        "/cases/{case_id}/correct/{seq}",
        Right.RECORD_EVIDENCE,
        lambda asked, at: recording.ask_correction(asked, _number(at["seq"])),
    ),
    Row(
        POST,
        "/cases/{case_id}/correct/{seq}",
        Right.RECORD_EVIDENCE,
        lambda asked, at: recording.correct(asked, _number(at["seq"])),
    ),
    Row(
        GET,
        "/cases/{case_id}/gate/{gate}",
        Right.READ_CASE,
        lambda asked, at: gate_page.ask_gate(asked, at["gate"]),
    ),
    Row(
        POST,
        "/cases/{case_id}/gate/{gate}",
        Right.RECORD_EVIDENCE,
        lambda asked, at: gate_page.answer_gate(asked, at["gate"]),
    ),
    Row(
        GET,
        "/cases/{case_id}/move/{move}",
        Right.READ_CASE,
        lambda asked, at: moving.ask_move(asked, at["move"]),
    ),
    Row(
        POST,
        "/cases/{case_id}/move/{move}",
        Right.MOVE,
        lambda asked, at: moving.make_move(asked, at["move"]),
    ),
    Row(
        GET,
        "/cases/{case_id}/deviate/{subject}/{name}",
        Right.DEVIATE,
        lambda asked, at: moving.ask_deviation(asked, at["subject"], at["name"]),
    ),
    Row(
        POST,
        "/cases/{case_id}/deviate/{subject}/{name}",
        Right.DEVIATE,
        lambda asked, at: moving.deviate(asked, at["subject"], at["name"]),
    ),
    Row(GET, "/cases/{case_id}/start", Right.TREAT, lambda asked, _: treating.ask_start(asked)),
    Row(POST, "/cases/{case_id}/start", Right.TREAT, lambda asked, _: treating.start(asked)),
    Row(
        GET,
        "/cases/{case_id}/dose/{option}",
        Right.TREAT,
        lambda asked, at: treating.ask_dose(asked, at["option"]),
    ),
    Row(
        POST,
        "/cases/{case_id}/dose/{option}",
        Right.TREAT,
        lambda asked, at: treating.change_dose(asked, at["option"]),
    ),
    Row(
        GET,
        "/cases/{case_id}/stop/{option}",
        Right.TREAT,
        lambda asked, at: treating.ask_stop(asked, at["option"]),
    ),
    Row(
        POST,
        "/cases/{case_id}/stop/{option}",
        Right.TREAT,
        lambda asked, at: treating.stop(asked, at["option"]),
    ),
    Row(
        GET,
        "/cases/{case_id}/release/{stop}",
        Right.READ_CASE,
        lambda asked, at: moving.ask_release(asked, at["stop"]),
    ),
    Row(
        POST,
        "/cases/{case_id}/release/{stop}",
        Right.RELEASE_INTERRUPT,
        lambda asked, at: moving.release(asked, at["stop"]),
    ),
    Row(POST, "/cases/{case_id}/note", Right.RECORD_EVIDENCE, lambda asked, _: moving.add_note(asked)),
)
