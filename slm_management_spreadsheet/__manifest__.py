# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
{
    "name": "Service Level Management: Spreadsheet Dashboard",
    "summary": "A read-only dashboard of service levels beside those of other apps",
    "version": "19.0.1.4.0",
    "category": "After-Sales",
    "license": "AGPL-3",
    "author": "slm_management founding team",
    "website": "https://github.com/slm-management/slm_management",
    "depends": ["slm_management", "spreadsheet_dashboard"],
    "data": ["data/spreadsheet_dashboard.xml"],
    "auto_install": True,
}
