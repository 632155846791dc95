"""The dashboard's files: what is in the bundle and nothing else."""

from pathlib import Path

import httpx
import pytest

from tests.gateway.doubles import Mesh, running


@pytest.mark.parametrize("path", ["/", "/demo", "/demo/settings", "/index.html"])
async def test_the_app_answers_every_path_without_an_extension(http: httpx.AsyncClient, path: str) -> None:
    response = await http.get(path)
    assert (response.status_code, response.headers["cache-control"]) == (200, "no-cache")
    assert response.headers["content-type"].startswith("text/html")
    assert "index-abc123.js" in response.text


async def test_a_hashed_file_is_kept_for_ever_and_sent_packed(http: httpx.AsyncClient) -> None:
    response = await http.get("/assets/index-abc123.js")
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.headers["content-encoding"] == "gzip"
    assert "javascript" in response.headers["content-type"]
    again = await http.get("/assets/index-abc123.js", headers={"if-none-match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    plain = await http.get("/assets/index-abc123.js", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers


@pytest.mark.parametrize(
    "path",
    [
        "/../app.py",
        "/assets/../../app.py",
        "/%2e%2e/app.py",
        "/assets/%2e%2e%2f%2e%2e%2fapp.py",
        "/..%2f..%2fetc%2fpasswd.txt",
        "/assets/%00.js",
        "/missing.js",
    ],
)
async def test_no_path_leads_out_of_the_bundle(mesh: Mesh, path: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        url = httpx.URL(mesh.url).copy_with(raw_path=path.encode())
        response = await client.get(url)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"


async def test_a_double_slash_is_no_redirect(mesh: Mesh) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        response = await client.get(httpx.URL(mesh.url).copy_with(raw_path=b"//evil.example/x"))
    assert response.status_code == 200
    assert "location" not in response.headers


async def test_without_a_built_dashboard_the_api_still_works(tmp_path: Path) -> None:
    async with running(tmp_path / "none") as mesh, httpx.AsyncClient(base_url=mesh.url, trust_env=False) as http:
        assert (await http.get("/")).status_code == 404
        assert (await http.get("/healthz")).status_code == 200
