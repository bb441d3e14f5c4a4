"""A fresh start: the served module shows itself to a browser."""


def test_health_and_login_page(server, page):
    """The login page comes up without an error in the browser."""
    page.goto("/web/login")
    page.wait_for_selector("input[name=login]")
    assert not page.console_errors


def test_module_is_installed(rpc):
    """The prepared database has the module."""
    domain = [("name", "=", "slm_management")]
    found = rpc("ir.module.module", "search_read", domain, ["state"])
    assert [module["state"] for module in found] == ["installed"]


def test_administrator_reaches_the_backend(new_page):
    """The web client loads for the administrator, with all of its assets."""
    page = new_page("admin")
    page.wait_for_selector(".o_main_navbar")
    assert not page.console_errors
