"""AnnotationService: notes on a site's time line."""

import re
from datetime import date
from typing import Any, Final

import grpc
from analytics.v1 import annotation_pb2, annotation_pb2_grpc

from mesh.auth import caller
from mesh.errors import invalid
from writer.control.annotation_store import AnnotationStore
from writer.control.keys import LAST_US, new_public_id
from writer.control.masks import masked
from writer.control.site_lists import quoted

Context = grpc.aio.ServicerContext[Any, Any]

MAX_TEXT: Final = 200
MAX_AUTHOR: Final = 100
CHANGEABLE: Final = ("date", "at_us", "text", "author")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


class AnnotationServicer(annotation_pb2_grpc.AnnotationServiceServicer):
    """Nobody but the dashboard asks for annotations, so the directory has none."""

    def __init__(self, store: AnnotationStore) -> None:
        self._store = store

    async def ListAnnotations(
        self, request: annotation_pb2.ListAnnotationsRequest, context: Context
    ) -> annotation_pb2.ListAnnotationsResponse:
        caller().require_site(request.site)
        return annotation_pb2.ListAnnotationsResponse(annotations=await self._store.of_site(request.site))

    async def CreateAnnotation(
        self, request: annotation_pb2.CreateAnnotationRequest, context: Context
    ) -> annotation_pb2.CreateAnnotationResponse:
        caller().require_site(request.annotation.site)
        annotation = checked(request.annotation)
        annotation.id = new_public_id("note_")
        return annotation_pb2.CreateAnnotationResponse(annotation=await self._store.create(annotation))

    async def UpdateAnnotation(
        self, request: annotation_pb2.UpdateAnnotationRequest, context: Context
    ) -> annotation_pb2.UpdateAnnotationResponse:
        made = await self._store.update(
            request.annotation.id,
            caller(),
            lambda held: checked(masked(held, request.annotation, request.update_mask, CHANGEABLE)),
        )
        return annotation_pb2.UpdateAnnotationResponse(annotation=made)

    async def DeleteAnnotation(
        self, request: annotation_pb2.DeleteAnnotationRequest, context: Context
    ) -> annotation_pb2.DeleteAnnotationResponse:
        await self._store.delete(request.id, caller())
        return annotation_pb2.DeleteAnnotationResponse()


def checked(annotation: annotation_pb2.Annotation) -> annotation_pb2.Annotation:
    """The annotation as it is stored, without what is output only. Raises INVALID_ARGUMENT at `annotation.FIELD`."""
    text, author = annotation.text.strip(), annotation.author.strip()
    if not 1 <= len(text) <= MAX_TEXT or _CONTROL.search(text):
        raise invalid("annotation.text", f"it has {len(text)} characters; give 1–{MAX_TEXT} without control characters")
    if len(author) > MAX_AUTHOR or _CONTROL.search(author) or "\n" in author:
        raise invalid("annotation.author", f"it has {len(author)} characters; give ≤ {MAX_AUTHOR} on one line")
    if bool(annotation.date) == bool(annotation.at_us):
        told = "both are" if annotation.date else "neither is"
        raise invalid("annotation.date", f"{told} given; give either a day or an instant")
    if not 0 <= annotation.at_us <= LAST_US:
        raise invalid("annotation.at_us", f"{annotation.at_us} is no time from 1970 to 9999 in microseconds")
    if annotation.date and not _is_date(annotation.date):
        raise invalid("annotation.date", f"{quoted(annotation.date)} is no day; give one like 2026-01-31")
    return annotation_pb2.Annotation(
        site=annotation.site, date=annotation.date, at_us=annotation.at_us, text=text, author=author
    )


def _is_date(text: str) -> bool:
    try:
        return _DATE.fullmatch(text) is not None and bool(date.fromisoformat(text))
    except ValueError:
        return False
