"""Reports as people click them, in a real browser, in both languages.

A manager looks at the dashboard and asks what is behind a figure, and publishes a
report; the customer finds it on the portal, reads it and takes it along as a file.
"""

from datetime import date

import pytest
from dateutil.relativedelta import relativedelta

#: what the screens say
WORDS = {
    "en_US": {"published": "Published", "response": "Response"},
    "zh_CN": {"published": "已发布", "response": "响应"},
}
LANGUAGES = pytest.mark.parametrize("lang", WORDS)
DASHBOARD = "/odoo/service-level-dashboard"
REPORTS = "/odoo/action-slm_management.slm_service_report_action"


def number(text):
    """The whole number in a text."""
    return int("".join(sign for sign in text if sign.isdigit()))


@pytest.fixture
def report(rpc):
    """A draft for the customer of the demo data, three months ago."""
    first = date.today().replace(day=1) - relativedelta(months=3)
    [customer] = rpc("res.partner", "search", [("name", "=", "Meridian Logistics")])
    values = {"audience": "customer", "partner_id": customer, "period": "month"}
    days = {
        "date_from": str(first),
        "date_to": str(first + relativedelta(months=1, days=-1)),
    }
    return rpc("slm.service.report", "create", values | days)


@LANGUAGES
def test_dashboard_opens_what_is_behind_a_figure(new_page, speaking, lang):
    """The list has as many tickets as the card says; the way back leads there."""
    with speaking("slm_manager", lang):
        page = new_page("slm_manager")
        page.goto(DASHBOARD)
        card = page.locator("[data-card=open] .o_slm_figure").first
        card.wait_for()
        told = number(card.inner_text())
        assert WORDS[lang]["response"] in page.inner_text("[data-section=compliance]")
        assert page.locator("[data-section=arrivals] td").count() >= 7 * 24
        card.click()
        page.wait_for_selector(".o_list_view .o_data_row")
        assert number(page.inner_text(".o_pager_limit")) == told
        page.locator(".o_breadcrumb a, .breadcrumb-item a").first.click()
        page.wait_for_selector("[data-section=compliance]")
        assert not page.console_errors


def test_dashboard_narrows_and_remembers(new_page):
    """Filtered by a service, there is less; a reload shows the same."""
    page = new_page("slm_manager")
    page.goto(DASHBOARD)
    card = "[data-card=open] .o_slm_figure"
    page.wait_for_selector(card)
    everything = number(page.inner_text(card))
    page.fill("[data-filter=services] input", "ERP")
    page.locator(".o-autocomplete--dropdown-item", has_text="ERP").first.click()
    page.wait_for_function(
        f"document.querySelector('{card}').innerText != '{everything}'"
    )
    narrowed = number(page.inner_text(card))
    assert narrowed < everything
    page.reload()
    page.wait_for_selector(card)
    assert number(page.inner_text(card)) == narrowed


@LANGUAGES
def test_report_goes_to_the_customer(new_page, speaking, report, lang):
    """Published by a manager, found by the customer, in the language of each."""
    words = WORDS[lang]
    with speaking("slm_manager", lang), speaking("slm_customer", lang):
        customer = new_page("slm_customer", locale=lang.replace("_", "-"))
        customer.goto(f"/my/service-reports/{report}")
        assert customer.url.endswith("gone=1")
        publish(new_page("slm_manager"), report, words)
        customer.goto("/my/service-reports/published")
        customer.click(f"a[href*='/my/service-reports/{report}']")
        customer.wait_for_selector("table")
        assert words["response"] in customer.inner_text("main")
        for kind, magic in (("pdf", b"%PDF"), ("xlsx", b"PK")):
            url = f"/my/service-reports/{report}/{kind}"
            answer = customer.request.get(url)
            assert answer.status == 200
            assert answer.body().startswith(magic)
            assert "no-store" in answer.headers["cache-control"]
        assert not customer.console_errors


def publish(page, report, words):
    """As a manager does it."""
    page.goto(f"{REPORTS}/{report}")
    page.wait_for_selector(".o_slm_service_report table")
    page.click("button[name=action_publish]")
    page.click(".modal-footer .btn-primary")
    page.wait_for_selector(f".o_arrow_button_current:has-text('{words['published']}')")
    assert page.locator("button[name=action_publish]").count() == 0
    assert not page.console_errors
