"""React 18 in strict mode in a real browser; the example application has React 19."""

import json
import subprocess
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from bench.recorder import Recorder
from tests.sdk.packed import project, tarball

__all__ = ["project", "tarball"]

PAGE = """
import { AnalyticsProvider, Track, useAnalytics, useExperiment, usePageView } from '@analytics/client/react';
import { Component, StrictMode, useEffect, useState } from 'react';
import { hydrateRoot } from 'react-dom/client';

const config = { apiBaseUrl: location.origin, appName: 'demo', experiments: { button: { loud: 1 } } };
const seen = new Set();

function Shop() {
  const analytics = useAnalytics();
  seen.add(analytics);
  seen.add(analytics.track);
  usePageView({ pageTitle: 'Told', props: { plan: 'pro' } });
  const variant = useExperiment('button');
  const [clicks, count] = useState(0);
  useEffect(() => analytics.track('mounted', {}, { interactive: false }), [analytics]);
  return (
    <Track event="order" props={{ clicks }}>
      <button onClick={() => count(clicks + 1)}>{`Order ${variant} ${clicks}`}</button>
    </Track>
  );
}

function App() {
  const [shown, show] = useState(true);
  return (
    <StrictMode>
      {shown && <AnalyticsProvider config={config}><Shop /></AnalyticsProvider>}
      <a onClick={() => show(!shown)}>toggle</a>
    </StrictMode>
  );
}

window.functions = () => seen.size;
hydrateRoot(document.getElementById('root'), <App />);
"""
HTML = '<title>Shop</title><div id="root"><button>Order  0</button><a>toggle</a></div><script type="module">{}</script>'


@pytest.fixture(scope="module")
def script(package: Path, project: Path) -> str:
    """The page's script, bundled as a developer's tools do."""
    (project / "page.jsx").write_text(PAGE)
    define = f"--define:process.env.NODE_ENV={json.dumps('development')}"
    esbuild = package / "node_modules" / ".bin" / "esbuild"
    command = (str(esbuild), "page.jsx", "--bundle", "--jsx=automatic", "--format=esm", define)
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=True).stdout


async def test_a_strict_page_of_react_18_counts_once_and_keeps_its_functions(
    page: Page, site: Recorder, script: str
) -> None:
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    site.pages["/"] = HTML.replace("{}", script.replace("</script", "<\\/script"))
    await page.goto("/")
    button = page.get_by_role("button")
    await expect(button).to_have_text("Order loud 0")
    await button.click()
    await expect(button).to_have_text("Order loud 1")
    await site.until(lambda: site.of("event", name="order"))

    [view] = site.of("view")
    assert (view["pageTitle"], view["props"]) == ("Told", {"plan": "pro"})
    [exposure] = site.of("event", name="experiment_exposure")
    assert exposure["props"] == {"experiment": "button", "variant": "loud"}
    [order] = site.of("event", name="order")
    assert order["props"] == {"clicks": 0}
    # an effect of the application's own runs twice in strict mode, and is not ours to count once
    assert len(site.of("event", name="mounted")) == 2
    assert await page.evaluate("functions()") == 2
    assert [text for text in complaints if "404" not in text] == []


async def test_a_provider_that_goes_ends_recording_and_one_that_comes_back_begins_no_other_visit(
    page: Page, site: Recorder, script: str
) -> None:
    site.pages["/"] = HTML.replace("{}", script.replace("</script", "<\\/script"))
    await page.goto("/")
    await expect(page.get_by_role("button")).to_have_text("Order loud 0")
    toggle = page.get_by_text("toggle")
    await toggle.click()
    await expect(page.get_by_role("button")).to_have_count(0)
    await site.until(lambda: site.of("view"))
    await toggle.click()
    await page.get_by_role("button").click()
    await site.until(lambda: site.of("event", name="order"))
    assert len({event["sessionId"] for event in site.events}) == 1
