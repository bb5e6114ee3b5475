"""Problem details (RFC 9457): the one shape of every error, and which error of the engine is which problem.

No problem repeats what was sent: a text that could not be encoded would turn a refusal into a failure, and
what is written about a patient has no place in an error.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, cast

from fastapi import HTTPException
from fastapi.responses import Response
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from api.shapes import event_shape, place_shape
from engine.access.decide import AccessDeniedError, Denial
from engine.model.errors import (
    CaseConflict,
    DefinitionError,
    EngineError,
    EvidenceError,
    UnknownNameError,
)
from engine.model.place import Finding
from engine.runtime.replay import HistoryError
from engine.service import AccessDeniedError as RoleMissingError
from engine.service import BadCursorError, VersionExistsError
from engine.store.errors import (
    DatabaseUnreadableError,
    KeyReusedError,
    OutcomeUnknownError,
    OverloadedError,
    SchemaError,
    StoreUnavailableError,
    UnfitTextError,
    UnsafeDatabaseError,
)

MEDIA_TYPE: Final = "application/problem+json"
TYPE: Final = "urn:treadway:problem:"
MOST_ERRORS: Final = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong: `code` is the stable name, `detail` what happened, `fix` what to do about it."""

    status: int
    code: str
    title: str
    detail: str
    fix: str = ""
    more: Mapping[str, object] = field(default_factory=dict[str, object])
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    def body(self) -> bytes:
        """The problem as JSON, in ASCII."""
        shape = {
            "type": TYPE + self.code,
            "code": self.code,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "fix": self.fix,
            **self.more,
        }
        return json.dumps(shape).encode("ascii")

    def response(self) -> Response:
        """The answer."""
        return Response(self.body(), self.status, dict(self.headers), MEDIA_TYPE)


class ProblemError(HTTPException):
    """Ends a request with a problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.status, problem.title)
        self.problem = problem


NOT_FOUND: Final = Problem(
    404,
    "not-found",
    "Not found",
    "There is no such thing here, or you may not see it.",
    "Check the address, the id and the clinic.",
)
"""The same bytes for what is unknown and for what belongs to another clinic."""

NOT_SIGNED_IN: Final = Problem(
    401,
    "not-signed-in",
    "Not signed in",
    "The request carries no valid API token and no session.",
    "Send `Authorization: Bearer TOKEN` with a token that is in force.",
    headers={"WWW-Authenticate": 'Bearer realm="treadway"'},
)
NO_CLINIC: Final = Problem(
    400, "no-clinic", "No clinic", "The request names no clinic.", "Add `?clinic=` with the clinic's id."
)
OVERLOADED: Final = Problem(
    503,
    "overloaded",
    "Too much at once",
    "More requests are waiting than can be answered in time. Nothing was stored.",
    "Send it again in a moment, with the same Idempotency-Key.",
    headers={"Retry-After": "1"},
)
STOPPING: Final = Problem(
    503,
    "stopping",
    "Shutting down",
    "This process is ending and takes nothing new. Nothing was stored.",
    "Send it again in a moment, with the same Idempotency-Key.",
    headers={"Retry-After": "2", "Connection": "close"},
)
NO_DATABASE: Final = Problem(
    503,
    "database-unavailable",
    "Database unavailable",
    "The database cannot be used right now. Nothing was stored.",
    "Send it again in a moment, with the same Idempotency-Key.",
    headers={"Retry-After": "5"},
)
OUTCOME_UNKNOWN: Final = Problem(
    503,
    "outcome-unknown",
    "Not known whether it was stored",
    "The database failed while it was storing. All of it was stored, or nothing.",
    "Send it again with the same Idempotency-Key, or read the case.",
    headers={"Retry-After": "5"},
)
OUR_FAULT: Final = Problem(
    500,
    "our-fault",
    "Our fault",
    "The request could not be answered because of a mistake of ours.",
    "Tell whoever runs this installation when it happened.",
)
TOO_LARGE: Final = Problem(
    413, "too-large", "Too large", "The body is larger than this address takes.", "Send less at once."
)
TOO_SLOW: Final = Problem(
    408,
    "too-slow",
    "Too slow",
    "The body did not arrive in time.",
    "Send it again.",
    headers={"Connection": "close"},
)
NOT_JSON: Final = Problem(
    415,
    "not-json",
    "Not JSON",
    "The body is not said to be plain JSON in UTF-8.",
    "Send `Content-Type: application/json`, without compression.",
)
PRECONDITION: Final = Problem(
    428,
    "precondition-required",
    "If-Match is missing",
    "A write must say which event of the case it has seen last.",
    'Read the case and send its ETag, such as `If-Match: "12"`.',
)
NO_SUCH_METHOD: Final = Problem(
    405,
    "method-not-allowed",
    "Method not allowed",
    "This address takes other methods.",
    "See the header `Allow`.",
)
TOO_MANY: Final = Problem(
    429,
    "too-many",
    "Too many requests",
    "This account has sent more requests than it may.",
    "Send fewer at once.",
)


def bad_request(detail: str, fix: str) -> Problem:
    """A header or body that cannot be read at all."""
    return Problem(400, "bad-request", "Bad request", detail, fix)


def invalid(errors: Sequence[Mapping[str, str]]) -> Problem:
    """Readable, and not what this address takes. Each error has `where` and `text`."""
    return Problem(
        422,
        "invalid",
        "Invalid request",
        "Some values cannot be what they are said to be.",
        "Mend what `errors` names.",
        {"errors": list(errors)[:MOST_ERRORS]},
    )


def problem_of(error: Exception) -> Problem:
    """The problem for any error; one of ours where nobody foresaw it."""
    match error:
        case ProblemError():
            return error.problem
        case AccessDeniedError():
            return _denied(error)
        case RoleMissingError():
            return _forbidden(error.message, error.fix)
        case UnknownNameError():
            return _unknown(error)
        case CaseConflict():
            return _stale(error)
        case EvidenceError():
            # Its message quotes what was sent; its fix does not.
            text = {"where": error.field, "text": error.fix or "This value cannot be kept."}
            return replace(invalid([text]), code="impossible-evidence", title="Impossible evidence")
        case DefinitionError():
            return findings_problem(error.findings)
        case KeyReusedError():
            return Problem(
                422,
                "key-reused",
                "Idempotency-Key used before",
                "The Idempotency-Key was used for another request.",
                "Send a new key with a new request, and the same key only with the same request.",
            )
        case UnfitTextError():
            return invalid([{"where": "body", "text": f"{error.message}: {error.fix}"}])
        case VersionExistsError():
            return Problem(409, "version-exists", "Version exists", error.message, error.fix)
        case HistoryError():
            return Problem(404, "not-known-then", "Nothing known then", error.message, error.fix)
        case BadCursorError():
            return invalid([{"where": "query.after", "text": f"{error.message}: {error.fix}."}])
        case OverloadedError():
            return replace(OVERLOADED, headers={"Retry-After": str(error.retry_after_seconds)})
        case OutcomeUnknownError():
            return OUTCOME_UNKNOWN
        case (
            StoreUnavailableError()
            | DatabaseUnreadableError()
            | SchemaError()
            | UnsafeDatabaseError()
            | OperationalError()
            | InterfaceError()
            | PoolTimeoutError()
        ):
            return NO_DATABASE
        case EngineError():
            return Problem(409, "not-possible", "Not possible", error.message, error.fix)
        case _:
            return OUR_FAULT


def findings_problem(findings: Sequence[Finding]) -> Problem:
    """A definition that cannot be used."""
    return Problem(
        422,
        "findings",
        "The definition has findings",
        f"{len(findings)} findings keep the definition from being used.",
        "Mend the findings and check again.",
        {"findings": [finding_shape(finding) for finding in findings]},
    )


def finding_shape(finding: Finding) -> dict[str, object]:
    """A problem in a definition, with its place."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "message": finding.message,
        "why": finding.why,
        "fix": finding.fix,
        "place": place_shape(finding.place),
        "mends": [
            {
                "title": mend.title,
                "sure": mend.sure,
                "edits": [{"place": place_shape(edit.place), "new": edit.new} for edit in mend.edits],
            }
            for mend in finding.mends
        ],
    }


