"""Bare Starlette, what the gateway is held against: JSON, a check, `JSONResponse(202)`, nothing kept."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


async def view(request: Request) -> JSONResponse:
    payload = await request.json()
    if not isinstance(payload.get("appName"), str) or not payload.get("pageUrl", "").startswith("https://"):
        return JSONResponse({"title": "bad request"}, 400)
    return JSONResponse({"status": "accepted", "eventId": payload["eventId"]}, 202)


app = Starlette(routes=[Route("/track/view", view, methods=["POST"])])
