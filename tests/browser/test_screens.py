"""How tall the pages are: each is one sitting on a screen of 1400 × 900, its exercises apart."""

import pytest
from built import parts

SCREEN = 900  # pixels
MOST = 14  # screens up to the exercises
READ = """() => {
  const heads = [...document.querySelectorAll(".bd-article h2")];
  const end = heads.find(head => head.textContent.startsWith("Exercises"));
  return end ? end.getBoundingClientRect().top + scrollY : document.body.scrollHeight;
}"""

pytestmark = pytest.mark.book


def test_a_page_is_one_sitting(visit, say):
    screens = {}
    for name in parts():
        with visit(name, "light", 1400) as (page, _):
            screens[name] = page.evaluate(READ) / SCREEN
    say("screens up to the exercises: " + ", ".join(f"{name} {tall:.1f}" for name, tall in screens.items()))
    assert {name: tall for name, tall in screens.items() if tall > MOST} == {}
