"""The exercises and quizzes of the pages agree with their tasks. The sources are read; no site is needed."""

import ast
import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from mrilab.exercises import check, find, names
from mrilab.exercises.chapters import CHAPTERS
from mrilab.exercises.verdict import Verdict

BOOK = Path(__file__).parents[2] / "book"
FLAGS = re.MULTILINE | re.DOTALL
EXERCISE = re.compile(r"^```\{exercise-start\} [^\n]+\n:label: (\S+)\n```\n(.*?)^```\{exercise-end\}\n```$", FLAGS)
SOLUTION = re.compile(
    r"^````\{solution-start\} (\S+)\n:label: sol-\S+\n:class: dropdown\n````\n(.*?)^````\{solution-end\}\n````$", FLAGS
)
QUIZ = re.compile(r"^(:{3,}|`{3,})\{quiz\} +(\S+)\n(.*?)^\1$", FLAGS)
CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(.*?)^```$", FLAGS)
STATED = re.compile(r"\*(Easy|Medium|Hard), (\d+)\s+minutes\.\*\s")
HINT = re.compile(r"^:{3,}\{dropdown\} Hint (\d)$", re.MULTILINE)
CLASS, HOMEWORK = 12 * 2 * 60, 12 * 3 * 60  # minutes in twelve weeks: pages are run in class, exercises done at home


class Part(NamedTuple):
    """An exercise, a solution or a quiz on a page: the exercise's label or the quiz's name, and its text."""

    name: str
    body: str


def text(page: str) -> str:
    path = BOOK / f"{page}.md"
    if not path.is_file():
        pytest.fail(f"the chapter {page!r} of mrilab.exercises has no page {path.name}")
    return path.read_text()


def exercises(page: str) -> list[Part]:
    return [Part(*found) for found in EXERCISE.findall(text(page))]


def quizzes(page: str) -> list[Part]:
    return [Part(name, body) for _, name, body in QUIZ.findall(text(page))]


def cells(body: str) -> list[str]:
    return CELL.findall(body)


def before_the_stub(body: str) -> str:
    return CELL.split(body)[0]


def ours(chapter: str | None = None) -> list[str]:
    return [name for name in names(chapter) if ".tasks." in find(name).reference.__module__]  # not those of docstrings


def with_exercises() -> list[str]:
    found = [path.stem for path in sorted(BOOK.glob("*.md")) if re.search(r"\{(exercise|quiz)\b", path.read_text())]
    return [*CHAPTERS, *(page for page in found if page not in CHAPTERS)]


PAGES = with_exercises()


@pytest.mark.parametrize("page", PAGES)
def test_each_exercise_has_its_task_level_and_minutes(page):
    assert exercises(page)
    for label, body in exercises(page):
        task = find(label.removeprefix("ex-"))
        assert label == task.label and task.chapter == page
        stated = STATED.match(body)
        assert stated, f"{label} begins with its level and minutes: *{task.level.title()}, {task.minutes} minutes.*"
        assert (stated[1].lower(), int(stated[2])) == (task.level, task.minutes), label


@pytest.mark.parametrize("page", CHAPTERS)
def test_the_board_shows_the_title_of_each_page(page):
    assert re.search(r"^# (.+)$", text(page), re.MULTILINE)[1] == CHAPTERS[page]


NO_SECOND = {  # whose questions the check answers, or figures that the solution prints
    *("where", "analysis-step", "analysis-tv", "analysis-certificate", "break", "cal-lambda-max", "designed-slew"),
    *("gentle", "free", "lines-more", "lines-learn", "radial-count", "radial-pipe", "radial-dense", "random-accel"),
    *("sparsity-cycle", "sparsity-sure", "synthesis-gradient", "fista-step", "synthesis-step"),
    *(
        "spinning-grids",
        "completion-rank",
        "spins-shift",
        "grappa-lines",
        "fair-time",
        "illposed-condition",
        "solid-spokes",
    ),
    *("dynamic-rank", "dynamic-window"),
}


def test_a_second_question_is_answered_to_who_has_passed():
    asking = set()
    for page in PAGES:
        for label, body in exercises(page):
            task = find(label.removeprefix("ex-"))
            if task.kind != "choice" and "?" in re.split(r":::\{dropdown\}|```\{code-cell\}", body)[0]:
                asking.add(task.name)
            shown = repr(Verdict(task.name, True, task.objective, second=task.second))
            assert bool(task.second) == ("Second question" in shown)
    answered = {name for name in ours() if find(name).second}
    assert asking - answered == NO_SECOND
    assert answered - asking == {"nc-gram"}  # which asks in a hint
    assert "mean of the complex image" in check("kspace-dc", find("kspace-dc").reference(256, 256), record=False).second


