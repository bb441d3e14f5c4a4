# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import slm_paper
from . import slm_agreement_report
from . import slm_contract_report
from . import slm_contract_xlsx
from . import slm_supplier_report
from . import ir_actions_report
from . import slm_period_paper
from . import slm_period_xlsx
from . import slm_service_report_paper
from . import slm_service_report_xlsx
from . import slm_gap_analysis_paper
from . import slm_gap_analysis_xlsx
