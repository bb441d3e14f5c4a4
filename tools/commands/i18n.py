"""``./dev i18n``: exports the templates of translations and merges zh_CN into them."""

import argparse
import io
import os
import re

import polib

from .. import database, odoo_env, paths, templates, unit_tests
from ..console import Failure, say
from ..server import database_server

PREFIX = "slm_i18n_"
LANGUAGES = {"zh_CN": "nplurals=1; plural=0;"}
DATES = ("POT-Creation-Date", "PO-Revision-Date")
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sdrf]|%%|\{\w*\}")


def main(arguments):
    """Export and merge, or only check that both were done."""
    parser = argparse.ArgumentParser(prog="./dev i18n")
    parser.add_argument(
        "--check", action="store_true", help="change nothing; fail if stale"
    )
    options = parser.parse_args(arguments)
    with database_server():
        files = made()
    if options.check:
        return check(files)
    for path, text in files.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        report(path, polib.pofile(text))
    return 0


def report(path, file):
    """Say what has been written."""
    say(f"   {len(file)} terms in {path.relative_to(paths.ROOT)}")
    todo = [] if path.suffix == ".pot" else unfinished(file)
    if todo:
        say(f"   {len(todo)} of them to translate")


def made():
    """The files as they shall be: ``{path: text}``.

    The add-ons come one by one into a database of their own, so that the terms of each
    are exported without those that build on it.
    """
    unit_tests.drop_left_over(PREFIX)
    name = f"{PREFIX}{os.getpid()}"
    files = {}
    try:
        for addon in paths.ADDONS:
            odoo_env.ensure_database(name, [addon], template=templates.module())
            template = export(addon, name)
            files[path_of(addon)] = render(template)
            for path in (path_of(addon, code) for code in LANGUAGES):
                files[path] = render(merged(path, template))
            odoo_env.close(name)
    finally:
        database.drop(name)
    return files


def export(addon, name):
    """The add-on's terms, as Odoo exports them, without dates."""
    buffer = io.BytesIO()
    odoo_env.configure()
    odoo_env.quiet()
    from odoo.tools.translate import trans_export

    with odoo_env.odoo_env(name, commit=False) as env:
        trans_export(False, [addon], buffer, "po", env)
    template = polib.pofile(buffer.getvalue().decode())
    for name in DATES:
        template.metadata.pop(name, None)
    return template


def path_of(addon, code=None):
    """An add-on's file of a language, or its template."""
    return paths.ROOT / addon / "i18n" / (f"{code}.po" if code else f"{addon}.pot")


def render(file):
    """The text of a translation file."""
    return f"{str(file).rstrip()}\n"


def merged(path, template):
    """A language's file with just the terms of the template, in its order."""
    code = path.stem
    old = polib.pofile(str(path)) if path.exists() else polib.POFile()
    known = {entry.msgid: entry for entry in old if not entry.obsolete}
    new = polib.POFile()
    new.header = template.header
    new.metadata = dict(template.metadata)
    new.metadata.update({"Language": code, "Plural-Forms": LANGUAGES[code]})
    for term in template:
        entry = polib.POEntry(
            msgid=term.msgid, comment=term.comment, occurrences=term.occurrences
        )
        if term.msgid in known:
            entry.msgstr = known[term.msgid].msgstr
            entry.flags = known[term.msgid].flags
        new.append(entry)
    return new


def unfinished(file):
    """The terms that lack a translation, or whose translation is in doubt."""
    return [entry for entry in file if not entry.msgstr or entry.fuzzy]


def astray(file):
    """The terms whose translation has other placeholders than the original."""
    return [
        entry
        for entry in file
        if entry.msgstr
        and sorted(PLACEHOLDER.findall(entry.msgid))
        != sorted(PLACEHOLDER.findall(entry.msgstr))
    ]


def check(files):
    """Fail where a file is not current or a translation is missing."""
    problems = []
    for path, text in files.items():
        name = path.relative_to(paths.ROOT)
        if not path.exists() or path.read_text() != text:
            problems.append(f"{name} is not current")
        if path.suffix != ".pot":
            file = polib.pofile(text)
            problems += [
                f"{name}: no translation of {e.msgid!r}" for e in unfinished(file)
            ]
            problems += [f"{name}: placeholders of {e.msgid!r}" for e in astray(file)]
    if problems:
        shown = problems[:20] + ([f"… {len(problems)} in all"] if problems[20:] else [])
        raise Failure(
            "translations are not complete:\n" + "\n".join(shown),
            "run ./dev i18n, translate what is missing in zh_CN.po, commit both",
        )
    say("   translations are complete")
    return 0
