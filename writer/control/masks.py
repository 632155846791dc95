"""Field masks: which fields of a resource a caller changes."""

from collections.abc import Sequence
from typing import TypeVar

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message

from mesh.errors import invalid
from writer.control.site_lists import quoted

T = TypeVar("T", bound=Message)


def masked(held: T, wanted: T, mask: FieldMask, changeable: Sequence[str]) -> T:
    """`held` with the mask's fields as in `wanted`. Raises INVALID_ARGUMENT for a mask without sense."""
    if not mask.paths:
        raise invalid("update_mask", f"it is empty; name the fields to change: {', '.join(changeable)}")
    for path in mask.paths:
        if path not in changeable:
            raise invalid("update_mask", f"{quoted(path)} cannot be changed; these can: {', '.join(changeable)}")
    result = type(held)()
    result.CopyFrom(held)
    mask.MergeMessage(wanted, result, replace_repeated_field=True)
    return result