def _denied(error: AccessDeniedError) -> Problem:
    match error.answer.denial:
        case Denial.NOT_SIGNED_IN:
            return NOT_SIGNED_IN
        case Denial.NO_CLINIC:
            return NO_CLINIC
        case Denial.NO_RIGHT | Denial.NO_SCOPE:
            return _forbidden(error.message, error.fix)
        case _:
            return NOT_FOUND


def _forbidden(message: str, fix: str) -> Problem:
    return Problem(403, "denied", "Not allowed", message, fix)


def _unknown(error: UnknownNameError) -> Problem:
    if error.what in ("case", "algorithm", "shipped algorithm"):
        return NOT_FOUND
    hint = f"Did you mean {' or '.join(error.near)}?" if error.near else f"Name a known {error.what}."
    return Problem(
        422,
        "unknown-name",
        "Unknown name",
        f"The algorithm of this case has no {error.what} of that name.",
        hint,
        {"what": error.what, "near": list(error.near)},
    )


def _stale(error: CaseConflict) -> Problem:
    since = list(error.since)
    seq = since[-1].seq if since else error.expected_seq
    return Problem(
        409,
        "stale",
        "The case has changed",
        f"The case has moved on: {len(since)} events since the one that you had seen. Nothing was stored.",
        "Read what changed, then send yours again with the new If-Match.",
        {"seq": seq, "events": [event_shape(event) for event in since]},
        {"ETag": f'"{seq}"'},
    )


_NAME = re.compile(r"[a-z][a-z0-9_]{0,79}|[A-Z][A-Za-z]{0,40}Body")


def validation_errors(errors: Sequence[Mapping[str, object]]) -> list[dict[str, str]]:
    """Where and what, of pydantic's errors; without what was sent."""
    told: list[dict[str, str]] = []
    for error in errors[:MOST_ERRORS]:
        loc = error.get("loc")
        parts = list(cast(tuple[object, ...], loc)) if isinstance(loc, tuple) else []
        if error.get("type") == "extra_forbidden":
            parts[-1:] = ["?"]  # a key of the sender's own invention
        where = ".".join(str(part) if _is_ours(part) else "?" for part in parts)
        told.append({"where": where, "text": _said(error)})
    return told


def _is_ours(part: object) -> bool:
    return isinstance(part, int) or _NAME.fullmatch(str(part)) is not None


def _said(error: Mapping[str, object]) -> str:
    """Pydantic's sentence. Those of these kinds repeat the value, so that they are said otherwise."""
    kind = str(error.get("type"))
    if kind in ("value_error", "assertion_error", "union_tag_invalid"):
        return "This value cannot be used here."
    return str(error.get("msg"))
