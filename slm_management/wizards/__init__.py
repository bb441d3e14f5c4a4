# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import (
    base_partner_merge,
    slm_archive_service,
    slm_exclude,
    slm_exclusion_decision,
    slm_explanation,
    slm_load_levels,
    slm_match_preview,
    slm_publish,
)
