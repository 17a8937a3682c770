"""The labs in JupyterLab, in a browser: sliders move, and the picture's title follows."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from urllib.parse import unquote

import pytest
from lab_titles import LAB_FUNCTIONS, LABS, texts
from playwright.sync_api import Page, expect

TOKEN = "labs"
READY = "Python 3 (ipykernel) | Idle"
OFF = ["@jupyterlab/apputils-extension:announcements", "@jupyterlab/extensionmanager-extension"]  # they ask other sites


pytestmark = pytest.mark.xdist_group("jupyter")  # so that JupyterLab starts once


@pytest.fixture(scope="module")
def jupyterlab(tmp_path_factory):
    """Address of a JupyterLab on this machine, with copies of the labs and no settings of anybody's."""
    home = tmp_path_factory.mktemp("jupyter")
    labs = home / "labs"
    labs.mkdir()
    for path in LABS:
        shutil.copy(path, labs)
    kernel = home / "ipython/profile_default/ipython_kernel_config.py"
    kernel.parent.mkdir(parents=True)
    kernel.write_text("get_config().InlineBackend.figure_formats = {'svg'}\n", "utf-8")  # whose texts can be read
    page_config = home / "config/labconfig/page_config.json"
    page_config.parent.mkdir(parents=True)
    page_config.write_text(json.dumps({"disabledExtensions": dict.fromkeys(OFF, True)}), "utf-8")
    folders = {
        "IPYTHONDIR": "ipython",
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    }
    environment = os.environ | {name: str(home / folder) for name, folder in folders.items()}
    environment |= {"JUPYTER_PLATFORM_DIRS": "1", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1", "--ServerApp.port=0",
        f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={labs}",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    with (home / "log").open("w", encoding="utf-8") as log:
        server = subprocess.Popen(command, env=environment, cwd=labs, stdout=log, stderr=subprocess.STDOUT)
    try:
        yield address(server, home)
    finally:
        server.terminate()  # it ends its kernels first
        server.wait(timeout=60)


def address(server, home):
    """Where the server listens, once it does."""
    for _ in range(600):
        assert server.poll() is None, (home / "log").read_text("utf-8")
        for file in (home / "runtime").glob("jpserver-*.json"):
            try:
                url = json.loads(file.read_text("utf-8"))["url"]
                urllib.request.urlopen(f"{url}api?token={TOKEN}", timeout=10).close()
            except (ValueError, OSError):  # half written, or not listening yet
                continue
            return url
        time.sleep(0.1)
    raise AssertionError((home / "log").read_text("utf-8"))


@pytest.fixture
def run_lab(jupyterlab, browser):
    """Opens a lab and runs all of its cells; no request may leave the machine."""
    context = browser.new_context(viewport={"width": 1280, "height": 2600}, reduced_motion="reduce")
    requests = []
    context.on("request", lambda request: requests.append(request.url))

    def run_lab(name) -> Page:
        page = context.new_page()
        page.on("websocket", lambda socket: requests.append(socket.url.replace("ws:", "http:", 1)))
        page.goto(f"{jupyterlab}lab/tree/{name}.ipynb?reset&token={TOKEN}")
        expect(page.get_by_text(READY)).to_be_visible(timeout=120_000)
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        return page

    yield run_lab
    context.close()
    assert requests
    assert [url for url in requests if not url.startswith((jupyterlab, "data:", "blob:"))] == []


class Controls:
    """The controls of one function under `@interact`, and the picture below them."""

    def __init__(self, page, function):
        self.page = page
        self.cell = page.locator(".jp-CodeCell", has=page.locator(".jp-InputArea", has_text=f"def {function}("))
        expect(self.cell.locator(".widget-interact")).to_be_visible(timeout=120_000)

    def control(self, name):
        label = self.page.locator(".widget-label", has_text=re.compile(rf"^{name}$"))
        return self.cell.locator(".widget-interact > .widget-inline-hbox", has=label)

    def value(self, name):
        return float(self.control(name).locator(".widget-readout").inner_text().replace("−", "-"))

    def keep_pressing(self, name, target):
        """Move a slider with the arrow keys until it stands at a value."""
        handle = self.control(name).locator(".noUi-handle")
        step = 1 if isinstance(target, int) else 0.01 if name == "lr" else 0.1
        presses = round((target - self.value(name)) / step)
        for _ in range(abs(presses)):
            handle.press("ArrowRight" if presses > 0 else "ArrowLeft")
        assert self.value(name) == pytest.approx(target)

    def drag(self, name, pixels):
        """Move a slider with the mouse."""
        handle = self.control(name).locator(".noUi-handle")
        handle.scroll_into_view_if_needed()
        box = handle.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + pixels, y, steps=5)
        self.page.mouse.up()

    def put(self, name, value):
        expect(self.page.get_by_text(READY)).to_be_visible(timeout=60_000)  # one control after the other, as by hand
        if isinstance(value, bool):
            self.cell.locator(".widget-checkbox", has_text=name).locator("input").set_checked(value)
        elif isinstance(value, str):
            self.control(name).locator("select").select_option(label=value)
        else:
            self.keep_pressing(name, value)

    def picture(self):
        """The picture as SVG; empty while there is none."""
        images = self.cell.locator(".jp-OutputArea-output img[src^='data:image/svg+xml']")
        return unquote(images.first.get_attribute("src").partition(",")[2]) if images.count() == 1 else ""

    def expect_title(self, title):
        deadline = time.monotonic() + 60
        while not any(text.startswith(title) for text in texts(self.picture())):
            if time.monotonic() > deadline:
                pytest.fail(f"the title should begin with {title!r}; the texts are {texts(self.picture())}")
            self.page.wait_for_timeout(50)


# One function here and the mouse below in every run, the others each week: what the labs compute, test_labs.py shows without
# JupyterLab, for all of them.
FIRST, *OTHERS = LAB_FUNCTIONS


@pytest.mark.parametrize("function", [FIRST, *(pytest.param(name, marks=pytest.mark.weekly) for name in OTHERS)])
def test_the_title_follows_the_controls(run_lab, function):
    lab = LAB_FUNCTIONS[function]
    controls = Controls(run_lab(lab.notebook), function)
    start, *others = lab.settings
    controls.expect_title(lab.title(**start))
    for values in others:
        before = controls.picture()
        for name, value in values.items():
            controls.put(name, value)
        controls.expect_title(lab.title(**values))
        assert controls.picture() != before


def test_a_slider_follows_the_mouse(run_lab):
    lab = LAB_FUNCTIONS["plot_quad"]
    controls = Controls(run_lab(lab.notebook), "plot_quad")
    start = lab.settings[0]
    controls.expect_title(lab.title(**start))
    controls.drag("a", 60)
    dragged = controls.value("a")
    assert dragged > start["a"] + 0.3
    controls.expect_title(lab.title(**start | {"a": dragged}))
