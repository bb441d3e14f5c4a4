# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import agreement
from . import catalogue
from . import close
from . import request
from . import service_report
from . import ticket
