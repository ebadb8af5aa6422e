# make demo    grade the project's own phantom study to demo/
# make test    run all tests
# make check   style, types and the quick tests, in two minutes
# make test-slicer-5.10  run what needs no PyTorch once more, on the libraries that Slicer 5.10 brings
# make test-real-slicer  run the module's tests on Slicer's own Python files (REAL_SLICER=FOLDER, a checkout of Slicer)
# make bench   measure time and memory
# make desk    open the module in a window of its own, without Slicer (STUDY=... opens a study, THEME=light, LOCALE=de)
# make pictures  picture every state of the panel and the desk in both themes at 100 and 150 % to demo/pictures/
# Each sets up .venv (test-slicer-5.10 its own) first, once, from the pinned versions in constraints.txt.

# PYTHON=... chooses the interpreter (3.11 to 3.13), PIP_OPTIONS=... adds options for pip, such as --find-links DIR,
# CONSTRAINTS=... names other pinned versions, for instance with a PyTorch for another accelerator. JOBS=2 runs the tests
# on two cores, each file as a whole in one process.
PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3; do \
	$$python -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$python && break; done)
PIP_OPTIONS ?=
CONSTRAINTS ?= constraints.txt
VENV ?= .venv
READY := $(VENV)/.ready
REFERENCE := $(VENV)/.reference
RUN := $(VENV)/bin
JOBS ?= 1
# Compiled files are kept: without them every process of the tests compiles all tests and the package anew.
unexport PYTHONDONTWRITEBYTECODE
# Threads of each process would only wait for those of the others. One process more than cores: a quarter of the time a test
# waits for a window, for another process, or for a clock.
PYTEST = $(if $(filter-out 1,$(JOBS)),OMP_NUM_THREADS=1 )$(RUN)/python -m pytest
PARALLEL = $(if $(filter-out 1,$(JOBS)),-n $$(($(JOBS) + 1)) --dist loadfile --no-loadscope-reorder)

# Slicer 5.10 has Python 3.12. Where there is none, 3.11 serves: its libraries have wheels for both, and for no later one.
PYTHON_510 ?= $(shell for python in python3.12 $(wildcard $(HOME)/.pyenv/versions/3.12.*/bin/python3.12) python3.11; do \
	$$python -c 'import sys, venv, ensurepip' 2>/dev/null && echo $$python && break; done)
VENV_510 ?= .venv-slicer-5.10
READY_510 := $(VENV_510)/.ready
CONSTRAINTS_510 := constraints-slicer-5.10.txt
# All that the package and its tests ask for, beside PyTorch and what brings it along.
REQUIREMENTS_510 := import tomllib; project = tomllib.load(open("pyproject.toml", "rb"))["project"]; \
	extras = project["optional-dependencies"]; \
	asked = project["dependencies"] + extras["scene"] + extras["desk"] + extras["test"]; \
	print(*(one for one in asked if not one.startswith(("torch", "discgrader["))), sep="\n")
# What the versions of libraries, or Slicer's own layer, could break.
TESTS_510 ?= $(foreach test,imaging/dicom imaging/dicom_compressed imaging/files imaging/read_study imaging/recognize imaging/resample \
	imaging/slicer_geometry localize/segment pipeline/output report/tables report/rois report/report mrml/mrml_nodes \
	mrml/mrml_scene mrml/mrml_views mrml/scene_reading mrml/scene_jobs mrml/view_labels panel/module panel/panel \
	panel/state panel/dependencies panel/sample_data house/without_torch desk/desk_parameter_node desk/desk_slicer_layer \
	radiomics/radiomics_regions radiomics/radiomics_ibsi,Testing/$(dir $(test))test_$(notdir $(test)).py)

# What stands on Slicer's Python layer.
TESTS_REAL_SLICER ?= Testing/desk Testing/panel Testing/mrml Testing/house/test_translations.py

# The demo patient has every Pfirrmann grade once, a herniation and a stenosis.
DEMO_GRADES := L5-S1:pfirrmann=5 L4-L5:pfirrmann=4,msu=2B,side=left L3-L4:pfirrmann=3,central_stenosis=2 \
	L2-L3:pfirrmann=2 L1-L2:pfirrmann=1
DEMO_STUDY = $(RUN)/discgrader phantom -o demo/study --seed 1 $(addprefix --grade ,$(DEMO_GRADES))

