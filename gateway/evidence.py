"""`GET /api/v1/privacy/statement`: what a site's measurement processes, in words, as JSON or as Markdown itself."""

from typing import Final

from analytics.v1 import site_pb2
from starlette.requests import Request
from starlette.responses import Response

from gateway.answers import json
from gateway.credentials import credential
from gateway.peers import Peers, ask
from gateway.problems import Problem
from gateway.statement import statement_of
from mesh.auth import unknown_site
from mesh.errors import invalid

MARKDOWN: Final = "text/markdown"


class Evidence:
    def __init__(self, peers: Peers) -> None:
        self._peers = peers

    async def statement(self, request: Request) -> Response:
        """JSON, or the text alone by `Accept: text/markdown`."""
        secret = credential(request)
        wanted = request.query_params.get("site", "")
        if not wanted:
            raise invalid("site", "is required: the site's id, as ?site=")
        site = await self._site(wanted, secret)
        text = statement_of(site)
        if MARKDOWN in request.headers.get("accept", "").lower():
            return Response(text, headers={"cache-control": "no-store"}, media_type=f"{MARKDOWN}; charset=utf-8")
        return json({"site": site.id, "statement": text})

    async def _site(self, id: str, secret: str) -> site_pb2.Site:
        """A site whose settings the caller may read. Raises Problem, and NOT_FOUND for a site that the caller has no
        role at."""
        found = await ask(self._peers.sites.ListSites, site_pb2.ListSitesRequest(), self._peers.metadata(secret))
        site = next((site for site in found.sites if site.id == id), None)
        if site is None:
            raise unknown_site(id)
        if not site.number:  # a share link is told of a site what it takes to read its numbers, and no settings
            raise Problem(403, f'this needs the role viewer at the site "{id[:64]}"', reason="SCOPE")
        return site
