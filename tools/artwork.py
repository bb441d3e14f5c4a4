"""Render the icon and the banner of the Apps page from their SVG sources."""

import sys

from tools import packages, paths

FOLDER = paths.MODULE_DIR / "static" / "description"
SIZES = {"icon": (140, 140), "banner": (1120, 560)}


def render(page, name):
    """Draw one SVG as a PNG of the same name beside it."""
    width, height = SIZES[name]
    page.set_viewport_size({"width": width, "height": height})
    svg = (FOLDER / f"{name}.svg").read_text()
    page.set_content(f"<style>body{{margin:0}}svg{{display:block}}</style>{svg}")
    page.screenshot(path=FOLDER / f"{name}.png", omit_background=True)


def main():
    """Draw both."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=packages.ensure_browser(required=True),
            args=["--no-sandbox"],
        )
        page = browser.new_page()
        for name in SIZES:
            render(page, name)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
