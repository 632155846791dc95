"""What a segment may be: a name and filters of a sound shape, errors naming the place at fault."""

from typing import Final

from analytics.v1 import definition_pb2
from google.protobuf.field_mask_pb2 import FieldMask

from mesh.errors import invalid
from writer.control import filters
from writer.control.goals import named
from writer.control.masks import masked

LIMITS: Final = filters.Limits(conditions=100)
CHANGEABLE: Final = ("name", "filters")


def checked(segment: definition_pb2.Segment) -> definition_pb2.Segment:
    """The segment as it is stored, without what is output only. Raises INVALID_ARGUMENT at `segment.FIELD`."""
    if not segment.site:
        raise invalid("segment.site", "it is missing; name the site")
    name = named("segment.name", segment.name)
    if not segment.filters:
        raise invalid("segment.filters", 'it is empty; give at least one filter like ["is", "country", ["DE"]]')
    filters.check("segment.filters", segment.filters, LIMITS)
    return definition_pb2.Segment(site=segment.site, name=name, filters=segment.filters)


def changed(segment: definition_pb2.Segment, wanted: definition_pb2.Segment, mask: FieldMask) -> definition_pb2.Segment:
    """The segment with the mask's fields as wanted, checked."""
    return checked(masked(segment, wanted, mask, CHANGEABLE))
