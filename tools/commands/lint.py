"""``./dev lint``: style, OCA's rules, well-formed XML, and short functions."""

import argparse
import ast
import statistics
import subprocess
import sys

from lxml import etree

from .. import paths
from ..console import say

OTHERS = ["tools", "bench", "replay"]
LONGEST = 60
NINE_OF_TEN = 25
MEDIAN = 8
SOURCES = ["dev", "tools", "tests", "bench", "replay", *paths.ADDONS]


def main(arguments):
    """Run all checks; each says what it found."""
    parser = argparse.ArgumentParser(prog="./dev lint")
    parser.add_argument("--fix", action="store_true", help="repair what can be")
    options = parser.parse_args(arguments)
    checks = {
        "ruff check": lambda: ruff("check", *(["--fix"] if options.fix else [])),
        "ruff format": lambda: ruff("format", *([] if options.fix else ["--check"])),
        "pylint-odoo": pylint_odoo,
        "XML": xml_files,
        "all tests are imported": tests_imported,
        "versions": versions,
        "length of functions": lengths,
    }
    failed = []
    for name, check in checks.items():
        ok = check()
        say(f"== {name}: {'ok' if ok else 'FAILED'}")
        if not ok:
            failed.append(name)
    say(f"Lint failed: {', '.join(failed)}" if failed else "Lint: all is well")
    return 1 if failed else 0


def present():
    """The sources that this clone has."""
    return [name for name in SOURCES if (paths.ROOT / name).exists()]


def ruff(*arguments):
    """Run ruff on all sources."""
    return not subprocess.call([sys.executable, "-m", "ruff", *arguments, *present()])


def pylint_odoo():
    """Run OCA's checks on the add-ons."""
    if not (paths.MODULE_DIR / "__init__.py").exists():
        return True
    command = [sys.executable, "-m", "pylint", f"--rcfile={paths.TOOLS / 'pylintrc'}"]
    return not subprocess.call([*command, *paths.ADDONS])


def xml_files():
    """Check that every XML file is well-formed."""
    ok = True
    for name in ("tests", *paths.ADDONS):
        for path in sorted((paths.ROOT / name).rglob("*.xml")):
            try:
                etree.parse(path)
            except etree.XMLSyntaxError as error:
                say(f"{path.relative_to(paths.ROOT)}: {error}")
                ok = False
    return ok


def tests_imported():
    """Check that Odoo finds every test file: it runs those only that are imported."""
    ok = True
    for addon in paths.ADDONS:
        folder = paths.ROOT / addon / "tests"
        init = folder / "__init__.py"
        text = init.read_text() if init.exists() else ""
        imported = {word.strip(",()") for word in text.split()}
        missing = {path.stem for path in folder.glob("test_*.py")} - imported
        for name in sorted(missing):
            say(f"{init.relative_to(paths.ROOT)} does not import {name}")
            ok = False
    return ok


def versions():
    """Check that the add-ons, which are released together, have one version."""
    found = {}
    for addon in paths.ADDONS:
        manifest = paths.ROOT / addon / "__manifest__.py"
        found[addon] = ast.literal_eval(manifest.read_text())["version"]
    if len(set(found.values())) > 1:
        say(", ".join(f"{addon} is {version}" for addon, version in found.items()))
        return False
    return True


def functions(path):
    """The functions of a Python file, as ``(lines, name, line)``."""
    for node in ast.walk(ast.parse(path.read_text(), str(path))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.end_lineno - node.lineno + 1, node.name, node.lineno


def lengths():
    """Check how long the functions are: of the add-ons in sum, of the rest each."""
    module, rest = measure(paths.ADDONS), measure(OTHERS)
    ok = True
    for lines, where in module + rest:
        if lines > LONGEST:
            say(f"{where}: {lines} lines; {LONGEST} are allowed")
            ok = False
    return summary([lines for lines, _where in module]) and ok


def measure(folders):
    """The functions below the folders, tests left out, as ``(lines, place)``."""
    return [
        (lines, f"{path.relative_to(paths.ROOT)}:{line} {name}")
        for folder in folders
        for path in sorted((paths.ROOT / folder).rglob("*.py"))
        if "tests" not in path.parts
        for lines, name, line in functions(path)
    ]


def summary(counts):
    """Check the distribution over the add-ons."""
    if not counts:
        return True
    counts.sort()
    middle = statistics.median(counts)
    short = sum(count <= NINE_OF_TEN for count in counts) / len(counts)
    say(
        f"{len(counts)} functions of the add-ons: median {middle:g} lines "
        f"(at most {MEDIAN}), {short:.0%} up to {NINE_OF_TEN} (at least 90%), "
        f"longest {counts[-1]} (at most {LONGEST})"
    )
    return middle <= MEDIAN and short >= 0.9
