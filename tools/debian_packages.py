"""Debian packages for a private use: downloaded and unpacked, never installed.

A private apt configuration (own lists, cache and state) fetches from the site that the
machine's own apt configuration names, so it works behind a mirror and without root. The
system's apt state is only read.
"""

import os
import shutil
import subprocess

from . import paths
from .console import Failure, step
from .locks import exclusive

SUITE = "sid"
# What Debian's odoo-19 links to comes with it; sid's Font Awesome has other files.
PACKAGES = [
    "odoo-19",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-roboto-unhinted",
    "fonts-inconsolata",
    "fonts-montserrat",
    "fonts-ocr-b",
    "fonts-glyphicons-halflings",
    "fonts-font-awesome/stable",
]
DIST_PACKAGES = "usr/lib/python3/dist-packages"
KEYRINGS = ["debian-archive-keyring.gpg", "debian-archive-keyring.pgp"]


def run(command, **options):
    """Run a program and return its output; a Failure tells its last lines."""
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, **options
    )
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-4:]
        raise Failure(f"{command[0]} failed: " + " / ".join(last), remedy())
    return done.stdout


def remedy():
    """What to do when Debian's package can not be had."""
    return (
        "check that `apt-get update` works on this machine, then try again;\n"
        "or name an Odoo 19 source checkout: SLM_ODOO=/path/to/odoo ./dev …"
    )


def codename():
    """This Debian's release name, empty elsewhere."""
    try:
        with open("/etc/os-release") as release:
            facts = dict(line.strip().split("=", 1) for line in release if "=" in line)
    except OSError:
        return ""
    if facts.get("ID") != "debian":
        return ""
    return facts.get("VERSION_CODENAME", "").strip('"')


def archive_site():
    """The address of the Debian archive that the machine's apt is set up with."""
    release = codename()
    if not release or not shutil.which("apt-get"):
        raise Failure("no Odoo 19 here, and this is not a Debian machine", remedy())
    fields = "$(CREATED_BY)|$(RELEASE)|$(COMPONENT)|$(REPO_URI)"
    known = {release, "stable", "testing", "sid", "unstable"}
    for line in run(["apt-get", "indextargets", "--format", fields]).splitlines():
        kind, suite, component, uri = line.split("|", 3)
        if kind == "Packages" and component == "main" and suite in known:
            return uri
    raise Failure("apt has no Debian archive configured", remedy())


def signed_by():
    """The option that names Debian's archive keys, where apt does not know them."""
    for name in KEYRINGS:
        keyring = os.path.join("/usr/share/keyrings", name)
        if os.path.exists(keyring):
            return f"[signed-by={keyring}]"
    return ""


def private_apt(base):
    """Lay out the private apt configuration below ``base``; its options."""
    for name in ("lists/partial", "cache/archives/partial", "state", "parts", "debs"):
        (base / name).mkdir(parents=True, exist_ok=True)
    site, keys = archive_site(), signed_by()
    lines = [f"deb {keys} {site} {suite} main\n" for suite in (SUITE, "stable")]
    (base / "sources.list").write_text("".join(lines))
    settings = {
        "Dir::State": base / "state",
        "Dir::State::lists": base / "lists",
        "Dir::State::status": "/dev/null",
        "Dir::Cache": base / "cache",
        "Dir::Etc::sourcelist": base / "sources.list",
        "Dir::Etc::sourceparts": base / "parts",
        "Dir::Etc::preferences": "/dev/null",
        "Dir::Etc::preferencesparts": base / "parts",
        "Acquire::Languages": "none",
        "APT::Sandbox::User": "root",
        "APT::Update::Post-Invoke": "",
    }
    return [f"-o{name}={value}" for name, value in settings.items()]


def download(base):
    """Fetch the packages; the paths of their files."""
    options = private_apt(base)
    debs = base / "debs"
    with step("Reading Debian's package lists (20 MB)"):
        run(["apt-get", *options, "-q", "update"])
    for old in debs.glob("*.deb"):
        old.unlink()
    with step("Downloading Odoo 19 from Debian (130 MB)") as progress:
        watch = subprocess.Popen(
            ["apt-get", *options, "-q", "download", *PACKAGES],
            cwd=debs,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        while watch.poll() is None:
            done = sum(file.stat().st_size for file in debs.glob("*"))
            progress.note = f"{done // 1_000_000} MB"
            try:
                watch.wait(0.5)
            except subprocess.TimeoutExpired:
                continue
        if watch.returncode:
            last = watch.stderr.read().strip().splitlines()[-3:]
            raise Failure("Odoo could not be downloaded: " + " / ".join(last), remedy())
    return sorted(debs.glob("*.deb"))


def unpack(debs, target):
    """Unpack packages into one folder, which appears only when it is complete."""
    building = target.with_suffix(".building")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    with step("Unpacking Odoo (1.3 GB)"):
        for deb in debs:
            run(["dpkg", "-x", str(deb), str(building)])
    building.rename(target)
    for deb in debs:
        deb.unlink()


def odoo_folder():
    """The folder with the unpacked Odoo, fetched on the first call of this user."""
    base = paths.cache()
    target = base / "odoo" / paths.digest(SUITE, *PACKAGES)
    if not target.is_dir():
        with exclusive(base / "odoo.lock"):
            if not target.is_dir():
                (base / "odoo").mkdir(exist_ok=True)
                unpack(download(base / "apt"), target)
    return target / DIST_PACKAGES
