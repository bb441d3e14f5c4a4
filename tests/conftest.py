"""Fixtures for tests of the whole system: databases, servers, a browser.

Run them with ``./dev test system``. A database costs a second (it is a copy of a
prepared one with demo data), a server five.
"""

import itertools
import json
import os
import urllib.request
from contextlib import contextmanager
from http.cookiejar import CookieJar

import pytest

if "SLM_VENV" not in os.environ:
    pytest.exit("run these tests with: ./dev test system", returncode=4)

from tools import database as databases
from tools import packages, templates
from tools.commands.run import Server
from tools.console import in_ci
from tools.unit_tests import drop_left_over, free_port

PREFIX = "slm_sys_"
NUMBERS = itertools.count()


class Rpc:
    """A logged-in JSON-RPC client: ``rpc("helpdesk.ticket", "create", {...})``."""

    def __init__(self, server, login, password=None):
        self.server = server
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(CookieJar())
        )
        self.session = self.call(
            "/web/session/authenticate",
            db=server.name,
            login=login,
            password=password or login,
        )

    def call(self, path, **params):
        """Call a JSON route; an error of the server is raised."""
        body = json.dumps({"jsonrpc": "2.0", "params": params}).encode()
        request = urllib.request.Request(
            self.server.url + path, body, {"Content-Type": "application/json"}
        )
        with self.opener.open(request, timeout=120) as response:
            answer = json.load(response)
        if "error" in answer:
            raise RuntimeError(answer["error"]["data"]["debug"])
        return answer.get("result")

    def __call__(self, model, method, *args, **kwargs):
        """Call a method of a model."""
        return self.call(
            f"/web/dataset/call_kw/{model}/{method}",
            model=model,
            method=method,
            args=list(args),
            kwargs=kwargs,
        )


def new_name():
    """A database name of this run."""
    return f"{PREFIX}{os.getpid()}_{next(NUMBERS)}"


@contextmanager
def running_server(name, *options, crons=0):
    """An Odoo server on a free port; its log must be clean at the end."""
    with Server(name, free_port(), options, crons) as server:
        server.wait()
        yield server
    assert not server.faults(), "\n".join(server.faults())


@pytest.fixture(scope="session")
def template():
    """The prepared database with the module and demo data."""
    drop_left_over(PREFIX)
    return templates.module(demo=True)


@pytest.fixture(scope="session")
def make_database(template):
    """A function that makes a copy of the template (or of another database)."""
    made = []

    def make(source=template):
        name = new_name()
        databases.copy(source, name)
        made.append(name)
        return name

    yield make
    for name in made:
        databases.drop(name)


@pytest.fixture(scope="module")
def database(make_database):
    """A database for one file of tests, with the module and demo data."""
    return make_database()


@pytest.fixture(scope="module")
def server(database):
    """A running server on :func:`database`, without cron threads."""
    with running_server(database) as running:
        yield running


@pytest.fixture(scope="module")
def rpc(server):
    """The administrator's client of :func:`server`."""
    return Rpc(server, "admin")


@pytest.fixture
def speaking(rpc):
    """``with speaking("slm_agent", "zh_CN")``: he works in a language for a while."""

    @contextmanager
    def speak(login, lang):
        users = rpc("res.users", "search", [("login", "=", login)])
        rpc("res.users", "write", users, {"lang": lang})
        try:
            yield
        finally:
            rpc("res.users", "write", users, {"lang": "en_US"})

    return speak


@pytest.fixture
def rpc_as(server):
    """A function that logs someone in: ``rpc_as("slm_agent")``."""
    return lambda login, password=None: Rpc(server, login, password)


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium, Debian's own."""
    executable = packages.browser()
    if not executable:
        if in_ci():
            pytest.fail("there is no browser, and in CI nothing is skipped")
        pytest.skip("there is no browser: ./dev setup tells how to get one")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-gpu"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def new_page(browser, server):
    """A function that opens a page of :func:`server` for someone (or nobody)."""
    contexts = []

    def make(login=None, password=None, **options):
        options = {"viewport": {"width": 1366, "height": 900}, **options}
        context = browser.new_context(base_url=server.url, **options)
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        page.console_errors = []
        page.on("pageerror", lambda error: page.console_errors.append(str(error)))
        if login:
            log_in(page, login, password)
        return page

    yield make
    for context in contexts:
        context.close()


def log_in(page, login, password=None):
    """Log somebody in on the login page."""
    page.goto("/web/login")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", password or login)
    page.click("form.oe_login_form button[type=submit]")
    page.wait_for_url(lambda url: "/web/login" not in url)


@pytest.fixture
def page(new_page):
    """A page with nobody logged in."""
    return new_page()
