"""Take the pictures of the README and of the Apps page, in English and in Chinese.

Makes a database with fresh demo data, serves it, looks at it with a headless browser.
Pictures go to ``slm_management/static/description``, named ``<screen>_<language>.png``.
"""

import argparse
import functools
import io
import sys
from typing import NamedTuple

from tools import odoo_env, packages, paths
from tools.commands.run import Server
from tools.console import Failure, say, step
from tools.server import database_server

FOLDER = paths.MODULE_DIR / "static" / "description"
DATABASE = "slm_pictures"
LANGUAGES = {"en": "en_US", "zh": "zh_CN"}
USERS = ("user_manager", "user_agent", "user_customer")
WIDTH = 1280
LARGEST = 150_000
QUIET = """
    .o_notification_manager, .o-mail-ChatHub { display: none !important; }
    * { caret-color: transparent !important; animation: none !important; }
"""


class Screen(NamedTuple):
    """One picture.

    :param login: who looks
    :param action: XML id of the action, or a path of the portal
    :param record: XML id of the record that is open, if any
    :param ready: selector of what has to be there before the picture is taken
    :param height: of the picture
    :param click: selectors to click on, one after the other
    :param focus: selector of the only part that is shown
    """

    login: str
    action: str
    record: str = ""
    ready: str = ""
    height: int = 800
    click: tuple = ()
    focus: str = ""


OPEN = "slm_management.helpdesk_ticket_action_open"
SCREENS = {
    "ticket": Screen(
        "slm_agent", OPEN, "ticket_scanners", ".o_slm_panel .o_kanban_record", 860
    ),
    "explanation": Screen(
        "slm_agent",
        OPEN,
        "ticket_calendar",
        ".modal-content table",
        click=(".o_slm_panel .o_kanban_record:nth-child(2) [name=action_explain]",),
        focus=".modal-content",
        height=1400,
    ),
    "tickets": Screen("slm_agent", OPEN, ready=".o_list_view .o_data_row", height=720),
    "kanban": Screen(
        "slm_agent",
        OPEN,
        ready=".o_kanban_view .o_kanban_record",
        click=(".o_switch_view.o_kanban",),
        height=720,
    ),
    "agreement": Screen(
        "slm_manager",
        "slm_management.slm_agreement_action",
        "agreement_meridian",
        ".o_field_widget[name=target_ids] .o_data_row",
        720,
    ),
    "inconsistent": Screen(
        "slm_manager",
        "slm_management.slm_agreement_action_sla",
        "agreement_radiology",
        ".alert-warning li",
        720,
    ),
    "terms": Screen(
        "slm_manager",
        "slm_management.slm_agreement_action_terms",
        ready=".o_calendar_renderer .fc-event",
        height=800,
    ),
    "contract": Screen(
        "slm_manager",
        "slm_management.slm_contract_action",
        "contract_elbe",
        ".o_slm_contract_bar",
        1000,
    ),
    "contract_dates": Screen(
        "slm_manager",
        "slm_management.slm_contract_milestone_action",
        ready=".o_calendar_renderer .fc-event",
        height=800,
    ),
    "contract_ticket": Screen(
        "slm_agent",
        OPEN,
        "ticket_line",
        ".o_slm_contract",
        1000,
        click=(".o_notebook .nav-link[name=slm_contracts]",),
    ),
    "supplier": Screen(
        "slm_manager",
        "slm_management.res_partner_action_supplier",
        "partner_elbe",
        ".o_form_view .o_notebook",
        860,
    ),
    "evaluation": Screen(
        "slm_manager",
        "slm_management.slm_supplier_evaluation_action",
        "evaluation_elbe_3",
        ".o_form_view svg",
        900,
    ),
    "scorecard": Screen(
        "slm_manager",
        "slm_management.res_partner_action_supplier",
        "partner_elbe",
        ".o_slm_scorecard canvas",
        1300,
        click=(".oe_stat_button:has(.fa-tachometer)",),
    ),
    "ranking": Screen(
        "slm_manager",
        "slm_management.slm_supplier_ranking_action",
        ready=".o_list_view .o_data_row, .o_list_view .o_group_header",
        height=600,
    ),
    "time_used": Screen(
        "slm_agent",
        OPEN,
        "ticket_line",
        ".o_slm_time_used tbody tr",
        1240,
        click=(".o_notebook .nav-link[name=slm]",),
    ),
    "hours": Screen(
        "slm_manager",
        "slm_management.resource_calendar_action",
        "calendar_shanghai",
        ".o_slm_week_grid table",
        height=720,
    ),
    "dashboard": Screen(
        "slm_agent",
        "helpdesk_mgmt.helpdesk_ticket_dashboard_action",
        ready=".o_kanban_view .o_kanban_record",
        height=560,
    ),
    "levels": Screen(
        "slm_manager",
        "slm_management.slm_dashboard_action",
        ready="[data-section=trend] canvas",
        height=1300,
    ),
    "service_report": Screen(
        "slm_manager",
        "slm_management.slm_service_report_action",
        "service_report_meridian",
        ".o_slm_service_report canvas",
        1400,
    ),
    "gap_analysis": Screen(
        "slm_manager",
        "slm_management.slm_gap_analysis_action",
        "gap_analysis_last",
        ".o_form_view .o_data_row",
        900,
    ),
    "compliance": Screen(
        "slm_manager",
        "slm_management.slm_clock_statistics_action",
        ready=".o_pivot table, .o_graph_view canvas",
        height=600,
    ),
    "portal_reports": Screen(
        "slm_customer", "/my/service-reports", ready="canvas", height=1400
    ),
    "services": Screen(
        "slm_agent",
        "slm_management.slm_service_action",
        ready=".o_kanban_view .o_kanban_record",
        click=(".o_switch_view.o_kanban",),
        height=860,
    ),
    "service": Screen(
        "slm_manager",
        "slm_management.slm_service_action",
        "service_erp",
        ".o_slm_dependency_node",
        900,
        click=(".o_notebook .nav-link[name=dependencies]",),
    ),
    "process": Screen(
        "slm_manager",
        "slm_management.slm_process_action",
        "process_incident",
        "[name=consumer_ids] .o_data_row",
        760,
        click=(".o_notebook .nav-link[name=publication]",),
    ),
    "impact": Screen(
        "slm_agent",
        "slm_management.slm_configuration_item_action",
        "configuration_item_storage",
        "[name=impact_service_ids] .o_data_row",
        900,
        click=(".o_notebook .nav-link[name=impact]",),
    ),
    "catalogue": Screen(
        "slm_customer", "/my/services", ready=".o_slm_card", height=920
    ),
    "portal_service": Screen(
        "slm_customer",
        "/my/services/",
        "service_email",
        "[name=slm_processes]",
        1160,
    ),
    "portal": Screen(
        "slm_customer", "/my/ticket/", "ticket_scanners", ".o-mail-Message", 1080
    ),
}


