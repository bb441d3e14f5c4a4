"""A customer on the portal: find a service, ask for it, read until when it is answered.

Told in a real browser, in both languages, as the demo's customer: Anna Keller of
Meridian Logistics, Warehouse Operations.
"""

import re
from contextlib import contextmanager

import pytest

CUSTOMER = "slm_customer"
SUBJECT, TEXT = "A mailbox for the night shift", "For six people, by Monday."
#: what the pages say; the deadline is a pattern
WORDS = {
    "en_US": {
        "browser": "en-US",
        "service": "E-mail and Calendar",
        "process": "Order or Change Something",
        "description": "Mailboxes, shared calendars",
        "search": "mailbox unwanted",
        "type": "User Services / Workplace",
        "of type": {"Managed Workplace", "Printing"},
        "catalogue": "Services",
        "hours": "Service hours",
        "responsible": "Responsible",
        "button": "Request this service",
        "promise": "What we promise you",
        "deadline": r"We answer by \w{3}\W+\d{1,2}:\d\d(\s[AP]M)?; "
        r"that is in (24 h|23 h 5\d min) of service time",
        "nothing": "No service was found",
        "gone": "not offered to you",
        "refused": "Nothing was sent",
    },
    "zh_CN": {
        "browser": "zh-CN",
        "service": "电子邮件与日历",
        "process": "申请或变更",
        "description": "邮箱、共享日历",
        "search": "邮箱 垃圾",
        "type": "用户服务 / 办公",
        "of type": {"托管办公电脑", "打印"},
        "catalogue": "服务",
        "hours": "服务时间",
        "responsible": "负责人",
        "button": "申请此服务",
        "promise": "承诺",
        "deadline": r"\d{1,2}:\d\d.*(24|23) ?小时",
        "nothing": "没有找到",
        "gone": "未向您提供",
        "refused": "尚未提交",
    },
}
#: names that stay as they are in any language
NAMES = ("Meridian Logistics Gold", "Sofia Marques", "ERP", "Wi-Fi", SUBJECT, TEXT)
#: letters of a time zone, and of units, are no English
ENGLISH = re.compile(r"[A-Za-z]{3,}")
#: of others, of the desk, or not published: customers, services, processes, components
SECRETS = (
    "Huadong",
    "华东",
    "Harbour Clinic",
    "Radiology",
    "Oakfield",
    "Lindqvist",
    "Tomas Novak",
    "Image Archive",
    "Server Hosting",
    "Database Platform",
    "Training",
    "Terminal Server",
    "Change of the ERP",
    "Book a Course",
    "Investigate What Comes Back",
    "影像归档",
    "服务器托管",
    "数据库平台",
    "培训",
    "ERP 变更",
    "预约课程",
    "调查重复出现的故障",
    "Core switch",
    "Mail server",
    "Elbe Networks",
    "AGR0",
    "slm.publication",
    "slm_facts",
    "sofia.marques@",
)


@pytest.fixture(params=WORDS)
def words(request, rpc):
    """What the pages say in a language that the customer speaks."""
    with speaking(rpc, request.param):
        yield WORDS[request.param]


@contextmanager
def speaking(rpc, lang):
    users = rpc("res.users", "search", [("login", "=", CUSTOMER)])
    rpc("res.users", "write", users, {"lang": lang})
    try:
        yield
    finally:
        rpc("res.users", "write", users, {"lang": "en_US"})


@pytest.fixture
def customer(new_page, words):
    """A page of the customer, in her language."""
    return enter(new_page, words)


def enter(new_page, words, **options):
    """Log the customer in; the sources of what she looks at are kept in ``seen``."""
    page = new_page(CUSTOMER, locale=words["browser"], **options)
    page.seen = []
    return page


def look(page):
    """Keep the whole source of what is shown, with all that is not visible."""
    page.seen.append((page.url, page.content()))


def open_catalogue(page, search=None):
    page.goto("/my/services")
    if search:
        page.fill("input[name=search]", search)
        page.press("input[name=search]", "Enter")
        page.wait_for_url("**search=**")
    look(page)


def open_service(page, name):
    open_catalogue(page, name)
    page.click(f".o_slm_card:has-text('{name}')")
    page.wait_for_selector("[name=slm_processes]")
    look(page)


def open_form(page, process):
    """From a service to the form of a request."""
    page.click(f"[name=slm_processes] > div:has-text('{process}') a.btn")
    page.wait_for_selector(f"[name=slm_request] >> text={process}")
    look(page)


def send(page):
    page.fill("input[name=subject]", SUBJECT)
    page.fill("textarea[name=description]", TEXT)
    page.click("form:has(textarea[name=description]) button[type=submit]")


def find_ticket(page):
    """The id of the ticket on whose page one has landed."""
    page.wait_for_url(re.compile(r"/my/ticket/\d+"))
    page.wait_for_selector("[name=slm_card]")
    look(page)
    return int(re.search(r"/my/ticket/(\d+)", page.url)[1])


def find_id(rpc, name):
    refs = rpc("ir.model.data", "search_read", [("name", "=", name)], ["res_id"])
    assert len(refs) == 1
    return refs[0]["res_id"]


def assert_clean(page):
    """Nothing went wrong in the browser, and no page told anything of others."""
    assert not page.console_errors
    assert page.seen
    for url, source in page.seen:
        told = [secret for secret in SECRETS if secret in source]
        assert not told, f"{url} tells {told}"


