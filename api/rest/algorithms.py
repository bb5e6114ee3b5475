"""Algorithms: which there are, what they hold, their diagram; checking a draft, publishing a version."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.rest.answers import AlgorithmAnswer, AlgorithmsAnswer, CheckAnswer, DiffAnswer, ListedAlgorithm
from api.rest.bodies import CheckBody, DefinitionBody
from api.rest.caller import Asking
from api.rest.problems import finding_shape
from api.rest.replies import IfNoneMatch, json_reply, pdf_reply, svg_reply, tag_of, unless_known
from api.rest.route import PDF, SVG, GuardedRoute, needs, ok, with_answer
from api.rest.scalars import AlgorithmId, Version
from api.shapes import Shape, algorithm_shape, change_shape, plain
from engine.access.rights import Right
from engine.model.algorithm import Algorithm
from engine.model.place import Severity
from engine.service import Listed, find_algorithm, list_algorithms, publish
from engine.service.checking import check_draft

router = APIRouter(route_class=GuardedRoute, tags=["algorithms"])

Id = Annotated[AlgorithmId, Path(description="Id of the algorithm.", examples=["stepwise-depression"])]
WhichVersion = Annotated[
    Version | None, Query(description="Else the newest that the clinic holds.", examples=["1.0.0"])
]


@router.get(
    "/algorithms",
    **with_answer(needs(Right.READ_ALGORITHMS), ok(AlgorithmsAnswer, text="The list.")),
)
def list_all(caller: Asking, if_none_match: IfNoneMatch = None) -> Response:
    """Algorithms that cases can be opened in: those of the clinic and those that come with Treadway."""
    with caller.desk() as desk:
        listed = list_algorithms(desk)
    shape = {"algorithms": [_listed(one) for one in listed]}
    return unless_known(json_reply(shape, etag=tag_of(shape)), if_none_match)


@router.get(
    "/algorithms/{algorithm_id}",
    **with_answer(needs(Right.READ_ALGORITHMS), ok(AlgorithmAnswer, text="The algorithm.")),
)
def read(
    algorithm_id: Id, caller: Asking, version: WhichVersion = None, if_none_match: IfNoneMatch = None
) -> Response:
    """What an algorithm holds: steps, moves, evidence, gates, treatments, by the ids that entries use."""
    with caller.desk() as desk:
        algorithm = find_algorithm(desk, algorithm_id, version).usable()
    return unless_known(json_reply(_algorithm(algorithm), etag=f'"{algorithm.digest}"'), if_none_match)


@router.get("/algorithms/{algorithm_id}/diagram.svg", **with_answer(needs(Right.READ_ALGORITHMS), SVG))
def diagram(
    algorithm_id: Id, caller: Asking, version: WhichVersion = None, if_none_match: IfNoneMatch = None
) -> Response:
    """The algorithm's diagram."""
    from engine.picture.draw import draw

    with caller.desk() as desk:
        algorithm = find_algorithm(desk, algorithm_id, version).usable()
    tag = tag_of("diagram", algorithm.digest, algorithm.language)
    return unless_known(svg_reply(draw(algorithm, "svg"), tag), if_none_match)


