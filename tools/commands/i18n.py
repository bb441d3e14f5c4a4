"""``./dev i18n``: exports the template of translations and merges zh_CN into it."""

import argparse
import io
import re

import polib

from .. import odoo_env, paths, templates
from ..console import Failure, say
from ..server import database_server

FOLDER = paths.MODULE_DIR / "i18n"
TEMPLATE = FOLDER / f"{paths.MODULE}.pot"
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
        template = export(templates.module(demo=False))
    files = {TEMPLATE: render(template)}
    files |= {path_of(code): render(merged(code, template)) for code in LANGUAGES}
    if options.check:
        return check(files)
    FOLDER.mkdir(exist_ok=True)
    for path, text in files.items():
        path.write_text(text)
        todo = unfinished(polib.pofile(text))
        if path != TEMPLATE and todo:
            say(f"   {path.name}: {len(todo)} terms to translate")
    say(f"   {len(template)} terms in {TEMPLATE.relative_to(paths.ROOT)}")
    return 0


def export(database):
    """The module's terms, as Odoo exports them, without dates."""
    buffer = io.BytesIO()
    odoo_env.configure()
    odoo_env.quiet()
    from odoo.tools.translate import trans_export

    with odoo_env.odoo_env(database, commit=False) as env:
        trans_export(False, [paths.MODULE], buffer, "po", env)
    template = polib.pofile(buffer.getvalue().decode())
    for name in DATES:
        template.metadata.pop(name, None)
    return template


def path_of(code):
    """The file of a language."""
    return FOLDER / f"{code}.po"


def render(file):
    """The text of a translation file."""
    return f"{str(file).rstrip()}\n"


def merged(code, template):
    """A language's file with just the terms of the template, in its order."""
    path = path_of(code)
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
        if path != TEMPLATE:
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