def test_customer_requests_a_service(customer, rpc, words):
    """From the portal's home to a ticket that says until when it is answered."""
    page = customer
    page.goto("/my")
    entry = page.locator("a[href='/my/services']")
    assert words["catalogue"] in entry.inner_text()
    page.wait_for_selector("a[href='/my/services'] >> text=11")
    entry.click()
    page.wait_for_selector(".o_slm_card")
    assert page.locator(".o_slm_card").count() == 11

    open_service(page, words["service"])
    text = page.inner_text("#wrap")
    for word in ("description", "hours", "responsible", "button", "promise"):
        assert words[word] in text
    assert "Sofia Marques" in text and "Meridian Logistics Gold" in text

    open_form(page, words["process"])
    send(page)
    ticket = find_ticket(page)
    card = page.inner_text("[name=portal_my_task_second_column]")
    assert words["service"] in card and words["process"] in card
    assert re.search(words["deadline"], card)

    fields = ["slm_service_id", "slm_process_id", "partner_id", "team_id"]
    values = rpc("helpdesk.ticket", "read", [ticket], fields)[0]
    assert values["slm_service_id"][0] == find_id(rpc, "service_email")
    assert values["slm_process_id"][0] == find_id(rpc, "process_request")
    assert values["partner_id"][0] == find_id(rpc, "partner_anna")
    assert values["team_id"][0] == find_id(rpc, "team_service_desk")
    assert_clean(page)


def test_pages_speak_chinese(new_page, rpc):
    """No English is left on the way, but for names and what the customer wrote."""
    words, texts = WORDS["zh_CN"], {}

    def read(selector="#wrap"):
        text = page.inner_text(selector)
        for name in NAMES:
            text = text.replace(name, "")
        texts[page.url] = ENGLISH.findall(re.sub(r"\w+/\w+|UTC", "", text))

    with speaking(rpc, "zh_CN"):
        page = enter(new_page, words)
        open_catalogue(page)
        read()
        open_service(page, words["service"])
        read()
        open_form(page, words["process"])
        read()
        send(page)
        find_ticket(page)
        read("#card_body")
    assert not any(texts.values()), texts


def test_catalogue_is_searched_and_filtered(customer, words):
    """Words in name or description; a type with what is below it; nothing found."""
    page = customer
    open_catalogue(page, words["search"])
    assert page.locator(".o_slm_card h5").all_inner_texts() == [words["service"]]
    open_catalogue(page, "nowhere to be found")
    assert words["nothing"] in page.inner_text("[name=slm_nothing_found]")
    open_catalogue(page)
    page.select_option("select[name=filterby]", label=words["type"])
    page.wait_for_url("**filterby=**")
    look(page)
    names = set(page.locator(".o_slm_card h5").all_inner_texts())
    assert names == words["of type"]
    assert_clean(page)


@pytest.mark.parametrize("name", ["service_imaging", "service_fax", "service_training"])
def test_what_is_not_offered_is_not_there(customer, rpc, words, name):
    """Of another customer, inactive, or with a draft only: all the same answer."""
    customer.goto(f"/my/services/{find_id(rpc, name)}")
    assert words["gone"] in customer.inner_text("[name=slm_gone]")
    look(customer)
    customer.goto(
        f"/my/services/{find_id(rpc, 'service_erp')}"
        f"/request/{find_id(rpc, 'process_change')}"
    )
    assert words["gone"] in customer.inner_text("[name=slm_gone]")
    look(customer)
    assert_clean(customer)


def test_forged_form_is_refused_and_text_kept(customer, rpc, words):
    """Whoever changes the form gets no ticket, and loses no word."""
    count = rpc("helpdesk.ticket", "search_count", [])
    open_service(customer, words["service"])
    open_form(customer, words["process"])
    customer.evaluate(
        "document.querySelector('input[name=slm_request]').value = 'forged'"
    )
    send(customer)
    refused = customer.wait_for_selector("[name=slm_refused]")
    assert words["refused"] in refused.inner_text()
    assert customer.input_value("input[name=subject]") == SUBJECT
    assert customer.input_value("textarea[name=description]") == TEXT
    assert rpc("helpdesk.ticket", "search_count", []) == count


def test_story_on_a_telephone(new_page):
    """Nothing sticks out at the side, from the catalogue to the ticket."""
    words, size = WORDS["en_US"], {"width": 375, "height": 740}
    phone = enter(new_page, words, viewport=size, has_touch=True)

    def assert_fits():
        wide = phone.evaluate("document.documentElement.scrollWidth")
        assert wide <= 375, f"{phone.url} is {wide} wide"

    open_catalogue(phone)
    assert_fits()
    open_service(phone, words["service"])
    assert_fits()
    open_form(phone, words["process"])
    assert_fits()
    send(phone)
    find_ticket(phone)
    assert_fits()
    assert_clean(phone)


def test_manager_publishes_what_was_a_draft(new_page, rpc):
    """The preview names the customer; after it she finds the service."""
    process = find_id(rpc, "process_training")
    page = new_page("slm_manager")
    page.goto(f"/odoo/action-slm_management.slm_process_action/{process}")
    page.click(".o_form_statusbar button[name=action_preview]")
    dialog = page.locator(".modal-content")
    dialog.locator(".o_data_row >> text=slm_customer").wait_for()
    assert dialog.locator("[name=portal_count]").inner_text().strip() == "1"
    dialog.locator("button[name=action_publish]").click()
    page.wait_for_selector(".o_arrow_button_current >> text=Published")
    assert not page.console_errors
    customer = enter(new_page, WORDS["en_US"])
    open_service(customer, "Training")
    assert "Book a Course" in customer.inner_text("[name=slm_processes]")
