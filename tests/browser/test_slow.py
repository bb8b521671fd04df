"""Every page on a slow phone: a network of slow 4G, and a processor a quarter as fast as this machine's.

Times are printed and not judged: they are this machine's, and it may be busy. Read them against 2.5 s for the first
paint and 2 s for a task. A task's time is that of its thread, which others on the machine do not lengthen.
"""

import json

import pytest
from built import PAGES

FOURFOLD = 4
SLOW_4G = {"offline": False, "latency": 150, "downloadThroughput": 2e5, "uploadThroughput": 94e3}  # ms, bytes a second
CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline", "blink.user_timing"]
ALL_OF_IT = """async () => {
  for (let y = 0; y < document.body.scrollHeight; y += innerHeight) {
    scrollTo(0, y);
    await new Promise(requestAnimationFrame);
  }
  return performance.getEntriesByName("first-contentful-paint")[0].startTime;
}"""
TOLD = (
    "{name}, slowly: first paint after {paint:.1f} s; "
    "longest task {loading:.1f} s ({why}), {later:.1f} s once it has settled ({then})"
)

pytestmark = [pytest.mark.book, pytest.mark.audit]


def slow_down(page) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.emulateNetworkConditions", SLOW_4G)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": FOURFOLD})
    page.context.browser.start_tracing(page=page, categories=CATEGORIES)


def seconds(task) -> float:
    return task.get("tdur", task["dur"]) / 1e6


def longest(tasks, work) -> tuple[float, str]:
    """The seconds of the longest task, and what it does for most of them."""
    task = max(tasks, key=seconds, default=None)
    if task is None:
        return 0, "nothing"
    inside = [one for one in work if task["ts"] <= one["ts"] < task["ts"] + task["dur"]]
    most = max(inside, key=seconds, default={"name": "no work"})
    data = most.get("args", {}).get("data", {})
    file = data.get("url", "").rpartition("/")[2].partition("?")[0]
    return seconds(task), " ".join(filter(None, [most["name"], data.get("functionName"), file]))


def told(trace: bytes) -> dict:
    """The longest tasks of a page's thread, before and after it has settled."""
    events = json.loads(trace)["traceEvents"]
    settled = next(one for one in events if one["name"] == "settled")
    own = [one for one in events if (one["pid"], one["tid"], one["ph"]) == (settled["pid"], settled["tid"], "X")]
    tasks = [one for one in own if one["name"] == "RunTask"]
    work = [one for one in own if "args" in one and one["name"] != "RunTask"]
    loading, why = longest([one for one in tasks if one["ts"] < settled["ts"]], work)
    later, then = longest([one for one in tasks if one["ts"] >= settled["ts"]], work)
    return {"loading": loading, "why": why, "later": later, "then": then}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_comes_slowly(visit, say, name):
    with visit(name, "light", 390, before=slow_down) as (page, complaints):
        paint = page.evaluate(ALL_OF_IT) / 1000
        trace = page.context.browser.stop_tracing()
        say(TOLD.format(name=name, paint=paint, **told(trace)))
        assert not complaints
