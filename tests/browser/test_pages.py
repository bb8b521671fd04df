"""The built site in a browser: every page in four forms, light to carry, and its answers open by mouse and keyboard."""

import pytest
from built import PAGES, SITE
from chromium import SETTLED, barriers, rest

FIRST, LATER, SHIFT = 1200, 300, 0.05  # the most kB before a reader scrolls, those that pages do not share, and shift
# What is shared by the pages lies in _static, and what widgets of one kind share in files of code.
WEIGH = """async () => {
  const entries = () => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
  const bytes = some => some.reduce((sum, entry) => sum + entry.transferSize / 1000, 0);
  const [settled] = performance.getEntriesByName("settled"), [answers] = performance.getEntriesByName("interactive");
  const shared = [...document.querySelectorAll("[data-code]")].map(view => view.dataset.code);
  const isShared = ({name}) => name.includes("/_static/") || shared.some(file => name.endsWith(file));
  const first = entries().filter(entry => entry.startTime < settled.startTime);
  for (let y = 0; y < document.body.scrollHeight; y += innerHeight) {
    scrollTo(0, y);
    await new Promise(requestAnimationFrame);
  }
  const near = [...document.images].filter(image => image.offsetParent);
  near.forEach(image => image.loading = "eager");  // one that the scrolling flew past would never come
  await Promise.all(near.map(image => image.complete || new Promise(done => image.onload = image.onerror = done)));
  const seen = type => new Promise(done => {
    new PerformanceObserver(list => done(list.getEntries())).observe({type, buffered: true});
    setTimeout(() => done([]), 50);
  });
  const shifts = (await seen("layout-shift")).filter(shift => !shift.hadRecentInput);
  const tasks = await seen("longtask");
  scrollTo(0, 0);
  return {
    first: bytes(first),
    later: bytes(first.filter(entry => !isShared(entry))),
    all: bytes(entries()),
    shift: shifts.reduce((sum, {value}) => sum + value, 0),
    moved: shifts.map(({value, sources}) => [value, sources.map(({node}) => node?.outerHTML?.slice(0, 80))]),
    task: Math.max(0, ...tasks.map(({duration}) => duration)),
    answers: answers.startTime,
  };
}"""
TOLD = (
    "{name}: {first:.0f} kB before scrolling ({later:.0f} of its own), {all:.0f} kB in all, "
    "shift {shift:.3f}, longest task {task:.0f} ms, answers after {answers:.0f} ms"
)

pytestmark = pytest.mark.book


def wrong_in(page, width) -> list[str]:
    """What is wrong with a page at a width, before axe looks."""
    page.set_viewport_size({"width": width, "height": 900})
    sideways = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [f"scrolls sideways at {width} px"] if sideways else []


def wrong_for_axe(page) -> list[str]:
    rest(page)  # the theme makes what now scrolls reachable by keyboard, after a moment
    return barriers(page)


@pytest.mark.parametrize("name", PAGES)
def test_page_is_light_whole_and_open_to_all(visit, say, name):
    """Wide and narrow; axe looks at the wide one."""
    with visit(name, "light", 390) as (page, complaints):
        found = page.evaluate(WEIGH)
        say(TOLD.format(name=name, **{key: value for key, value in found.items() if key != "moved"}))
        complaints += wrong_in(page, 390) + wrong_in(page, 1400) + wrong_for_axe(page)
        assert not complaints
    assert found["first"] < FIRST and found["later"] < LATER and found["all"] < 4 * FIRST
    assert found["shift"] < SHIFT, found["moved"]


@pytest.mark.audit
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("theme, width", [("light", 390), ("dark", 1400), ("dark", 390)])
def test_page_in_every_other_form(visit, name, theme, width):
    with visit(name, theme, width) as (page, complaints):
        complaints += wrong_in(page, width) + wrong_for_axe(page)
        assert not complaints


def test_weight_of_the_site(say):
    weight = sum(path.stat().st_size for path in SITE.rglob("*") if path.is_file()) / 1e6
    say(f"the site: {weight:.1f} MB")
    assert weight < 80


def pages_with(text: str) -> list[str]:
    return [name for name in PAGES if text in (SITE / f"{name}.html").read_text()]