.PHONY: demo check style test test-slicer-5.10 ready-slicer-5.10 test-real-slicer bench desk pictures clean

demo: $(READY)
	rm -rf demo/study
	$(DEMO_STUDY)
	$(RUN)/discgrader grade demo/study -o demo/result --scene --overwrite

check: style
	$(PYTEST) $(PARALLEL) -m "not slow" $(PYTEST_OPTIONS)

style: $(READY)
	$(RUN)/ruff format --check --quiet .
	$(RUN)/ruff check --quiet .
	$(RUN)/mypy

test: $(READY) $(REFERENCE)
	$(PYTEST) $(PARALLEL) $(PYTEST_OPTIONS)

test-slicer-5.10: ready-slicer-5.10
ifneq ($(PYTHON_510),)
	@$(VENV_510)/bin/python -c 'import sys, numpy, scipy, pydicom; print("On the libraries of Slicer 5.10: Python", \
		sys.version.split()[0], "numpy", numpy.__version__, "scipy", scipy.__version__, "pydicom", pydicom.__version__)'
	$(VENV_510)/bin/python -m pytest $(PARALLEL) $(TESTS_510) $(PYTEST_OPTIONS)
endif

test-real-slicer: $(READY)
	@test -d "$(REAL_SLICER)/Base/Python/slicer" || { echo "Name a checkout of Slicer with REAL_SLICER=FOLDER." >&2; exit 1; }
	REAL_SLICER="$(abspath $(REAL_SLICER))" $(PYTEST) $(PARALLEL) $(TESTS_REAL_SLICER) $(PYTEST_OPTIONS)

ready-slicer-5.10: $(if $(PYTHON_510),$(READY_510))
	$(if $(PYTHON_510),,@echo "No Python 3.12 or 3.11 is here, and the libraries of Slicer 5.10 have wheels for no later one: nothing is tested on them.")

bench: $(READY) $(REFERENCE)
	$(RUN)/python Testing/bench.py $(BENCH_OPTIONS)

desk: $(READY)
	PYTHONPATH=Testing $(RUN)/python -m desk $(if $(STUDY),"$(STUDY)") $(if $(THEME),--theme $(THEME)) \
		$(if $(LOCALE),--language $(LOCALE))

pictures: $(READY)
	test -d demo/study || $(DEMO_STUDY)
	$(RUN)/python Testing/desk_pictures.py -o demo/pictures demo/study

clean:
	rm -rf $(VENV) $(VENV_510) demo build

$(READY): $(CONSTRAINTS) pyproject.toml
	@test -n "$(PYTHON)" || { echo "DiscGrader needs Python 3.11, 3.12 or 3.13 with venv; name one with PYTHON=..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(RUN)/python -m pip install $(PIP_OPTIONS) -c $(CONSTRAINTS) -e ".[train,scene,desk,test,check]"
	touch $@

$(READY_510): $(CONSTRAINTS) $(CONSTRAINTS_510) pyproject.toml
	$(PYTHON_510) -m venv $(VENV_510)
	grep -vE "^($$(cut -d= -f1 $(CONSTRAINTS_510) | paste -sd '|' -))==" $(CONSTRAINTS) | cat - $(CONSTRAINTS_510) >$(VENV_510)/constraints.txt
	$(PYTHON_510) -c '$(REQUIREMENTS_510)' >$(VENV_510)/requirements.txt
	$(VENV_510)/bin/python -m pip install $(PIP_OPTIONS) --only-binary numpy,scipy -c $(VENV_510)/constraints.txt \
		-r $(VENV_510)/requirements.txt
	$(VENV_510)/bin/python -m pip install $(PIP_OPTIONS) --no-deps -e .
	touch $@

# Needs a C compiler; without it the tests that compare with pyradiomics skip, and all else works. The source archive holds
# pyradiomics' own baselines, which the package built from it leaves out.
$(REFERENCE): $(READY)
	@$(RUN)/python -m pip install $(PIP_OPTIONS) -c $(CONSTRAINTS) -e ".[reference]" && \
		$(RUN)/python -m pip download $(PIP_OPTIONS) --no-deps --no-binary pyradiomics-bhklab -c $(CONSTRAINTS) \
			-d $(VENV)/share/discgrader pyradiomics-bhklab && touch $@ || \
		echo "pyradiomics could not be built; the tests that compare with it will skip." >&2
