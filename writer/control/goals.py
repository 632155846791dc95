"""What a goal may be: its values checked and put in one form, errors naming the field and what would be right."""

import re
from typing import Final

from analytics.v1 import definition_pb2
from google.protobuf.field_mask_pb2 import FieldMask

from mesh.errors import MeshError, invalid
from mesh.escapes import readable_page
from writer.control import filters
from writer.control.masks import masked
from writer.control.site_lists import quoted

MAX_NAME: Final = 120
MAX_PAGE: Final = 2_000
MAX_STARS: Final = 10
LIMITS: Final = filters.Limits(conditions=20, properties_alone=True)
CHANGEABLE: Final = ("name", "page", "event", "filters", "scroll_threshold", "currency")

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_STARS = re.compile(r"\*+")
_CURRENCY = re.compile(r"[A-Z]{3}")


def checked(goal: definition_pb2.Goal) -> definition_pb2.Goal:
    """The goal as it is stored, without what is output only. Raises INVALID_ARGUMENT at `goal.FIELD`."""
    if not goal.site:
        raise invalid("goal.site", "it is missing; name the site")
    if bool(goal.page) == bool(goal.event):
        came = "both are given" if goal.page else "neither is given"
        raise invalid("goal.page", f"of page and event {came}; give exactly one")
    if goal.page:
        _refuse_beside_page(goal)
    elif goal.scroll_threshold:
        raise invalid("goal.scroll_threshold", "only a page is scrolled, an event is not; leave it out or give a page")
    if goal.scroll_threshold > 100:
        raise invalid("goal.scroll_threshold", f"{goal.scroll_threshold} is not from 1 to 100, in %")
    filters.check("goal.filters", goal.filters, LIMITS)
    return definition_pb2.Goal(
        site=goal.site,
        name=named("goal.name", goal.name),
        page=_page(goal.page) if goal.page else "",
        event=named("goal.event", goal.event) if goal.event else "",
        filters=goal.filters,
        scroll_threshold=goal.scroll_threshold,
        currency=_currency(goal.currency) if goal.currency else "",
    )


def changed(goal: definition_pb2.Goal, wanted: definition_pb2.Goal, mask: FieldMask) -> definition_pb2.Goal:
    """The goal with the mask's fields as wanted, checked."""
    return checked(masked(goal, wanted, mask, CHANGEABLE))


def named(field: str, name: str) -> str:
    """A name without spaces around it. Raises INVALID_ARGUMENT at the field."""
    name = name.strip()
    if not 1 <= len(name) <= MAX_NAME or _CONTROL.search(name):
        raise invalid(field, f"it has {len(name)} characters; give 1–{MAX_NAME} without control characters")
    return name


def _refuse_beside_page(goal: definition_pb2.Goal) -> None:
    for field, given in (("filters", bool(goal.filters)), ("currency", bool(goal.currency))):
        if given:
            raise invalid(f"goal.{field}", "only an event has properties and revenue; leave it out or give an event")


def _page(text: str) -> str:
    """A pattern of pages, its escapes as pages have them. Unlike a site's patterns it sees a kept query too."""
    form = readable_page(_STARS.sub("*", text[: MAX_PAGE + 1]))
    if len(text) > MAX_PAGE or len(form) > MAX_PAGE or form[0] not in "/*":
        raise _wrong_page(
            text, f"is not a path of 1–{MAX_PAGE:,} characters, escapes included, that begins with / or *"
        )
    if form.count("*") > MAX_STARS:
        raise _wrong_page(text, f"has more than {MAX_STARS} *")
    return form


def _wrong_page(text: str, said: str) -> MeshError:
    return invalid("goal.page", f"{quoted(text)} {said}; give one like /thanks or /shop/*")


def _currency(text: str) -> str:
    code = text.upper()
    if not _CURRENCY.fullmatch(code):
        raise invalid("goal.currency", f"{quoted(text)} is no ISO 4217 code like EUR")
    return code
