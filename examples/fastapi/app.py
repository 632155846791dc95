"""A shop's backend: views by middleware, orders by hand."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from analytics_mesh import AsyncClient, Money, Visitor
from analytics_mesh.asgi import AnalyticsMiddleware
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse

analytics = AsyncClient(os.environ["ANALYTICS_EDGE"], os.environ["ANALYTICS_INGEST_KEY"])


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with analytics:  # at the end what waits is sent
        yield


app = FastAPI(lifespan=lifespan)
app.add_middleware(AnalyticsMiddleware, client=analytics)


@app.get("/pricing")
async def pricing() -> HTMLResponse:
    return HTMLResponse("<h1>Pricing</h1><form method=post action=/orders><button>Buy</button></form>")


@app.post("/orders")
async def order(request: Request) -> dict[str, str]:
    visitor = Visitor.of(request.headers, request.client.host if request.client else "")
    await analytics.track("Purchase", {"plan": "pro"}, revenue=Money("12.50", "EUR"), visitor=visitor)
    return {"status": "ordered"}
