"""The dashboard's built files, read once: what is not in the bundle cannot be asked for, however a path is written."""

import gzip
import mimetypes
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from gateway.problems import Problem

_TEXT = ("text/", "application/json", "application/javascript", "image/svg+xml", "application/manifest+json")
_IMMUTABLE = "public, max-age=31536000, immutable"
_INDEX = "/index.html"


@dataclass(frozen=True, slots=True)
class Asset:
    content: bytes
    gzipped: bytes
    media_type: str
    cache_control: str
    etag: str


class Assets:
    """Serves `dist`: names below `/assets/` carry a hash and never change; a path without an extension is the app."""

    def __init__(self, dist: Path) -> None:
        self._files = {f"/{file.relative_to(dist).as_posix()}": _read(dist, file) for file in _files(dist)}

    async def handle(self, request: Request) -> Response:
        path = request.url.path
        asset = self._files.get(path)
        if asset is None and "." not in path.rpartition("/")[2]:
            asset = self._files.get(_INDEX)
            if asset is None:
                raise Problem(404, "the dashboard is not in this installation; the API is at /api/openapi.json")
        if asset is None:
            raise Problem(404, "there is nothing at this path")
        headers = {"cache-control": asset.cache_control, "etag": asset.etag, "vary": "accept-encoding"}
        if request.headers.get("if-none-match") == asset.etag:
            return Response(status_code=304, headers=headers)
        content = asset.content
        if asset.gzipped and "gzip" in request.headers.get("accept-encoding", ""):
            content = asset.gzipped
            headers["content-encoding"] = "gzip"
        return Response(content, headers=headers, media_type=asset.media_type)


def _files(dist: Path) -> list[Path]:
    return [file for file in sorted(dist.rglob("*")) if file.is_file()] if dist.is_dir() else []


def _read(dist: Path, file: Path) -> Asset:
    content = file.read_bytes()
    media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    hashed = file.relative_to(dist).parts[0] == "assets"
    return Asset(
        content=content,
        gzipped=gzip.compress(content, 9, mtime=0) if media_type.startswith(_TEXT) else b"",
        media_type=media_type,
        cache_control=_IMMUTABLE if hashed else "no-cache",
        etag=f'"{sha256(content).hexdigest()[:24]}"',
    )
