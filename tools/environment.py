"""The virtual environment in the cache of the user: made once, found afterwards.

A complete environment has a marker file, written last; without it the folder is built
anew, so that a killed set-up is never taken for a good one.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from . import odoo_source, packages, paths
from .console import Failure, step
from .locks import exclusive

OLDEST, NEWEST = (3, 10), (3, 13)
MARKER = ".complete"
PTH = "slm_management_odoo.pth"


def check_python():
    """Refuse a Python that the locked list is not made for."""
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        have = ".".join(map(str, sys.version_info[:2]))
        raise Failure(
            f"Python {have} is not supported (3.10 to 3.13 are)",
            "run it with another one: python3.12 ./dev …",
        )


def folder_for(odoo_root):
    """Where the environment for this Python, list and Odoo lies."""
    version = ".".join(map(str, sys.version_info[:3]))
    key = paths.digest(
        paths.REQUIREMENTS.read_text(), version, sys.base_prefix, odoo_root
    )
    return paths.cache() / "venv" / f"py{version}-{key}"


def build(folder, odoo_root):
    """Make the environment from nothing."""
    packages.ensure_venv_module()
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(exist_ok=True)
    with step("Making a virtual environment"):
        check_output([sys.executable, "-m", "venv", str(folder)])
    count = sum(
        line[:1].isalpha() for line in paths.REQUIREMENTS.read_text().splitlines()
    )
    with step(f"Installing {count} Python packages") as progress:
        pip_install(folder / "bin" / "python", progress)
    site = next(folder.glob("lib/python*/site-packages"))
    (site / PTH).write_text(f"{odoo_root}\n")
    (folder / "bin" / "wkhtmltopdf").symlink_to("wkhtmltopdf-pack")
    check_output([folder / "bin" / "python", "-c", "import odoo.release, psycopg2"])
    (folder / MARKER).touch()


def check_output(command):
    """Run a program silently; a Failure tells what it said."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failure(f"{command[0]} failed: {(done.stderr or done.stdout)[-600:]}")


def pip_install(python, progress):
    """Install the locked list, telling what pip is at."""
    command = [python, "-m", "pip", "install", "--no-deps", "--no-input"]
    command += ["--disable-pip-version-check", "-r", str(paths.REQUIREMENTS)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as pip:
        lines = []
        for line in pip.stdout:
            lines.append(line)
            if line.startswith("Collecting "):
                progress.note = line.split()[1]
    if pip.returncode:
        raise Failure(
            "pip could not install the Python packages:\n" + "".join(lines[-8:]),
            "check that `pip download` reaches a package index, then try again",
        )


def ensure():
    """The folder of a complete environment, built if there is none."""
    check_python()
    odoo_root = odoo_source.locate()
    folder = folder_for(odoo_root)
    if not (folder / MARKER).exists():
        with exclusive(paths.cache() / "venv.lock"):
            if not (folder / MARKER).exists():
                build(folder, odoo_root)
    return folder, odoo_root


def enter(folder, odoo_root, arguments):
    """Continue as the environment's Python, with its programs first on the PATH."""
    python = folder / "bin" / "python"
    os.environ["SLM_VENV"] = str(folder)
    os.environ["SLM_ODOO_ROOT"] = str(odoo_root)
    os.environ["VIRTUAL_ENV"] = str(folder)
    os.environ["PATH"] = f"{folder / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    os.environ.pop("PYTHONHOME", None)
    os.environ["SLM_CALLED_FROM"] = os.getcwd()
    os.chdir(paths.ROOT)
    sys.stdout.flush()
    os.execv(python, [str(python), "-m", "tools.main", *arguments])


def current():
    """The environment that this process runs in, as ``(folder, odoo_root)``."""
    return Path(os.environ["SLM_VENV"]), Path(os.environ["SLM_ODOO_ROOT"])
