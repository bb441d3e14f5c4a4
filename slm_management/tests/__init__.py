# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import test_engine_doctest
from . import test_engine_duration
from . import test_engine_edges
from . import test_engine_fold
from . import test_engine_story
from . import test_engine_weekgrid
from . import test_engine_worktime
from . import test_dashboard
from . import test_install
from . import test_mail
from . import test_portal
from . import test_stage
from . import test_access
from . import test_access_matrix
from . import test_agreement
from . import test_catalogue
from . import test_import_export
from . import test_cron
from . import test_matching
from . import test_ticket_life
from . import test_replay_semantics
from . import test_query_budget
from . import test_resource_calendar
from . import test_javascript