def main():
    """Take all pictures, or those that are named."""
    options = parse()
    with database_server():
        if not options.keep:
            odoo_env.ensure_database(DATABASE, [paths.MODULE], demo=True, fresh=True)
        for language in options.language:
            ids = speak(LANGUAGES[language])
            with Server(DATABASE, options.port, crons=0) as server:
                server.wait()
                photograph(server.url, language, options.screens, ids)
    return 0


def parse():
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="./dev screenshots")
    parser.add_argument("screens", nargs="*", help=f"of {', '.join(SCREENS)}; all")
    parser.add_argument("--language", "-l", action="append", choices=LANGUAGES)
    parser.add_argument("--port", "-p", type=int, default=8068)
    parser.add_argument(
        "--keep", action="store_true", help="use the database of the last time"
    )
    options = parser.parse_args()
    unknown = set(options.screens) - set(SCREENS)
    if unknown:
        parser.error(f"no such screen: {', '.join(sorted(unknown))}")
    options.screens = options.screens or list(SCREENS)
    options.language = options.language or list(LANGUAGES)
    return options


def speak(code):
    """Let the demo users speak a language; ids of the records that are shown."""
    odoo_env.configure()
    odoo_env.quiet()
    with odoo_env.odoo_env(DATABASE) as env:
        for name in USERS:
            user = env.ref(f"{paths.MODULE}.{name}")
            user.write({"lang": code, "tz": "Europe/Berlin"})
        wanted = {screen.record for screen in SCREENS.values() if screen.record}
        return {name: env.ref(f"{paths.MODULE}.{name}").id for name in wanted}


def photograph(url, language, names, ids):
    """Take the named pictures in one language."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=packages.ensure_browser(required=True),
            args=["--no-sandbox", "--force-color-profile=srgb"],
        )
        enter = functools.cache(lambda login: log_in(browser, url, login, language))
        for name in names:
            with step(f"{name} ({language})"):
                take(enter(SCREENS[name].login), url, name, language, ids)
        browser.close()


def log_in(browser, url, login, language):
    """A page of a user who is logged in."""
    locale = LANGUAGES[language].replace("_", "-")
    context = browser.new_context(
        viewport={"width": WIDTH, "height": 800},
        locale=locale,
        timezone_id="Europe/Berlin",
    )
    context.add_cookies(
        [{"name": "frontend_lang", "value": LANGUAGES[language], "url": url}]
    )
    page = context.new_page()
    page.goto(f"{url}/web/login")
    page.fill("#login", login)
    page.fill("#password", login)
    page.click("button[type=submit]")
    page.wait_for_url(lambda address: "/web/login" not in address)
    return page


def take(page, url, name, language, ids):
    """Open a screen and save its picture."""
    screen = SCREENS[name]
    page.set_viewport_size({"width": WIDTH, "height": screen.height})
    page.goto(url + address(screen, ids))
    for selector in screen.click:
        page.click(selector)
    page.wait_for_selector(screen.ready)
    page.add_style_tag(content=QUIET)
    page.mouse.move(0, 0)
    target = page.locator(screen.focus) if screen.focus else page
    if screen.focus:
        target.wait_for()
    page.wait_for_timeout(1500)  # pictures of people, fonts
    save(target.screenshot(), FOLDER / f"{name}_{language}.png")


def address(screen, ids):
    """The path of a screen."""
    record = ids.get(screen.record, "")
    if screen.action.startswith("/"):
        return f"{screen.action}{record}"
    return f"/odoo/action-{screen.action}" + (f"/{record}" if record else "")


def save(data, path):
    """Save a picture with few colours, so that it is small."""
    from PIL import Image

    picture = Image.open(io.BytesIO(data)).convert("RGB")
    picture = picture.quantize(128, dither=Image.Dither.NONE)
    picture.save(path, optimize=True)
    size = path.stat().st_size
    if size > LARGEST:
        raise Failure(f"{path.name} has {size // 1000} kB, more than wanted")
    say(f"   {path.relative_to(paths.ROOT)}  {size // 1000} kB")


if __name__ == "__main__":
    sys.exit(main())
