"""The page for everybody: screen readers, narrow windows, dark rooms, other languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from visits import IN_A_BROWSER, Visit, playwright

axe_playwright = pytest.importorskip("axe_playwright_python")

pytestmark = IN_A_BROWSER
AXE = next(Path(axe_playwright.__file__).parent.rglob("axe.min.js")).read_text(encoding="utf-8")
RULES = """() => axe.run({resultTypes: ["violations"]}).then((found) => found.violations
    .filter((one) => ["serious", "critical"].includes(one.impact))
    .map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 160)).join(" ")}`))"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_serious_in_any_view(visit: Visit, scheme: str, width: int) -> None:
    """The rules of WCAG that a program can check hold in each view, wide and narrow."""
    visit.page.set_viewport_size({"width": width, "height": 900})
    visit.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    visit.open()
    visit.page.evaluate(AXE)
    assert visit.page.evaluate(RULES) == []
    visit.ask("zebra")
    visit.page.locator("#hit-1 .forms summary").click()
    assert visit.page.evaluate(RULES) == []
    visit.page.locator("#why > button").click()
    visit.page.locator("#because .reason summary").first.click()
    visit.page.locator("#open-1").click()
    visit.page.locator("#source .cited").first.wait_for()
    assert visit.page.evaluate(RULES) == []
    visit.page.keyboard.press("Escape")
    playwright.expect(visit.page.locator("#source")).to_have_count(0)
    for view in ("Documents", "Saved questions", "Map", "Quality"):
        visit.turn_to(view)
        visit.page.wait_for_timeout(500)
        assert visit.page.evaluate(RULES) == [], view


@pytest.mark.parametrize(
    ("locale", "told"), [("es-MX", "Pasajes"), ("zh-CN", "段落"), ("de-DE", "Passages")]
)
def test_the_page_speaks_the_browsers_language(
    browser: playwright.Browser, visit: Visit, locale: str, told: str
) -> None:
    """English, Spanish and Chinese by what the browser asks for, and English for the others."""
    context = browser.new_context(locale=locale)
    visitor = Visit(context.new_page(), visit.url)
    visitor.open("?q=zebra")
    visitor.shows("#cards h2.section", told)
    visit.open()
    context.close()


@pytest.mark.parametrize(
    ("width", "scheme"),
    [(320, "light"), (390, "dark"), (820, "light"), (1280, "light"), (1280, "dark")],
)
def test_nothing_overflows_and_text_keeps_its_contrast(
    visit: Visit, width: int, scheme: str
) -> None:
    """At any width nothing reaches past the window; text is told from its ground, 4.5 to 1."""
    visit.page.set_viewport_size({"width": width, "height": 800})
    visit.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    visit.open()
    visit.ask("zebra")
    visit.turn_to("Saved questions")
    visit.page.locator("#questions p").first.wait_for()
    visit.turn_to("Ask")
    visit.page.locator("#why > button").click()
    visit.page.locator("#because .reason summary").first.click()
    visit.page.locator("#open-1").click()
    visit.page.locator("#source .cited").first.wait_for()
    past = visit.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert past <= 0
    faint = visit.page.evaluate(CONTRASTS)
    assert faint == []


CONTRASTS = """() => {
    const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const light = (colour) => {
        const [r, g, b] = parts(colour).map((one) => {
            const part = one / 255;
            return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = (element) => {
        for (let one = element; one; one = one.parentElement) {
            const colour = getComputedStyle(one).backgroundColor;
            const alpha = parts(colour)[3];
            if (alpha === undefined || alpha > 0.99) return colour;
        }
        return "rgb(255, 255, 255)";
    };
    const told = Array.from(document.querySelectorAll(".qq *, #question *, button"));
    return told
        .filter((one) => one.checkVisibility() && one.textContent.trim())
        .map((one) => [light(getComputedStyle(one).color), light(ground(one)), one.className])
        .map(([a, b, name]) => [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), name])
        .filter(([ratio]) => ratio < 4.5)
        .map(([ratio, name]) => `${name}: ${ratio.toFixed(2)}`);
}"""
