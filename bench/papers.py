"""PDF and spreadsheet of a service report: memory does not grow with the rows.

Each file is made in a process of its own, which has printed nothing before. Its peak is
that of the process, and that of the largest browser that it started for the pages.
"""

import io
import logging
import resource
import threading
import time

from .peer import Peer
from .report import Result

KINDS = {"pdf": "PDF", "xlsx": "spreadsheet"}
#: how much more memory ten times as many rows may take
MOST = 1.3


def run(bench):
    """The same report with some rows and with ten times as many."""
    sizes = [bench.size(size, size // 50) for size in (1_000, 10_000)]
    database = bench.peer("papers").database
    bench.peer("papers").call("bench.papers:fill", sizes=sizes)
    # the styles are put together once
    once(bench, database, "pdf", sizes[0])
    results = []
    for kind in KINDS:
        few, many = (once(bench, database, kind, rows) for rows in sizes)
        results += tell(kind, few, many)
    return results


def once(bench, database, kind, rows):
    """A file, made in a fresh process."""
    with Peer(database) as peer:
        made = peer.call("bench.papers:make", kind=kind, rows=rows)
    bench.check(made["rows"] == rows, f"{rows} rows are printed: {made['rows']}")
    return made


def tell(kind, few, many):
    """Time, size and peak of both, and how the peaks compare."""
    label = f"papers, {KINDS[kind]} of {many['rows']:,} rows"
    against = f"of {few['rows']:,}"
    peaks = [made["own_mb"] + made["browser_mb"] for made in (many, few)]
    size = f"{many['bytes'] / 1e6:.1f} MB, {many['pages']} pages or sheets"
    note = f"of which the browser {many['browser_mb']:.0f}"
    return [
        Result(f"{label}: peak", *peaks, "MB", against, most=MOST, note=note),
        Result(label, many["seconds"], few["seconds"], "s", against, note=size),
    ]


# ----------------------------------------------------------------------
# In the peer
# ----------------------------------------------------------------------


def fill(env, sizes):
    """A report of each size; its rows by SQL."""
    for rows in sizes:
        report = env["slm.service.report"].create(
            {"name": f"Bench {rows}", "audience": "provider", **_month(env)}
        )
        report.action_compute()
        env.flush_all()
        _fill(env, report, rows)
    env.cr.commit()


def _month(env):
    first, last = env["slm.service.report"]._get_last_period("month", env.company)
    # not a whole one, of which there is only one report
    return {"period": "custom", "date_from": first, "date_to": last}


def _fill(env, report, rows):
    env.cr.execute(
        """
        INSERT INTO slm_service_report_line (
            report_id, ticket_number, ticket_name, service_name, priority, kind, metric,
            agreement_code, agreement_name, agreement_version, outcome, cause,
            target_seconds, used_seconds, late_seconds, started_at, breached_at,
            escalation_count, remark)
        SELECT %s, 'HT' || n, 'The printer on floor ' || n %% 9 || ' does not print',
               '{"en_US": "Printing"}', (n %% 4)::text, 'sla', 'completion',
               'SLA1', '{"en_US": "Standard Support"}', 1,
               (ARRAY['missed', 'running', 'excluded'])[1 + n %% 3],
               (ARRAY['team', 'supplier', 'customer'])[1 + n %% 3],
               14400, 14400 + n * 60, n * 60, now(), now(), 1,
               CASE WHEN n %% 5 = 0 THEN 'Spare parts are kept in stock.' END
          FROM generate_series(1, %s) n
        """,
        [report.id, rows],
    )


def make(env, kind, rows):
    """The file of a report; seconds, peaks in MB, and what is in it."""
    report = env["slm.service.report"].search([("name", "=", f"Bench {rows}")])
    report = report.with_context(force_report_rendering=True)
    with Assets(env):
        started = time.perf_counter()
        content = getattr(report, f"_render_{kind}")()
        seconds = time.perf_counter() - started
    own, browser = (
        resource.getrusage(who).ru_maxrss / 1024
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    pages, printed = READERS[kind](content)
    return {
        "seconds": seconds,
        "own_mb": own,
        "browser_mb": browser,
        "bytes": len(content),
        "pages": pages,
        "rows": printed,
    }


def read_pdf(content):
    """Pages, and how many tickets they name."""
    from odoo.tools.pdf import PdfFileReader

    pages = PdfFileReader(io.BytesIO(content)).pages
    return len(pages), sum(page.extract_text().count("HT") for page in pages)


def read_xlsx(content):
    """Sheets, and how many tickets they name."""
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    numbers = (row[0] for sheet in book for row in sheet.iter_rows(values_only=True))
    return len(book.sheetnames), sum(str(n).startswith("HT") for n in numbers)


READERS = {"pdf": read_pdf, "xlsx": read_xlsx}


class Assets:
    """The styles of pages, from a server in this process while they are printed."""

    def __init__(self, env):
        self.env = env

    def __enter__(self):
        from werkzeug.serving import make_server

        from odoo.http import root
        from odoo.tools import config

        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        config["dbfilter"] = f"^{self.env.cr.dbname}$"
        self.server = make_server("127.0.0.1", 0, root, threaded=True)
        url = f"http://127.0.0.1:{self.server.server_port}"
        self.env["ir.config_parameter"].sudo().set_param("report.url", url)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __exit__(self, *_exception):
        self.server.shutdown()
