"""Whose call it is: a bearer token, or the dashboard's cookie, which only pages of this origin may use."""

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection, Request

from gateway.client_ip import ClientAddress, forwarded_scheme
from gateway.problems import Problem

COOKIE = "analytics_session"

_SAFE = ("GET", "HEAD")


def credential(request: Request) -> str:
    """The secret that a service will verify.

    Raises Problem 401 where there is none, 403 for a change that a foreign page asks for with the cookie.
    """
    token = bearer_of(request)
    secret = token or request.cookies.get(COOKIE, "")
    if not is_credential(secret):
        raise Problem(401, "send `authorization: Bearer TOKEN`, or sign in")
    if token:
        return token
    if request.method not in _SAFE and not is_same_origin(request):
        raise foreign_page()
    return secret


def bearer_of(connection: HTTPConnection) -> str:
    """The token of the authorization header, "" where there is none."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def is_credential(secret: str) -> bool:
    """False for what none can be, nor travel in metadata: nothing, or other than printable ASCII."""
    return bool(secret) and secret.isascii() and secret.isprintable()


def is_same_origin(connection: HTTPConnection) -> bool:
    """True only where the browser itself says so; a client that says nothing is no browser and has no cookie."""
    site = connection.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = connection.headers.get("origin")
    if origin is None:
        return False
    try:
        return urlsplit(origin).netloc.lower() == connection.headers.get("host", "").lower()
    except ValueError:  # no address, as `http://[`
        return False


def require_own_page(request: Request) -> None:
    """Raises Problem 403 where a browser says that a foreign page asks. Who says nothing is no browser."""
    if ("origin" in request.headers or "sec-fetch-site" in request.headers) and not is_same_origin(request):
        raise foreign_page()


def foreign_page() -> Problem:
    return Problem(403, "the cookie works only for pages of this origin; use a key elsewhere", reason="ORIGIN")


def own_origin(request: Request, addresses: ClientAddress) -> str:
    """Where whoever asks has found us, for links that are shown to them alone."""
    scheme = "https" if is_https(request, addresses) else "http"
    return f"{scheme}://{request.headers.get('host', '')}"


def is_https(connection: HTTPConnection, addresses: ClientAddress) -> bool:
    """True over TLS, also where a trusted proxy ends it."""
    if connection.url.scheme in ("https", "wss"):
        return True
    peer = connection.client.host if connection.client else ""
    return addresses.is_trusted(peer) and forwarded_scheme(dict(connection.scope["headers"])) == "https"
