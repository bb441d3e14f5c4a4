"""``./dev package``: the wheels of the add-ons, built by whool into ``dist/``."""

import re
import subprocess
import sys
import zipfile

from .. import paths
from ..console import Failure, say, step, warn


def main(_arguments):
    """Build the wheels one by one."""
    for addon in paths.ADDONS:
        build(addon)
    return 0


def build(addon):
    """Build a wheel from what git knows and say how large it is."""
    if not (paths.ROOT / addon / "pyproject.toml").exists():
        raise Failure(
            f"{addon}/pyproject.toml is not there",
            'it says: [build-system] requires = ["whool"], '
            'build-backend = "whool.buildapi"',
        )
    warn_of_unknown_files(addon)
    target = paths.ROOT / "dist"
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--quiet"]
    command += ["--no-build-isolation", "--disable-pip-version-check"]
    command += ["--wheel-dir", str(target), str(paths.ROOT / addon)]
    with step(f"Building the wheel of {addon}"):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failure(f"whool failed:\n{done.stderr[-1500:]}")
    wheel = max(
        target.glob(f"odoo_addon_{addon}-*.whl"), key=lambda file: file.stat().st_mtime
    )
    check(wheel, addon)
    say(f"   {wheel.relative_to(paths.ROOT)} ({wheel.stat().st_size // 1024} KiB)")


def git(*arguments):
    """The lines that a git command prints."""
    done = subprocess.run(
        ["git", *arguments], cwd=paths.ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def warn_of_unknown_files(addon):
    """A wheel holds only what git knows."""
    unknown = git("ls-files", "--others", "--exclude-standard", addon)
    if unknown:
        warn(f"   not in the wheel, as git does not know them: {' '.join(unknown)}")


def check(wheel, addon):
    """Refuse a wheel that lacks a file of the add-on."""
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        f"odoo/addons/{name}"
        for name in git("ls-files", addon)
        if not re.search(r"/(pyproject\.toml|\.git.*)$", name)
    }
    missing = sorted(wanted - names)
    if missing:
        raise Failure(f"the wheel lacks {' '.join(missing[:5])}", "see whool's rules")
