"""A child process that has one Odoo database open and does what it is told.

Each side of a comparison gets a peer of its own, so that no side warms or fills the
caches of another, and the peers take turns, so that a noisy machine disturbs all of
them alike. A peer is told ``module:function`` with keyword arguments as a line of JSON
and answers with a line of JSON; the function gets an environment in a transaction of
its own, which is rolled back unless the function commits.
"""

import gc
import importlib
import json
import os
import subprocess
import sys
import time
import traceback

from tools import paths
from tools.console import Failure


class Peer:
    """The parent's end: ``Peer("db").call("bench.create:once", tickets=500)``."""

    def __init__(self, database):
        self.database = database
        environment = dict(os.environ, PYTHONPATH=str(paths.ROOT))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.peer", database],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=paths.ROOT,
            env=environment,
        )

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()

    def call(self, function, **arguments):
        """Run ``module:function`` in the peer; its value."""
        self.process.stdin.write(json.dumps([function, arguments]) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        answer = json.loads(line) if line else {"error": "the process has ended"}
        if "error" in answer:
            raise Failure(f"{function} in {self.database} failed: {answer['error']}")
        return answer["value"]


def in_turn(repetitions, *turns):
    """Call the functions in turn, again and again; a list of results for each.

    The first round warms up and is thrown away.
    """
    rounds = [[turn() for turn in turns] for _ in range(repetitions + 1)]
    return [list(results) for results in zip(*rounds[1:], strict=True)]


def timed(function):
    """Seconds that a call takes, with the garbage collector out of the way."""
    gc.collect()
    gc.disable()
    try:
        started = time.perf_counter()
        function()
        return time.perf_counter() - started
    finally:
        gc.enable()


def measured(env, function):
    """Seconds, queries and the function's value, as a dict."""
    queries = env.cr.sql_log_count
    values = []
    seconds = timed(lambda: values.append(function()))
    return {
        "seconds": seconds,
        "queries": env.cr.sql_log_count - queries,
        "value": values[0],
    }


def serve(database):
    """Do what the parent tells, until it closes the line."""
    from tools import odoo_env

    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever else prints shall not get between the answers
    odoo_env.configure()
    odoo_env.quiet("ERROR")
    for line in sys.stdin:
        function, arguments = json.loads(line)
        try:
            answer = {"value": do(database, function, arguments)}
        except Exception:
            answer = {"error": traceback.format_exc()}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def do(database, name, arguments):
    """Call a function with an environment of the administrator's."""
    from odoo import api
    from odoo.modules.registry import Registry

    module, function = name.split(":")
    registry = Registry(database)
    with registry.cursor() as cr:
        admin = api.Environment(cr, api.SUPERUSER_ID, {}).ref("base.user_admin")
        env = api.Environment(cr, admin.id, {"tz": "UTC", "lang": "en_US"})
        try:
            profiled = _profiled(getattr(importlib.import_module(module), function))
            return profiled(env, **arguments)
        finally:
            cr.rollback()


def _profiled(function):
    """The function, with its profile in a file if SLM_BENCH_PROFILE names a folder."""
    folder = os.environ.get("SLM_BENCH_PROFILE")
    if not folder:
        return function

    def run(*args, **kwargs):
        import cProfile

        profile = cProfile.Profile()
        try:
            return profile.runcall(function, *args, **kwargs)
        finally:
            name = f"{function.__module__}.{function.__name__}.{os.getpid()}.prof"
            profile.dump_stats(os.path.join(folder, name))

    return run


if __name__ == "__main__":
    serve(sys.argv[1])
