# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import ast
import doctest
import importlib
import pkgutil
from pathlib import Path

from odoo.tests import BaseCase

from .. import engine


def engine_modules():
    """Names and modules of the engine's parts."""
    for part in pkgutil.iter_modules(engine.__path__):
        yield part.name, importlib.import_module(f"{engine.__name__}.{part.name}")


class TestEngineDoctest(BaseCase):
    def test_examples_of_each_module(self):
        for name, module in engine_modules():
            with self.subTest(module=name):
                result = doctest.testmod(
                    module, optionflags=doctest.IGNORE_EXCEPTION_DETAIL
                )
                self.assertEqual(result.failed, 0)
                self.assertGreater(result.attempted, 0)

    def test_modules_are_found(self):
        names = {name for name, _module in engine_modules()}
        self.assertLessEqual({"worktime", "fold", "story", "duration"}, names)

    def test_engine_knows_nothing_of_odoo(self):
        """It can be read, run and trusted without a database."""
        for path in Path(engine.__path__[0]).glob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for node in ast.walk(tree):
                names = [alias.name for alias in getattr(node, "names", ())]
                if isinstance(node, ast.ImportFrom):
                    self.assertLessEqual(node.level, 1, path.name)
                    names = [node.module or ""]
                if isinstance(node, ast.Import | ast.ImportFrom):
                    roots = {name.split(".")[0] for name in names}
                    self.assertFalse(roots & {"odoo", "psycopg2"}, path.name)
