"""The life of an agreement as people click it, in a real browser, in both languages.

A manager approves an agreement and drafts its next version; an agent sees why a ticket
has none, which one holds for another ticket and why, and tries what a ticket would get.
"""

from datetime import date, timedelta

import pytest

#: what the screens say
WORDS = {
    "en_US": {
        "approve": "Approve",
        "active": "Active",
        "draft": "Draft",
        "expired": "ended on",
        "why": "Why this agreement?",
        "none": "Why none?",
        "holds": "Holds",
        "empty": "Nothing to show yet",
        "hours": "Service hours",
        "deadline": "Deadline",
    },
    "zh_CN": {
        "approve": "批准",
        "active": "有效",
        "draft": "草稿",
        "expired": "到期",
        "why": "为什么是这份协议？",
        "none": "为什么没有",
        "holds": "适用",
        "empty": "暂无内容",
        "hours": "服务时间",
        "deadline": "截止时间",
    },
}
LANGUAGES = pytest.mark.parametrize("lang", WORDS)


@pytest.fixture
def draft(rpc):
    """A drafted SLA for a customer of its own."""
    partner = rpc("res.partner", "create", {"name": "Story Ltd", "is_company": True})
    line = {"role": "consumer", "partner_id": partner}
    values = {
        "name": "Story Silver",
        "partner_id": partner,
        "date_start": str(date.today() - timedelta(days=10)),
        "publication_ids": [(0, 0, line)],
        "target_ids": [(0, 0, {"completion_minutes": 480})],
    }
    return rpc("slm.agreement", "create", values)


def open_agreement(page, agreement):
    page.goto(f"/odoo/action-slm_management.slm_agreement_action/{agreement}")
    page.wait_for_selector(".o_form_view [name=name]")


def choose(page, field, text):
    """Pick the first that is proposed for a text."""
    page.fill(f".o_slm_match_preview [name={field}] input", text)
    item = page.locator(".o-autocomplete--dropdown-item:not(.o_m2o_no_result)")
    item.filter(has_not_text="...").first.click()


def approve(page, words):
    """Approve, and say that one means it."""
    button = page.locator("button[name=action_approve]:visible")
    assert button.inner_text().strip() == words["approve"]
    button.click()
    page.click(".modal-footer .btn-primary")


def current_state(page):
    return page.inner_text(".o_statusbar_status .o_arrow_button_current").strip()


@LANGUAGES
def test_manager_approves_and_makes_a_version(new_page, speaking, rpc, draft, lang):
    """Submit, approve, next version, approve: the old one ends the day before."""
    words = WORDS[lang]
    with speaking("slm_manager", lang):
        page = new_page("slm_manager")
        open_agreement(page, draft)
        page.click("button[name=action_submit]")
        page.locator("button[name=action_submit]").wait_for(state="hidden")
        approve(page, words)
        page.click("button[name=action_new_version]")
        page.wait_for_url(lambda url: str(draft) not in url.split("/")[-1])
        page.locator("button[name=action_approve]:visible").wait_for()
        assert current_state(page) == words["draft"]
        approve(page, words)
        page.locator("button[name=action_new_version]").wait_for()
        assert current_state(page) == words["active"]
        assert not page.console_errors
    check_versions(rpc, draft)


def check_versions(rpc, agreement):
    """What is stored once both versions are approved."""
    fields = ["state", "date_start", "date_end", "version"]
    domain = [("previous_version_id", "=", agreement)]
    [new] = rpc("slm.agreement", "search_read", domain, fields)
    [old] = rpc("slm.agreement", "read", [agreement], fields)
    assert (new["version"], new["state"]) == (2, "active")
    day_before = date.fromisoformat(new["date_start"]) - timedelta(days=1)
    assert old["date_end"] == str(day_before)


@LANGUAGES
def test_ticket_of_an_expired_agreement(new_page, speaking, rpc, lang):
    """The form names the agreement and its end, and says why there is none."""
    fields = ["slm_expired_agreement_id"]
    domain = [("slm_expired_agreement_id", "!=", False)]
    ticket = rpc("helpdesk.ticket", "search_read", domain, fields, limit=1)[0]
    agreement = ticket["slm_expired_agreement_id"][0]
    [agreement] = rpc("slm.agreement", "read", [agreement], ["code", "date_end"])
    words = WORDS[lang]
    with speaking("slm_agent", lang):
        page = new_page("slm_agent")
        path = "/odoo/action-slm_management.helpdesk_ticket_action_all"
        page.goto(f"{path}/{ticket['id']}")
        banner = page.wait_for_selector(".o_form_view .alert-warning")
        text = banner.inner_text()
        assert agreement["code"] in text and words["expired"] in text
        assert str(int(agreement["date_end"][-2:])) in text
        assert not page.console_errors


@LANGUAGES
def test_agent_asks_why_this_agreement(new_page, speaking, rpc, lang):
    """The dialog lists the candidates, each with the first rule that it failed."""
    name = "Hand scanners lose the connection"
    fields = ["slm_agreement_id"]
    [ticket] = rpc("helpdesk.ticket", "search_read", [("name", "=", name)], fields)
    words = WORDS[lang]
    with speaking("slm_agent", lang):
        page = new_page("slm_agent")
        path = "/odoo/action-slm_management.helpdesk_ticket_action_all"
        page.goto(f"{path}/{ticket['id']}")
        page.locator("button[name=action_slm_why_agreement]:visible").first.click()
        dialog = page.wait_for_selector(".modal .o_slm_match_preview table")
        assert dialog
        text = page.inner_text(".modal")
        assert "Meridian Logistics Gold" in text and words["holds"] in text
        assert "Harbour Clinic" in text, "what did not fit is listed, too"
        assert not page.console_errors


@LANGUAGES
def test_agent_tries_what_a_ticket_would_get(new_page, speaking, rpc, lang):
    """Agreement and deadlines show at once, and nothing is created."""
    before = rpc("helpdesk.ticket", "search_count", [])
    words = WORDS[lang]
    with speaking("slm_agent", lang):
        page = new_page("slm_agent")
        page.goto("/odoo/action-slm_management.slm_match_preview_action")
        page.wait_for_selector(".o_slm_match_preview")
        assert words["empty"] in page.inner_text(".o_slm_match_preview")
        choose(page, "partner_id", "Anna Keller")
        choose(page, "service_id", "SVC0001")
        page.wait_for_selector(".o_slm_preview_deadlines")
        text = page.inner_text(".o_slm_match_preview")
        assert "Meridian Logistics Gold" in text
        assert words["hours"] in text and words["deadline"] in text
        assert not page.console_errors
    assert rpc("helpdesk.ticket", "search_count", []) == before
