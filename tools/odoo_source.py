"""Which Odoo to use: a named checkout, an installed one, or Debian's package."""

import importlib.util
import os
import re
from pathlib import Path

from . import debian_packages
from .console import Failure, say

SERIES = (19, 0)


def version_of(root):
    """The series of the Odoo whose Python path entry is ``root``, or None."""
    release = Path(root) / "odoo" / "release.py"
    if not release.is_file():
        return None
    match = re.search(r"version_info\s*=\s*\((\d+),\s*(\d+)", release.read_text())
    return match and (int(match[1]), int(match[2]))


def named():
    """The checkout that ``SLM_ODOO`` names."""
    root = os.environ.get("SLM_ODOO")
    if not root:
        return None
    root = Path(root).expanduser().resolve()
    if version_of(root) != SERIES:
        raise Failure(
            f"SLM_ODOO={root} is not a source checkout of Odoo 19.0",
            "name the folder that holds odoo/release.py, or unset SLM_ODOO",
        )
    return root


def installed():
    """The Odoo that this Python imports, if it is of our series."""
    try:
        spec = importlib.util.find_spec("odoo")
    except (ImportError, ValueError):
        return None
    places = list(spec.submodule_search_locations or []) if spec else []
    for place in places:
        root = Path(place).parent
        if version_of(root) == SERIES:
            return root
    if places:
        say(f"   the odoo in {places[0]} is not Odoo 19.0, so it is not used")
    return None


def locate():
    """The Python path entry that makes ``import odoo`` work."""
    return named() or installed() or debian_packages.odoo_folder()


def addons_folders(root):
    """The add-ons folders of an Odoo, its own base add-ons left out."""
    return [folder for folder in [root / "addons"] if folder.is_dir()]
