"""The built package, and a real browser on pages that a recorder serves."""

import asyncio
import fcntl
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from bench.recorder import Recorder, recording

ROOT = Path(__file__).parents[2]
CLIENT = ROOT / "sdk" / "client"
PATIENCE_S = 60.0
AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)

WATCH_STORES = """
(() => {
  if (!location.protocol.startsWith('http')) return;
  const told = (what) => console.error('STORED ' + what);
  const cookie = Object.getOwnPropertyDescriptor(Document.prototype, 'cookie');
  Object.defineProperty(document, 'cookie', { get: () => cookie.get.call(document), set: () => told('cookie') });
  for (const name of ['setItem', 'removeItem', 'clear']) Storage.prototype[name] = () => told('Storage.' + name);
  IDBFactory.prototype.open = () => told('indexedDB');
  const stores = { caches: ['open', 'put'], cookieStore: ['set'] };
  for (const [store, methods] of Object.entries(stores))
    for (const name of methods) if (window[store]) window[store][name] = async () => told(store);
  if (navigator.storage) navigator.storage.getDirectory = async () => told('files');
  if (navigator.serviceWorker) navigator.serviceWorker.register = async () => told('serviceWorker');
  window.name = '';
  Object.defineProperty(window, 'name', { set: () => told('window.name') });
})();
"""


def npm(*arguments: str, cwd: Path = CLIENT) -> str:
    """Run npm; what it says. Fails with that where npm fails."""
    found = shutil.which("npm")
    assert found, "Node (npm) is missing: ./run test installs it"
    done = subprocess.run((found, *arguments), cwd=cwd, capture_output=True, text=True, timeout=170)
    assert done.returncode == 0, f"npm {' '.join(arguments)}:\n{done.stdout}{done.stderr}"
    return done.stdout


def installed() -> None:
    """node_modules as the lock file has them."""
    lock, marker = CLIENT / "package-lock.json", CLIENT / "node_modules" / ".package-lock.json"
    if not marker.exists() or marker.stat().st_mtime < lock.stat().st_mtime:
        npm("ci", "--no-audit", "--no-fund")


@pytest.fixture(scope="session")
def package() -> Path:
    """The package's folder with dist/ built, once for all workers that run at the same time."""
    with (Path(tempfile.gettempdir()) / "analytics-client-build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        installed()
        sources = max(file.stat().st_mtime for file in (CLIENT / "src").rglob("*") if file.is_file())
        marker = CLIENT / "dist" / "cjs" / "package.json"
        if not marker.exists() or marker.stat().st_mtime < sources:
            npm("run", "--silent", "build")
    return CLIENT


@pytest.fixture(scope="session")
def chromium() -> Path:
    """Debian's Chromium; `./run test` installs it."""
    found = shutil.which("chromium")
    assert found, "chromium is missing: ./run test installs it"
    return Path(found)


@pytest.fixture(scope="module")
async def browser(chromium: Path) -> AsyncIterator[Browser]:
    # Chromium has no sandbox of its own for root, which containers run as. The agent is the whole browser's, as one
    # of a context is not on requests that outlive their page, and a headless Chromium is a bot.
    arguments = [f"--user-agent={AGENT}", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(
            executable_path=chromium, args=arguments, ignore_default_args=["--disable-back-forward-cache"]
        )
        yield launched
        await launched.close()


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[Recorder]:
    async with recording() as recorder:
        yield recorder


@pytest.fixture
def site(server: Recorder) -> Recorder:
    """The module's server, without pages and with nothing recorded."""
    server.forget()
    return server


@pytest.fixture
async def context(browser: Browser, site: Recorder) -> AsyncGenerator[BrowserContext]:
    """A fresh browser profile. Whatever its pages store, or complain of, fails the test."""
    made = await browser.new_context(base_url=site.url)
    await made.add_init_script(WATCH_STORES)
    complaints: list[str] = []
    made.on("weberror", lambda error: complaints.append(str(error.error)))
    made.on("console", lambda said: complaints.append(said.text) if said.text.startswith("STORED") else None)
    yield made
    stored = await made.storage_state(indexed_db=True)
    await made.close()
    assert complaints == []
    assert (stored.get("cookies"), stored.get("origins")) == ([], [])


@pytest.fixture
async def page(context: BrowserContext) -> Page:
    return await context.new_page()


@pytest.fixture(scope="session")
def eventually() -> Callable[[Callable[[], Coroutine[Any, Any, Any]], Any], Coroutine[Any, Any, None]]:
    """`await eventually(ask, expected)`: ask until the answer is as expected; what is last answered is compared."""

    async def wait(ask: Callable[[], Coroutine[Any, Any, Any]], expected: Any) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while (answer := await ask()) != expected and time.monotonic() < deadline:  # noqa: ASYNC110  (asks a server)
            await asyncio.sleep(0.1)
        assert answer == expected

    return wait
