"""What a site may be: its values checked and put in one form, errors naming the field and what would be right."""

import difflib
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final
from zoneinfo import available_timezones

from analytics.v1 import event_pb2, site_pb2
from google.protobuf.field_mask_pb2 import FieldMask

from mesh.errors import MeshError, invalid
from writer.ingest.page import ascii_host, host_of

MAX_RETENTION_MONTHS: Final = 120
MAX_DOMAINS: Final = 100
MAX_PARAMETERS: Final = 20
CHANGEABLE: Final = (
    "timezone",
    "identity",
    "domains",
    "retention_months",
    "ignore_privacy_signals",
    "query_parameters",
    "hash_routing",
)

_ID = re.compile(r"(?=.*[a-z0-9])[a-z0-9._-]{1,64}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def checked(site: site_pb2.Site) -> site_pb2.Site:
    """The site as it is stored. Raises INVALID_ARGUMENT at the field at fault, e.g. `site.timezone`.

    A retention of 0 months is for ever: whoever asks a person fills in the default of 25.
    """
    if not _ID.fullmatch(site.id):
        raise _wrong("id", f"{_quoted(site.id)} is not 1–64 characters of a–z, 0–9, -, . and _")
    if site.retention_months > MAX_RETENTION_MONTHS:
        raise _wrong(
            "retention_months", f"{site.retention_months} is not 1–{MAX_RETENTION_MONTHS} months or 0, for ever"
        )
    if site.identity not in event_pb2.IdentityMode.values():
        raise _wrong("identity", f"{site.identity} is neither MEMORY (1) nor DAILY (2)")
    return site_pb2.Site(
        id=site.id,
        timezone=_timezone(site.timezone or "UTC"),
        identity=site.identity or event_pb2.IDENTITY_MODE_MEMORY,
        domains=_domains(site.domains),
        retention_months=site.retention_months,
        ignore_privacy_signals=site.ignore_privacy_signals,
        query_parameters=_parameters(site.query_parameters),
        hash_routing=site.hash_routing,
    )


def changed(site: site_pb2.Site, wanted: site_pb2.Site, mask: FieldMask) -> site_pb2.Site:
    """The site with the mask's fields as wanted, checked. Raises INVALID_ARGUMENT for a mask without sense."""
    if not mask.paths:
        raise invalid("update_mask", f"it is empty; name the fields to change: {', '.join(CHANGEABLE)}")
    result = site_pb2.Site()
    result.CopyFrom(site)
    for path in mask.paths:
        if path not in CHANGEABLE:
            raise invalid("update_mask", f"{_quoted(path)} cannot be changed; these can: {', '.join(CHANGEABLE)}")
        result.ClearField(path)  # pyright: ignore[reportArgumentType]  (one of CHANGEABLE)
        if path in ("domains", "query_parameters"):
            getattr(result, path).extend(getattr(wanted, path))
        else:
            setattr(result, path, getattr(wanted, path))
    return checked(result)


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones() - {"localtime", "posixrules", "Factory"})


def _timezone(name: str) -> str:
    if name in _zones():
        return name
    near = difflib.get_close_matches(name[:64], _zones(), n=3, cutoff=0.5)
    near += [zone for zone in sorted(_zones()) if zone.lower() == name.lower() and zone not in near]
    hint = f"did you mean {' or '.join(near)}?" if near else "give one like Europe/Berlin"
    raise _wrong("timezone", f"{_quoted(name)} is no IANA time zone; {hint}")


def _domains(given: Iterable[str]) -> list[str]:
    names = list(given)
    if len(names) > MAX_DOMAINS:
        raise _wrong("domains", f"{len(names)} are given, at most {MAX_DOMAINS} are allowed")
    return list(dict.fromkeys(_domain(name, f"domains[{at}]") for at, name in enumerate(names)))


def _domain(name: str, field: str) -> str:
    host = ascii_host(name)
    if "://" in name or "/" in name:
        raise _wrong(field, f"{_quoted(name)} is a URL; give the host alone: {host_of(name) or 'example.com'}")
    if name.startswith("*."):
        raise _wrong(field, f"{_quoted(name)}: subdomains belong to a domain; give {name[2:66]}")
    if not host or ".." in host or host[0] in ".-":
        raise _wrong(field, f"{_quoted(name)} is no host name; give one like example.com, without port and path")
    return host.removeprefix("www.")


def _parameters(given: Iterable[str]) -> list[str]:
    names = list(dict.fromkeys(given))
    if len(names) > MAX_PARAMETERS:
        raise _wrong("query_parameters", f"{len(names)} are given, at most {MAX_PARAMETERS} are allowed")
    for at, name in enumerate(names):
        if not 1 <= len(name) <= 100 or _CONTROL.search(name) or set(name) & set("&=#"):
            raise _wrong(f"query_parameters[{at}]", f"{_quoted(name)} is not a query key of 1–100 characters")
    return names


def _quoted(text: str) -> str:
    return f'"{text[:64]}"' + ("…" if len(text) > 64 else "")


def _wrong(field: str, message: str) -> MeshError:
    return invalid(f"site.{field}", message)