@pytest.mark.parametrize("page", PAGES)
def test_hints_come_in_steps_before_the_stub(page):
    for label, body in exercises(page):
        numbers = [int(number) for number in HINT.findall(before_the_stub(body))]
        assert numbers in ([1], [1, 2], [1, 2, 3]), (label, numbers)
        assert not HINT.search(body, len(before_the_stub(body))), label


@pytest.mark.parametrize("page", PAGES)
def test_the_stub_ends_in_the_check_and_the_solution_passes_it(page):
    solutions = dict(SOLUTION.findall(text(page)))
    assert set(solutions) == {label for label, _ in exercises(page)}
    for label, body in exercises(page):
        check = f'check("{label.removeprefix("ex-")}", '
        stub = cells(body)[-1]
        assert stub.rstrip().splitlines()[-1].startswith(check), label
        lines = [line for cell in cells(solutions[label]) for line in cell.splitlines()]
        assert any(line.startswith(check) for line in lines), label
        assert ":tags: [skip-execution]" in stub and ("..." in stub or "…" in stub), label
        assert "skip-execution" not in solutions[label], label


@pytest.mark.parametrize("page", PAGES)
def test_check_is_imported_before_it_is_used(page):
    first_check = re.search(r"^check\(", text(page), re.MULTILINE)
    imported = re.search(r"^from mrilab\.exercises import .*\bcheck\b", text(page), re.MULTILINE)
    assert first_check and imported and imported.start() < first_check.start()


@pytest.mark.parametrize("page", PAGES)
def test_each_quiz_has_its_task_and_as_many_options(page):
    assert quizzes(page), "a chapter has at least one quiz"
    for name, body in quizzes(page):
        task = find(name)
        assert task.options and task.chapter == page and task.minutes == 2, name
        assert len(re.findall(r"^- ", body, re.MULTILINE)) == len(task.options), name


@pytest.mark.parametrize("page", PAGES)
def test_longer_choices_print_their_options(page):
    for label, body in exercises(page):
        task = find(label)
        if task.kind == "choice":
            shown = re.findall(r"\*\*([^*]+)\*\*", before_the_stub(body))
            assert task.options and sorted(key for key in shown if key in task.options) == sorted(task.options), label


@pytest.mark.parametrize("page", PAGES)
def test_each_task_stands_on_its_page_once(page):
    shown = Counter(label.removeprefix("ex-") for label, _ in exercises(page))
    shown.update(name for name, _ in quizzes(page))
    assert shown == Counter(ours(page))


@pytest.mark.parametrize("page", PAGES)
def test_no_other_form_of_exercise_is_left(page):
    started = len(re.findall(r"^`{3,}\{exercise-start\}", text(page), re.MULTILINE))
    assert started == len(exercises(page)), "an exercise has a label, a body and an end"
    assert not re.search(r"^(`{3,}|:{3,})\{(exercise|solution)\}", text(page), re.MULTILINE)


@pytest.mark.parametrize("page", [page for page in PAGES if page != "capstones"])
def test_a_chapter_has_three_exercises_and_at_most_90_minutes_of_them(page):
    assert len(exercises(page)) >= 3
    assert sum(find(name).minutes for name in ours(page)) <= 90


