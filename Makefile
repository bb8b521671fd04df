# Everything that is done to the course. `make help` lists it.
PYTHON ?= python3
PORT   ?= 8000
BIN    := .venv/bin
READY  := .venv/.ready
SITE   := _build/html

export TQDM_DISABLE := 1
# Solutions on the pages are checked too: what the build passes is not what the reader has passed.
export MRILAB_PROGRESS := $(CURDIR)/_build/progress.json
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help book site test audit check lint browser chromium notebooks handouts slides pdf benchmarks serve clean

help:  ## this list
	@sed -nE 's/^([a-z]+):[^#]*## /\1\t/p' Makefile | expand -t 12

# Importing matplotlib once builds its font cache: the message about it stays out of the first page.
$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "the course needs Python 3.11 or later: make PYTHON=…")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -qq -r requirements.txt
	@$(BIN)/python -m pip install -qq --no-deps -e .
	@$(BIN)/python -c 'import matplotlib.pyplot' 2>/dev/null
	@touch $@

# The site is written afresh as a whole, if any of its sources changed, and after a warning the pages are read afresh
# too: Sphinx warns about a page only when it reads it, so a second try would pass. Results of the cells stay in a cache.
book: $(READY)  ## build the site; the last line is the path of its first page
	@$(BIN)/python -m book._notebooks.fresh || $(MAKE) --no-print-directory site
	@echo $(SITE)/index.html

site: $(READY)
	@rm -rf $(SITE) && mkdir -p _build
	@$(BIN)/jupyter-book build book --config "$(CURDIR)/_config.yml" --toc "$(CURDIR)/_toc.yml" --path-output . \
		-q -W -n --keep-going >_build/build.log || { cat _build/build.log; rm -rf _build/.doctrees $(SITE); exit 1; }
	@$(BIN)/python -m book._notebooks.fresh --mark

lint: $(READY)  ## format, style, types, spelling
	@$(BIN)/ruff format -q --check
	@$(BIN)/ruff check -q
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/codespell

check: lint  ## the quick one, for daily work: lint and the tests that need no book and no minutes
	@$(BIN)/python -m pytest -q -m "not book and not slow and not audit"

# What is missing is said first, before the environment is made. A process has one thread of OpenMP: threads that wait for
# each other on cores that are taken made a training of torch fifteen times as long.
test: chromium  ## everything that must pass; needs Chromium, and installs it where it can
	@$(MAKE) --no-print-directory lint book
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q --durations=10 -n 2 --dist loadfile

audit: chromium  ## what takes longer: nbgrader, every notebook as on Colab, every page in every form, and so on
	@$(MAKE) --no-print-directory book
	@$(BIN)/python -m pytest -q --durations=10 -m audit --record-audit -o faulthandler_timeout=0

chromium:
	@$(PYTHON) tests/find_chromium.py

browser: chromium $(READY)  ## the tests in Chromium alone, over the site as it was built last
	@$(BIN)/python -m pytest -q tests/browser

notebooks: $(READY)  ## one .ipynb a chapter, for Jupyter and Colab, in _build/notebooks
	@$(BIN)/python -m book._notebooks.notebooks _build/notebooks

handouts: $(READY)  ## notebooks for students and teachers, for nbgrader, in _build/handouts (STUDENT=, PRIVATE=, SHORT=1)
	@$(BIN)/python -m book._notebooks.handouts _build/handouts "$(STUDENT)" "$(PRIVATE)" "$(SHORT)"

slides: chromium book  ## a PDF of slides a chapter, its headings, equations and figures, in _build/slides (CHAPTERS="kspace lines")
	@$(BIN)/python -m book._notebooks.slides _build/slides $(CHAPTERS)

benchmarks: $(READY)  ## measure mrilab beside its peers, for the page that shows it (a quarter of an hour, on a quiet machine)
	@$(BIN)/python -m benchmarks.install
	@$(BIN)/python -m benchmarks

pdf: chromium book  ## the whole course as one PDF, with contents and links, in _build/course.pdf
	@$(BIN)/python -m book._notebooks.paper _build/course.pdf

serve: book  ## build, then show the site at http://localhost:8000 (PORT=… for another)
	@$(BIN)/python -m http.server --bind localhost --directory $(SITE) $(PORT)

clean:  ## remove what was built; .venv stays
	@rm -rf _build .mypy_cache .pytest_cache .ruff_cache
