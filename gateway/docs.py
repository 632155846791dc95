"""`/api/docs`: the table of operations as a page to read. No script and no style, which the policy would refuse."""

from collections.abc import Sequence
from html import escape

from starlette.requests import Request
from starlette.responses import Response

from gateway.openapi import Handler, Operation

_HEAD = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>Analytics Mesh: HTTP API</title></head>
<body>
<h1>HTTP API</h1>
<p>Schemas: <a href="/api/openapi.json">/api/openapi.json</a> (OpenAPI 3.1). Below <code>/api/</code> send
<code>Authorization: Bearer KEY</code>, or sign in; <code>/track/</code> takes no key. Errors are RFC 9457 problems that
name the field.</p>
"""


def endpoint(operations: Sequence[Operation]) -> Handler:
    """Serves the page."""
    content = page(operations)

    async def docs(_request: Request) -> Response:
        return Response(content, media_type="text/html; charset=utf-8")

    return docs


def page(operations: Sequence[Operation]) -> str:
    """The page's HTML: a heading per tag, a row per operation."""
    tags = list(dict.fromkeys(operation.tag for operation in operations))
    sections = (_section(tag, [operation for operation in operations if operation.tag == tag]) for tag in tags)
    return _HEAD + "".join(sections) + "</body>\n</html>\n"


def _section(tag: str, operations: list[Operation]) -> str:
    rows = "".join(_row(operation) for operation in operations)
    return f"<h2>{escape(tag)}</h2>\n<dl>\n{rows}</dl>\n"


def _row(operation: Operation) -> str:
    parameters = "".join(
        f"<br><code>{escape(name)}</code>{'' if required else ' (optional)'}: {escape(text)}"
        for name, text, required in operation.parameters
    )
    refusals = ", ".join(str(status) for status in operation.refusals)
    answers = f"{operation.status}" + (f"; refused with {refusals}" if refusals else "")
    return (
        f"<dt><code>{operation.method} {escape(operation.path)}</code></dt>\n"
        f"<dd>{escape(operation.summary)}. Answers {answers}.{parameters}</dd>\n"
    )
