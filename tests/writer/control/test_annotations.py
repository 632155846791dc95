"""Annotations: what they may be, in which order they come, who writes them."""

from typing import Any

import grpc
import pytest
from analytics.v1 import account_pb2, annotation_pb2
from google.protobuf.field_mask_pb2 import FieldMask

from mesh.errors import MeshError
from writer.control.annotations import checked

Annotation = annotation_pb2.Annotation
NOON_US = 1_769_860_800_000_000  # 2026-01-31 12:00 UTC


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"text": " "}, "annotation.text"),
        ({"text": "t" * 201}, "annotation.text"),
        ({"text": "a\0"}, "annotation.text"),
        ({"author": "a" * 101}, "annotation.author"),
        ({"author": "a\nb"}, "annotation.author"),
        ({"date": ""}, "annotation.date"),
        ({"at_us": NOON_US}, "annotation.date"),
        ({"date": "2026-02-30"}, "annotation.date"),
        ({"date": "20260131"}, "annotation.date"),
        ({"date": "", "at_us": -1}, "annotation.at_us"),
        ({"date": "", "at_us": 2**62}, "annotation.at_us"),
    ],
)
def test_a_wrong_annotation_is_refused_at_its_field(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(MeshError) as caught:
        checked(Annotation(**({"site": "s", "text": "Release", "date": "2026-01-31"} | fields)))
    assert (caught.value.code, caught.value.field) == (grpc.StatusCode.INVALID_ARGUMENT, field)


@pytest.mark.parametrize("fields", [{"text": "t" * 200, "author": "a" * 100}, {"text": "two\nlines"}])
def test_an_annotation_at_its_limits_is_taken(fields: dict[str, Any]) -> None:
    wanted = Annotation(**({"site": "s", "text": "Release", "date": "2026-01-31"} | fields))
    assert checked(wanted) == wanted


async def make(control: Any, token: str = "", **fields: Any) -> annotation_pb2.Annotation:
    request = annotation_pb2.CreateAnnotationRequest(annotation=Annotation(**fields))
    return (await control.call(control.annotations.CreateAnnotation, request, *([token] if token else []))).annotation


async def listed(control: Any, site: str) -> list[str]:
    request = annotation_pb2.ListAnnotationsRequest(site=site)
    return [note.text for note in (await control.call(control.annotations.ListAnnotations, request)).annotations]


async def test_days_of_the_sites_zone_and_instants_stand_in_one_order(control: Any) -> None:
    await control.site("noted", timezone="Asia/Tokyo")
    await make(control, site="noted", text="the evening before", at_us=NOON_US - 86_400_000_000)  # 21:00 in Tokyo
    await make(control, site="noted", text="the day", date="2026-01-31")
    await make(control, site="noted", text="noon in London", at_us=NOON_US)
    assert await listed(control, "noted") == ["noon in London", "the day", "the evening before"]


async def test_an_annotation_is_changed_and_removed(control: Any) -> None:
    await control.site("changing")
    note = await make(control, site="changing", text="Release", date="2026-01-31", author="Ada")
    mask = FieldMask(paths=["date", "at_us", "text"])
    wanted = Annotation(id=note.id, text="Release 2", at_us=NOON_US, site="noted", author="Eve")
    request = annotation_pb2.UpdateAnnotationRequest(annotation=wanted, update_mask=mask)
    changed = (await control.call(control.annotations.UpdateAnnotation, request)).annotation
    assert (changed.site, changed.text, changed.date, changed.at_us, changed.author) == (
        "changing",
        "Release 2",
        "",
        NOON_US,
        "Ada",
    )
    gone = annotation_pb2.DeleteAnnotationRequest(id=note.id)
    await control.call(control.annotations.DeleteAnnotation, gone)
    assert (await control.refused(control.annotations.DeleteAnnotation, gone)).code == grpc.StatusCode.NOT_FOUND
    assert await listed(control, "changing") == []


async def test_analysts_write_and_strangers_see_nothing(control: Any) -> None:
    await control.site("private-notes")
    await control.site("of-strangers")
    note = await make(control, site="private-notes", text="Secret", date="2026-01-31")
    viewer = await control.session(account_pb2.ROLE_VIEWER, "private-notes")
    stranger = await control.session(account_pb2.ROLE_OWNER, "of-strangers")
    mask = FieldMask(paths=["text"])
    calls = (
        (control.annotations.ListAnnotations, annotation_pb2.ListAnnotationsRequest(site="private-notes"), None),
        (
            control.annotations.CreateAnnotation,
            annotation_pb2.CreateAnnotationRequest(
                annotation=Annotation(site="private-notes", text="Mine", date="2026-01-31")
            ),
            "denied",
        ),
        (
            control.annotations.UpdateAnnotation,
            annotation_pb2.UpdateAnnotationRequest(annotation=Annotation(id=note.id, text="Mine"), update_mask=mask),
            "denied",
        ),
        (control.annotations.DeleteAnnotation, annotation_pb2.DeleteAnnotationRequest(id=note.id), "denied"),
    )
    for method, request, denied in calls:
        assert (await control.refused(method, request, stranger)).code == grpc.StatusCode.NOT_FOUND
        if denied:
            assert (await control.refused(method, request, viewer)).code == grpc.StatusCode.PERMISSION_DENIED
        else:
            await control.call(method, request, viewer)
    assert await listed(control, "private-notes") == ["Secret"]
