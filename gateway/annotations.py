"""`/api/v1/annotations`: notes on a site's time line."""

from analytics.v1 import annotation_pb2
from msgspec import UNSET, Struct, UnsetType
from starlette.requests import Request
from starlette.responses import Response

from gateway.answers import json, nothing, read_json
from gateway.credentials import credential
from gateway.definitions import mask_of, site_asked
from gateway.peers import Peers, ask
from gateway.sites import instant, instant_us

Text = str | None | UnsetType


class NewAnnotation(Struct, forbid_unknown_fields=True):
    """An annotation to make: `date`, a day such as 2026-01-31, or `at`, an ISO 8601 time."""

    site: str
    text: str
    date: str | None = None
    at: str | None = None
    author: str | None = None


class AnnotationPatch(Struct, forbid_unknown_fields=True):
    """What may be changed of an annotation; a day takes the place of a time, and the reverse."""

    text: str | UnsetType = UNSET
    date: Text = UNSET
    at: Text = UNSET
    author: Text = UNSET


class Annotations:
    def __init__(self, peers: Peers) -> None:
        self._peers = peers

    async def list_annotations(self, request: Request) -> Response:
        message = annotation_pb2.ListAnnotationsRequest(site=site_asked(request))
        metadata = self._peers.metadata(credential(request))
        response = await ask(self._peers.annotations.ListAnnotations, message, metadata)
        return json({"annotations": [annotation_json(each) for each in response.annotations]})

    async def create_annotation(self, request: Request) -> Response:
        metadata = self._peers.metadata(credential(request))
        wanted = await read_json(request, NewAnnotation)
        annotation = annotation_pb2.Annotation(
            site=wanted.site,
            text=wanted.text,
            date=wanted.date or "",
            at_us=instant_us("at", wanted.at) if wanted.at else 0,
            author=wanted.author or "",
        )
        message = annotation_pb2.CreateAnnotationRequest(annotation=annotation)
        response = await ask(self._peers.annotations.CreateAnnotation, message, metadata)
        return json(annotation_json(response.annotation), 201)

    async def update_annotation(self, request: Request) -> Response:
        metadata = self._peers.metadata(credential(request))
        annotation = annotation_pb2.Annotation(id=request.path_params["id"])
        mask = mask_of(_fill(annotation, await read_json(request, AnnotationPatch)))
        message = annotation_pb2.UpdateAnnotationRequest(annotation=annotation, update_mask=mask)
        response = await ask(self._peers.annotations.UpdateAnnotation, message, metadata)
        return json(annotation_json(response.annotation))

    async def delete_annotation(self, request: Request) -> Response:
        message = annotation_pb2.DeleteAnnotationRequest(id=request.path_params["id"])
        await ask(self._peers.annotations.DeleteAnnotation, message, self._peers.metadata(credential(request)))
        return nothing()


def annotation_json(annotation: annotation_pb2.Annotation) -> dict[str, object]:
    """One of `date` and `at` is null."""
    return {
        "id": annotation.id,
        "site": annotation.site,
        "date": annotation.date or None,
        "at": instant(annotation.at_us) if not annotation.date else None,
        "text": annotation.text,
        "author": annotation.author or None,
        "createdAt": instant(annotation.created_at_us),
    }


def _fill(annotation: annotation_pb2.Annotation, patch: AnnotationPatch) -> list[str]:
    """Copy what the JSON gives; returns the contract's names of it."""
    names: list[str] = []
    if patch.text is not UNSET:
        annotation.text = patch.text
        names.append("text")
    if patch.author is not UNSET:
        annotation.author = patch.author or ""
        names.append("author")
    if patch.date is not UNSET or patch.at is not UNSET:
        annotation.date = patch.date or ""
        annotation.at_us = instant_us("at", patch.at) if patch.at else 0
        names += ["date", "at_us"]
    return names