@pytest.mark.parametrize("name", pages_with(' name="quiz-'))
def test_a_quiz_answers_mouse_and_keyboard(visit, name):
    with visit(name) as (page, complaints):
        for group in dict.fromkeys(page.locator('details[name^="quiz"]').evaluate_all("all => all.map(d => d.name)")):
            options = page.locator(f'details[name="{group}"]')
            before = options.all_inner_texts()
            options.nth(0).locator("summary").click()
            by_mouse = options.nth(0).inner_text()
            options.nth(1).locator("summary").focus()
            page.keyboard.press("Enter")
            by_keyboard = options.nth(1).inner_text()
            for text, summary in ((by_mouse, before[0]), (by_keyboard, before[1])):
                assert len(text) > len(summary) and ("Right" in text or "Not this" in text), f"{group}: {text}"
            assert options.evaluate_all("all => all.map(d => d.open)")[:2] == [False, True], "one answer at a time"
        assert not complaints


@pytest.mark.parametrize("name", pages_with('class="solution dropdown'))
def test_a_solution_unfolds_and_leads_to_its_exercise(visit, name):
    with visit(name) as (page, complaints):
        solution = page.locator(".solution.dropdown").first
        body, button = solution.locator("> :not(.admonition-title)").last, solution.locator("button").first
        assert not body.is_visible()
        button.focus()
        page.keyboard.press("Enter")
        assert body.is_visible(), "by keyboard"
        button.click()
        assert not body.is_visible(), "by mouse"
        solution.locator(".admonition-title a").first.click()
        assert page.locator(":target.exercise").is_visible()
        assert not complaints


@pytest.mark.parametrize("words, page_found", [("g-factor", "aliasing"), ("hallucination", "trust")])
def test_search_finds_a_chapter_by_keyboard_alone_and_shows_prose(visit, words, page_found):
    with visit("index") as (page, complaints):
        page.keyboard.press("Control+k")
        page.locator("input[type=search]:focus").wait_for()
        page.keyboard.type(words)
        page.keyboard.press("Enter")
        page.wait_for_url("**/search.html?q=*")
        hits = page.locator("#search-results li > a")
        hits.first.wait_for()
        hit = page.locator(f'#search-results li > a[href*="{page_found}.html"]').first
        summaries = page.locator("#search-results p.context")
        summaries.first.wait_for()
        assert not [text for text in summaries.all_inner_texts() if "import " in text or ">>>" in text]
        assert hits.count() < 40, "pages with the word, and not all that have its letters"
        for _ in range(80):
            page.keyboard.press("Tab")
            if hit.evaluate("hit => hit === document.activeElement"):
                break
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/{page_found}.html*")
        page.go_back()
        hits.first.wait_for()
        assert not complaints + barriers(page)


def test_a_formula_that_scrolls_is_reached_by_keyboard(visit):
    with visit("analysis", width=390) as (page, _):
        wide = "[...document.querySelectorAll('mjx-container[display]')].filter(e => e.scrollWidth > e.clientWidth)"
        page.wait_for_function(f"{wide}.length > 0 && {wide}.every(e => e.tabIndex === 0)")


def test_a_lost_visitor_finds_home_and_search(visit):
    """At any depth Pages sends the same file, so nothing in it may be relative."""
    with visit("no/such") as (page, complaints):
        assert page.title().startswith("Page not found")
        assert len(complaints) == 2 and all("404" in what for what in complaints), (
            "the page itself, nothing it asks for"
        )
        page.get_by_label("Search the course").fill("ESPIRiT")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search.html?q=ESPIRiT")
    with visit("no/such") as (page, _):
        page.get_by_role("link", name="first page").click()
        page.locator(".w-painter").wait_for()


def test_a_widget_shows_on_a_page_that_is_opened_as_a_file(visit):
    """Browsers refuse modules to such a page, so the widgets' host must be a classic script."""
    with visit("index") as (page, _):
        page.goto((SITE / "index.html").as_uri(), wait_until="load")
        assert page.evaluate(SETTLED)
        assert page.locator(".w-painter canvas").first.is_visible()
