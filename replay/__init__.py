"""``./dev replay``: a service desk's event log becomes tickets with clocks.

=============  ===============================================================
:mod:`broken`    what is wrong with a file, line by line
:mod:`log`       reads and checks the event log; no database, no Odoo
:mod:`policy`    reads and checks the policy; no database, no Odoo
:mod:`records`   the policy as records: calendars, agreements, stages, teams …
:mod:`importer`  the incidents as tickets, each log line one write
:mod:`results`   what the clocks show in the end, as lines and as a table
:mod:`shares`    who used the time, and whether it adds up
:mod:`run`       the command
=============  ===============================================================
"""