def test_labels_are_unique_over_the_book():
    labels = Counter(
        label
        for path in BOOK.glob("*.md")
        for label in re.findall(r"^:label: ((?:ex|sol)-\S+)$", path.read_text(), FLAGS)
    )
    assert not [label for label, times in labels.items() if times > 1]


def test_there_are_enough_of_them():
    count = {page: len(exercises(page)) for page in PAGES}
    assert sum(count.values()) >= 45 and count["capstones"] >= 3


def test_pages_and_exercises_fit_the_course_of_twelve_weeks():
    course = [page for page in PAGES if page not in listed("beyond")]
    read = [re.search(r"\*\*Time:\*\*\s+(\d+)\s+minutes", text(page)) for page in course]
    reading = sum(int(found[1]) for found in read if found)
    solving = sum(find(name).minutes for page in course for name in ours(page))
    assert 0 < reading <= CLASS, f"{reading} minutes of pages in {CLASS} of class"
    assert 0 < solving <= HOMEWORK, f"{solving} minutes of exercises in {HOMEWORK} of homework"


# The syllabi of the page for teachers: tables by the minute, and the weeks of the course.
ROW = re.compile(r"(?m)^\| (\d+)–(\d+) \| (.*?) \| (.*?) \|$")
LINK = re.compile(r"\{ref\}`ch-(\w+)`")


def minutes_of(page: str) -> int:
    found = re.search(r"\*\*Time:\*\*\s+(\d+)\s+minutes", text(page))
    assert found, page
    return int(found[1])


def before(page: str) -> set[str]:
    """The pages that a page builds on, as its head names them up to the first semicolon or full stop."""
    head = re.search(r"\*\*Before:\*\*(.*?)\*\*Time:", text(page), re.DOTALL)
    assert head, page
    return set(LINK.findall(re.split(r"; \{ref\}`ch-\w+`\s+(?:helps|and)|\bfor two\b", head[1])[0]))


def listed(name: str) -> list:
    """A list of pages on the page for teachers: the `weeks` of the course, and those `beyond` it, for projects."""
    source = next(cell for cell in cells(text("teachers")) if "\nweeks = [[" in cell)
    return ast.literal_eval(re.search(rf"(?m)^{name} = (\[(?:[^\[\]]|\[[^\]]*\])*\])", source)[1])


def plans() -> list[list[tuple[int, int, str, str]]]:
    """The tables by the minute."""
    tables = text("teachers").split("| minutes | page |")[1].split("**A course of 12 weeks")[0]
    parts = re.split(r"\| day \d \|", tables)
    return [[(int(a), int(b), where, what) for a, b, where, what in ROW.findall(part)] for part in parts]


def test_the_lab_and_the_school_add_up_by_the_minute():
    lab, *days = plans()
    for plan, whole in ((lab, 180), *((day, 360) for day in days)):
        assert len(plan) >= 8 and plan[0][0] == 0 and plan[-1][1] == whole
        assert [row[1] for row in plan[:-1]] == [row[0] for row in plan[1:]]
        for start, end, where, what in plan:
            tasks = [find(name) for name in re.findall(r"`([a-z-]+)`", what)]
            assert sum(task.minutes for task in tasks) <= end - start, (start, what)
            if "the whole page" in what:
                assert end - start >= minutes_of(LINK.findall(where)[0]), where
            for title in re.findall(r'"([^"]+)"', what):
                assert f"\n## {title}" in text(LINK.findall(where)[0]), title


def test_no_syllabus_skips_what_a_page_builds_on():
    lab, *days = plans()
    weeks = listed("weeks")
    for plan in (lab, [row for day in days for row in day]):
        seen: set[str] = set()
        for _, _, where, _ in plan:
            for page in LINK.findall(where):
                assert before(page) <= seen | {page}, (page, before(page) - seen)
                seen.add(page)
    order = [page for week in weeks for page in week] + listed("beyond")
    for i, page in enumerate(order):
        assert before(page) <= set(order[:i]), (page, before(page) - set(order[:i]))
    for week in weeks:
        assert sum(map(minutes_of, week)) <= 120, week
    assert len(weeks) == 12
