"""Benchmarks, each against what people would use otherwise, side by side in one run.

``run``            the entry point, ``./dev bench``
``peer``           a process of its own for each database, driven in lockstep
``report``         results as a table and as JSON lines
``desk``           the same service desk in every database
``plan``, ``create``, ``stage``, ``cron``, ``edit``   one benchmark each
"""
