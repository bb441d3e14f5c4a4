"""What only the system can provide: the venv module and a browser with fonts."""

import importlib.util
import os
import shutil
import subprocess
import sys

from .console import Failure, in_ci, step, warn
from .debian_packages import codename

BROWSERS = ["chromium", "chromium-browser", "google-chrome"]
BROWSER_PACKAGES = ["chromium", "fonts-noto-cjk"]
CJK_FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"


def by_hand(names):
    """The one line that installs Debian packages."""
    sudo = "" if os.geteuid() == 0 else "sudo "
    return f"{sudo}apt-get install --no-install-recommends {' '.join(names)}"


def can_install():
    """Whether we may install Debian packages ourselves."""
    return os.geteuid() == 0 and codename() and shutil.which("apt-get")


def install(names, why):
    """Install Debian packages as root; a Failure tells the line to run instead."""
    remedy = f"run: {by_hand(names)}"
    if not can_install():
        raise Failure(f"{why} is missing", remedy)
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    base = ["apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=300"]
    with step(f"Installing {why} ({', '.join(names)})"):
        for action in (["update"], ["install", "--no-install-recommends", *names]):
            done = subprocess.run(
                base + action,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
    if done.returncode:
        raise Failure(f"{why} could not be installed: {done.stderr[-400:]}", remedy)


def ensure_venv_module():
    """Debian ships Python without ``ensurepip`` unless asked."""
    if importlib.util.find_spec("ensurepip"):
        try:
            import ensurepip

            ensurepip.version()
            return
        except (ImportError, OSError):
            pass
    version = ".".join(map(str, sys.version_info[:2]))
    install([f"python{version}-venv"], "Python's venv module")


def browser():
    """The path of a Chromium, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def missing_for_browser():
    """The Debian packages that browser tests need and that are not there."""
    missing = [] if browser() else BROWSER_PACKAGES[:1]
    fonts = shutil.which("fc-list") and subprocess.run(
        ["fc-list", ":lang=zh-cn", "file"], capture_output=True, check=False
    )
    if not os.path.exists(CJK_FONT) and not (fonts and fonts.stdout.strip()):
        missing += BROWSER_PACKAGES[1:]
    return missing


def ensure_browser(required=None):
    """Install the browser and fonts, or say how; its path, None where it is missing.

    In CI, and where ``required``, a missing browser is a failure, else a warning.
    """
    missing = missing_for_browser()
    if missing:
        try:
            install(missing, "a browser with fonts")
        except Failure as failure:
            if in_ci() or required:
                raise
            warn(f"   {failure.problem}: browser tests are skipped; {failure.remedy}")
    return browser()
