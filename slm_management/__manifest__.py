# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
{
    "name": "Service Level Management",
    "summary": "SLA deadlines in real service hours for Helpdesk: clocks that pause, "
    "resume, breach and explain themselves",
    "version": "19.0.1.0.0",
    "category": "After-Sales",
    "license": "AGPL-3",
    "author": "slm_management founding team",
    "website": "https://github.com/slm-management/slm_management",
    "depends": ["helpdesk_mgmt", "resource"],
    "data": [
        "security/slm_management_security.xml",
        "security/ir.model.access.csv",
        "data/ir_sequence_data.xml",
        "data/resource_calendar_data.xml",
        "data/slm_process_kind_data.xml",
        "data/slm_service_level_data.xml",
        "data/ir_cron.xml",
    ],
    "demo": [
        "demo/res_partner_demo.xml",
        "demo/res_users_demo.xml",
        "demo/helpdesk_ticket_team_demo.xml",
        "demo/resource_calendar_demo.xml",
        "demo/slm_service_demo.xml",
        "demo/slm_agreement_demo.xml",
        "demo/helpdesk_ticket_demo.xml",
    ],
    "images": ["static/description/banner.png"],
    "assets": {},
    "post_init_hook": "post_init_hook",
    "uninstall_hook": "uninstall_hook",
    "application": True,
    "installable": True,
}
