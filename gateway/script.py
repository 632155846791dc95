"""The browser SDK as pages load it: `/js/analytics.js`, `/js/analytics.full.js`, `/js/analytics.mjs`.

Raw ASGI, since pages of any origin may load them, which the headers of all else forbid. An address with `?v=` and the
hash of the file as it is never changes; `/js/integrity.json` has that address and the integrity of each file.
"""

import gzip
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256, sha384
from pathlib import Path
from typing import Any

import msgspec
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.problems import JSON, wrong_method

FOLDER = Path(__file__).parent / "script"

_JAVASCRIPT = b"text/javascript; charset=utf-8"
_FOR_EVER = b"public, max-age=31536000, immutable"
_FOR_NOW = b"public, max-age=3600, stale-while-revalidate=86400"
_OPEN = (
    (b"access-control-allow-origin", b"*"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"x-content-type-options", b"nosniff"),
    (b"vary", b"accept-encoding"),
)


@dataclass(frozen=True, slots=True)
class Script:
    """A file as it is served; `packed` holds its bytes by content encoding, best first."""

    content: bytes
    packed: Mapping[bytes, bytes]
    version: str
    integrity: str
    media_type: bytes = _JAVASCRIPT


class Scripts:
    """The built files of a folder, read once."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._scripts = {file.name: _read(file) for file in sorted(folder.glob("*.*js"))}

    def endpoints(self) -> dict[str, ASGIApp]:
        """An ASGI callable per path."""
        listed = msgspec.json.encode({name: self.of(name) for name in self._scripts})
        files = {f"/js/{name}": script for name, script in self._scripts.items()}
        files["/js/integrity.json"] = Script(listed, {}, _version(listed), "", JSON)
        return {path: _endpoint(script) for path, script in files.items()}

    def of(self, name: str) -> dict[str, str]:
        """What a page's tag needs to know of a file: `url` below the gateway's own, `integrity`."""
        script = self._scripts[name]
        return {"url": f"/js/{name}?v={script.version}", "integrity": script.integrity}


def _read(file: Path) -> Script:
    content = file.read_bytes()
    packed = {b"gzip": gzip.compress(content, 9, mtime=0)}
    brotli = file.with_name(f"{file.name}.br")
    if brotli.exists():
        packed = {b"br": brotli.read_bytes(), **packed}
    return Script(content, packed, _version(content), f"sha384-{b64encode(sha384(content).digest()).decode()}")


def _version(content: bytes) -> str:
    return sha256(content).hexdigest()[:16]


def _endpoint(script: Script) -> ASGIApp:
    tag = f'W/"{script.version}"'.encode()
    asked = f"v={script.version}".encode()

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in ("GET", "HEAD"):
            problem = wrong_method("GET, HEAD")
            body = problem.body()
            await _respond(send, problem.status, problem.response_headers(body), body)
            return
        given: dict[bytes, Any] = dict(scope["headers"])
        lasting = scope["query_string"] == asked
        headers = [*_OPEN, (b"etag", tag), (b"cache-control", _FOR_EVER if lasting else _FOR_NOW)]
        if given.get(b"if-none-match") == tag:
            await _respond(send, 304, headers, b"")
            return
        body, encoding = _packed(script, given.get(b"accept-encoding", b""))
        if encoding:
            headers.append((b"content-encoding", encoding))
        headers += [(b"content-type", script.media_type), (b"content-length", str(len(body)).encode())]
        await _respond(send, 200, headers, b"" if scope["method"] == "HEAD" else body)

    return serve


def _packed(script: Script, accepted: bytes) -> tuple[bytes, bytes]:
    names = {part.partition(b";")[0].strip() for part in accepted.split(b",") if b";q=0" not in part.replace(b" ", b"")}
    for encoding, body in script.packed.items():
        if encoding in names:
            return body, encoding
    return script.content, b""


async def _respond(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
