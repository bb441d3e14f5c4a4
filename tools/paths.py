"""Where things are: the clone, its private state, and the cache of the user."""

import hashlib
import os
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / "tools"
REQUIREMENTS = TOOLS / "requirements.txt"
MODULE = "slm_management"
MODULE_DIR = ROOT / MODULE
#: the module and what installs itself beside it
ADDONS = [MODULE, f"{MODULE}_spreadsheet"]
TEST_ADDONS = ROOT / "tests" / "addons"
TEST_ASSETS = "slm_test_assets"
STATE = ROOT / ".dev"
LOGS = STATE / "log"
CACHE_NAME = "slm-management"


def cache():
    """Folder of downloads and environments, shared by all clones of this user."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(base) / CACHE_NAME
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def state(*parts):
    """A folder in this clone's private state, made if missing."""
    folder = STATE.joinpath(*parts)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def digest(*chunks):
    """A short stable key of some texts."""
    whole = hashlib.sha256()
    for chunk in chunks:
        data = chunk if isinstance(chunk, bytes) else str(chunk).encode()
        whole.update(len(data).to_bytes(8, "big") + data)
    return whole.hexdigest()[:12]


def tree_digest(folder, without=()):
    """A key of the contents of all files below a folder."""
    chunks = []
    skipped = ("__pycache__", *without)
    for path in sorted(Path(folder).rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not any(f"{part}/" in f"{name}" for part in skipped):
            chunks += [name, path.read_bytes()]
    return digest(*chunks)


def clone_key():
    """A short name of this clone, for what has to lie outside of it."""
    return digest(str(ROOT))


def private_tmp(name):
    """A folder of ours under the short temporary folder (sockets need a short path)."""
    base = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    folder = Path(base) / f"slm-{os.geteuid()}-{name}"
    folder.mkdir(mode=0o700, exist_ok=True)
    info = folder.lstat()
    if info.st_uid != os.geteuid() or folder.is_symlink():
        raise PermissionError(f"{folder} belongs to someone else")
    return folder
