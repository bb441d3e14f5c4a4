"""Contracts and suppliers as people click them, in a real browser, in both languages.

A manager terminates a contract and confirms an evaluation; an agent sees on a ticket
what the contract says, and prints it.
"""

from datetime import date, timedelta

import pytest

#: what the screens say
WORDS = {
    "en_US": {
        "warranty": "In Warranty",
        "terminated": "Terminated",
        "confirmed": "Confirmed",
    },
    "zh_CN": {"warranty": "保修期内", "terminated": "已终止", "confirmed": "已确认"},
}
LANGUAGES = pytest.mark.parametrize("lang", WORDS)
REASON = "They moved away"


def ago(days):
    return str(date.today() - timedelta(days))


@pytest.fixture
def supplier(rpc):
    values = {"name": "Story Supplies", "is_company": True, "slm_is_supplier": True}
    return rpc("res.partner", "create", values)


@pytest.fixture
def contract(rpc, supplier):
    """A contract in warranty that covers an item which a ticket is about."""
    item = rpc("slm.configuration.item", "create", {"name": "Story Machine"})
    return rpc(
        "slm.contract",
        "create",
        {
            "name": "Story Maintenance",
            "partner_id": supplier,
            "effective_date": ago(100),
            "final_acceptance_date": ago(50),
            "warranty_months": 24,
            "configuration_item_ids": [(6, 0, [item])],
        },
    )


@LANGUAGES
def test_manager_terminates_a_contract(new_page, speaking, rpc, contract, lang):
    """The bar of dates is there; the termination asks for a reason and is told."""
    words = WORDS[lang]
    with speaking("slm_manager", lang):
        page = new_page("slm_manager")
        page.goto(f"/odoo/action-slm_management.slm_contract_action/{contract}")
        page.wait_for_selector(".o_form_view [name=timeline] > *")
        current = ".o_statusbar_status .o_arrow_button_current"
        assert page.inner_text(current).strip() == words["warranty"]
        page.click("button[name=action_ask_termination]")
        page.fill(".modal [name=termination_reason] input", REASON)
        page.click(".modal-footer .btn-primary")
        page.locator(".alert-danger", has_text=REASON).wait_for()
        assert page.inner_text(current).strip() == words["terminated"]
        assert not page.console_errors
    [told] = rpc("slm.contract", "read", [contract], ["state", "terminated_date"])
    assert (told["state"], told["terminated_date"]) == ("terminated", ago(0))


@LANGUAGES
def test_manager_confirms_an_evaluation(new_page, speaking, rpc, supplier, lang):
    """Five scores, a picture, and nothing changes after the confirmation."""
    values = {"partner_id": supplier, "date_from": ago(100), "date_to": ago(10)}
    evaluation = rpc("slm.supplier.evaluation", "create", values)
    lines = rpc(
        "slm.supplier.evaluation.line", "search", [("evaluation_id", "=", evaluation)]
    )
    rpc("slm.supplier.evaluation.line", "write", lines, {"score": "4"})
    words = WORDS[lang]
    with speaking("slm_manager", lang):
        page = new_page("slm_manager")
        path = "/odoo/action-slm_management.slm_supplier_evaluation_action"
        page.goto(f"{path}/{evaluation}")
        page.wait_for_selector(".o_form_view svg")
        page.click("button[name=action_confirm]")
        if page.locator(".modal-footer .btn-primary").count():
            page.click(".modal-footer .btn-primary")
        page.locator("button[name=action_confirm]").wait_for(state="hidden")
        current = ".o_statusbar_status .o_arrow_button_current"
        assert page.inner_text(current).strip() == words["confirmed"]
        assert not page.console_errors
    [told] = rpc("slm.supplier.evaluation", "read", [evaluation], ["state", "total"])
    assert (told["state"], told["total"]) == ("confirmed", 4.0)


def test_agent_sees_the_contract_on_a_ticket(new_page, rpc, contract):
    """Through the item that the ticket is about."""
    [items] = rpc("slm.contract", "read", [contract], ["configuration_item_ids"])
    values = {"name": "It is broken", "description": "Since this morning."}
    values["slm_configuration_item_ids"] = [(6, 0, items["configuration_item_ids"])]
    ticket = rpc("helpdesk.ticket", "create", values)
    page = new_page("slm_agent")
    page.goto(f"/odoo/action-slm_management.helpdesk_ticket_action_all/{ticket}")
    page.click(".o_notebook .nav-link[name=slm_contracts]")
    panel = page.wait_for_selector("[name=slm_contract_briefs]")
    text = panel.inner_text()
    assert "Story Maintenance" in text and "Story Machine" in text
    assert not page.console_errors


def test_agent_prints(rpc_as, contract, supplier):
    """A contract as PDF, the list as XLSX, the scorecard."""
    agent = rpc_as("slm_agent")
    roads = {
        f"/report/pdf/slm_management.report_slm_contract/{contract}": b"%PDF",
        f"/report/xlsx/slm_management.report_slm_contract_xlsx/{contract}": b"PK",
        f"/report/pdf/slm_management.report_slm_scorecard/{supplier}": b"%PDF",
    }
    for road, beginning in roads.items():
        with agent.opener.open(agent.server.url + road, timeout=120) as answer:
            assert answer.read().startswith(beginning), road