@router.get("/algorithms/{algorithm_id}/document", **with_answer(needs(Right.READ_ALGORITHMS), PDF))
def document(
    algorithm_id: Id,
    caller: Asking,
    version: WhichVersion = None,
    since: Annotated[
        Version | None, Query(description="Tell what changed since this version.", examples=["1.0.0"])
    ] = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """The pathway document as an accessible PDF."""
    from api.pages.pathway.made import Told, paper

    with caller.desk() as desk:
        algorithm = find_algorithm(desk, algorithm_id, version).usable()
        previous = None if since is None else find_algorithm(desk, algorithm_id, since).usable()
    told = Told(algorithm, previous)
    tag = tag_of("document", *told.digests, algorithm.language)
    return unless_known(pdf_reply(paper(told), tag), if_none_match)


@router.get(
    "/algorithms/{algorithm_id}/diff",
    **with_answer(needs(Right.READ_ALGORITHMS), ok(DiffAnswer, text="What changed.")),
)
def diff(
    algorithm_id: Id,
    caller: Asking,
    old: Annotated[Version, Query(alias="from", description="The earlier version.", examples=["1.0.0"])],
    new: Annotated[
        Version | None,
        Query(alias="to", description="Else the newest that the clinic holds.", examples=["1.1.0"]),
    ] = None,
    diagram: Annotated[bool, Query(description="Draw the changes too.")] = False,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """What changed between two versions, in words, with what each change does to what is permitted."""
    from engine.definition.diff import compare
    from engine.picture.difference import difference_svg

    with caller.desk() as desk:
        before = find_algorithm(desk, algorithm_id, old).usable()
        after = find_algorithm(desk, algorithm_id, new).usable()
    changes = compare(before, after)
    shape: Shape = {
        "old": algorithm_shape(before),
        "new": algorithm_shape(after),
        "changes": [change_shape(one) for one in changes],
        "diagram": difference_svg(before, after, changes) if diagram else None,
    }
    return unless_known(json_reply(shape, etag=tag_of(shape)), if_none_match)


@router.post(
    "/algorithms/check",
    **with_answer(needs(Right.DRAFT, body=True), ok(CheckAnswer, text="What the draft is.")),
)
def check(body: CheckBody, caller: Asking) -> Response:
    """Check a draft: every finding with its place, and the diagram if wanted. Nothing is stored."""
    loaded, findings = check_draft(body.definition, body.libraries)
    algorithm = loaded.algorithm
    return json_reply(
        {
            "usable": not any(finding.severity is Severity.ERROR for finding in findings),
            "algorithm": None if algorithm is None else algorithm_shape(algorithm),
            "findings": [finding_shape(finding) for finding in findings],
            "diagram": _drawn(algorithm) if algorithm is not None and body.diagram else None,
        }
    )


def _drawn(algorithm: Algorithm) -> str | None:
    from engine.picture.draw import draw
    from engine.picture.render import DrawingError

    try:
        return draw(algorithm, "svg")
    except DrawingError:
        return None


@router.post(
    "/algorithms",
    status_code=201,
    **with_answer(
        needs(Right.PUBLISH, 409, body=True),
        ok(ListedAlgorithm, 201, "The version is kept; cases can be opened in it."),
    ),
)
def publish_version(body: DefinitionBody, caller: Asking) -> Response:
    """Publish a version of a definition in the clinic. A version never changes; the same again is no harm."""
    with caller.desk() as desk:
        listed = publish(desk, body.definition, body.libraries)
    return json_reply(_listed(listed), 201, location=f"/api/v1/algorithms/{listed.algorithm.id}")


def _listed(one: Listed) -> Shape:
    return {
        **algorithm_shape(one.algorithm),
        "title": one.algorithm.title,
        "status": one.algorithm.status,
        "kept_at": plain(one.kept_at),
    }


def _algorithm(algorithm: Algorithm) -> Shape:
    return {
        **algorithm_shape(algorithm),
        "title": algorithm.title,
        "summary": algorithm.summary,
        "status": algorithm.status,
        "country": algorithm.country,
        "language": algorithm.language,
        "start": algorithm.start,
        "steps": [
            {"id": step.id, "title": step.title, "code": step.code, "kind": step.kind.value}
            for step in algorithm.steps.values()
        ],
        "moves": [
            {
                "id": move.id,
                "title": move.title,
                "kind": move.kind.value,
                "sources": list(move.sources),
                "to": move.target,
                "gate": move.gate,
            }
            for move in algorithm.moves.values()
        ],
        "evidence": {kind.id: list(kind.fields) for kind in algorithm.evidence.values()},
        "gates": {gate.id: [item.id for item in gate.items] for gate in algorithm.gates.values()},
        "interrupts": list(algorithm.interrupts),
        "flags": list(algorithm.flags),
        "options": list(algorithm.formulary.options),
    }
