"""A real browser for the pages we make: Debian's Chromium, driven by playwright, watched while it works."""

import os
import re
from pathlib import Path

import pytest

CHROMIUM = os.environ.get("EUDR_GEO_CHROMIUM", "/usr/bin/chromium")


def missing(reason):
    if os.environ.get("EUDR_GEO_REQUIRE_BROWSER") == "1":
        pytest.fail(f"{reason} (EUDR_GEO_REQUIRE_BROWSER=1 makes this a failure)", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def chromium():
    """The browser, started once."""
    if not Path(CHROMIUM).is_file():
        missing(f"needs a browser: {CHROMIUM} is missing (apt-get install chromium, or set EUDR_GEO_CHROMIUM)")
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        missing("needs playwright: pip install 'eudr-geo[test]'")
    with sync_playwright() as driver:
        try:
            browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        except Error as error:
            missing(f"the browser does not start: {str(error).splitlines()[0]}")
        yield browser
        browser.close()


class Watched:
    """A page opened from its file, with everything it asked for, said or complained about."""

    def __init__(self, page, path):
        self.page, self.path = page, path
        self.requests, self.dialogs, self.errors = [], [], []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        page.goto(path.as_uri())
        self.settle()

    def settle(self):
        """Wait until the map has drawn what it was told to."""
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 60)))")

    def becomes(self, ask, wanted):
        """Assert that an answer comes, however long a busy machine takes over it."""
        for _ in range(1_200):
            if ask() == wanted:
                return
            self.page.wait_for_timeout(50)
        assert ask() == wanted

    def quiet(self):
        """Assert that nothing ran, nothing was asked for, nothing broke."""
        assert [url for url in self.requests if url != self.path.as_uri() and not url.startswith("data:")] == []
        assert self.dialogs == []
        assert self.errors == []
        assert self.page.evaluate("() => window.ran") is None

    def text(self, selector):
        return self.page.locator(selector).first.evaluate("node => node.textContent")

    def texts(self, selector):
        return self.page.locator(selector).evaluate_all("nodes => nodes.map(node => node.textContent)")

    def total(self, key):
        return re.sub(r"\s", "", self.text(f"[data-total={key}] dd"))

    def pixel(self, lon, lat, pane="overlay"):
        """Colour of a canvas, by default that of the plots, at a position, [red, green, blue, opacity]."""
        return self.page.evaluate(
            """([lon, lat, pane]) => {
              const canvas = document.querySelector(`.leaflet-${pane}-pane canvas`);
              const box = canvas.getBoundingClientRect(), frame = map_lot_map.getContainer().getBoundingClientRect();
              const turned = lon + 360 * Math.round((map_lot_map.getCenter().lng - lon) / 360);
              const at = map_lot_map.latLngToContainerPoint([lat, turned]);
              const dense = canvas.width / box.width;
              const x = Math.round((at.x + frame.left - box.left) * dense), y = Math.round((at.y + frame.top - box.top) * dense);
              return [...canvas.getContext('2d').getImageData(x, y, 1, 1).data];
            }""",
            [lon, lat, pane],
        )

    def drawn(self):
        """Number of pixels of the plots' canvas that are not empty."""
        return self.page.evaluate(
            """() => {
              const canvas = document.querySelector('.leaflet-overlay-pane canvas');
              const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
              let n = 0;
              for (let i = 3; i < data.length; i += 4) if (data[i]) n += 1;
              return n;
            }"""
        )

    def swatch(self, selector):
        """Colour in the middle of a legend's sample."""
        return self.page.locator(selector).first.evaluate(
            "node => [...node.getContext('2d').getImageData(node.width / 2, node.height / 2, 1, 1).data]"
        )

    def click_at(self, lon, lat):
        x, y = self.page.evaluate(
            """([lon, lat]) => {
              const at = map_lot_map.latLngToContainerPoint([lat, lon]), box = map_lot_map.getContainer().getBoundingClientRect();
              return [at.x + box.left, at.y + box.top];
            }""",
            [lon, lat],
        )
        self.page.mouse.click(x, y)
        self.settle()

    def view(self, code):
        """Choose a lot in the layer switch."""
        self.page.locator("label.lot", has_text=code).locator("input").check()
        self.settle()


@pytest.fixture(scope="session")
def windows(chromium):
    """Windows by their size, each opened once; pages come and go in them."""
    return {}


@pytest.fixture
def open_page(chromium, windows, tmp_path):
    """Write a page to a file, open it by its file, watch it."""
    pages = []

    def opened(html, *, width=1280, height=800, phone=False):
        path = tmp_path / f"map-{len(pages)}.html"
        path.write_bytes(html.encode())
        size = (width, height, phone)
        if size not in windows:
            windows[size] = chromium.new_context(
                viewport={"width": width, "height": height}, has_touch=phone, is_mobile=phone, reduced_motion="reduce"
            )
            windows[size].set_default_timeout(120_000)  # a busy machine is no fault of the page
        pages.append(windows[size].new_page())
        return Watched(pages[-1], path)

    yield opened
    for page in pages:
        page.close()
