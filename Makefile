# make demo    grade the project's own phantom study to demo/
# make test    run all tests
# make bench   measure time and memory
# make desk    open the module in a window of its own, without Slicer (STUDY=... opens a study, THEME=light, LOCALE=de)
# make pictures  picture every state of the panel and the desk in both themes at 100 and 150 % to demo/pictures/
# Each sets up .venv first, once, from the pinned versions in constraints.txt.

# PYTHON=... chooses the interpreter (3.11 to 3.13), PIP_OPTIONS=... adds options for pip, such as --find-links DIR,
# CONSTRAINTS=... names other pinned versions, for instance with a PyTorch for another accelerator.
PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3; do \
	$$python -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$python && break; done)
PIP_OPTIONS ?=
CONSTRAINTS ?= constraints.txt
VENV ?= .venv
READY := $(VENV)/.ready
REFERENCE := $(VENV)/.reference
RUN := $(VENV)/bin

# The demo patient has every Pfirrmann grade once, a herniation and a stenosis.
DEMO_GRADES := L5-S1:pfirrmann=5 L4-L5:pfirrmann=4,msu=2B,side=left L3-L4:pfirrmann=3,central_stenosis=2 \
	L2-L3:pfirrmann=2 L1-L2:pfirrmann=1
DEMO_STUDY = $(RUN)/discgrader phantom -o demo/study --seed 1 $(addprefix --grade ,$(DEMO_GRADES))

.PHONY: demo test bench desk pictures clean

demo: $(READY)
	rm -rf demo/study
	$(DEMO_STUDY)
	$(RUN)/discgrader grade demo/study -o demo/result --scene --overwrite

test: $(READY) $(REFERENCE)
	$(RUN)/python -m pytest $(PYTEST_OPTIONS)

bench: $(READY) $(REFERENCE)
	$(RUN)/python Testing/bench.py $(BENCH_OPTIONS)

desk: $(READY)
	PYTHONPATH=Testing $(RUN)/python -m desk $(if $(STUDY),"$(STUDY)") $(if $(THEME),--theme $(THEME)) \
		$(if $(LOCALE),--language $(LOCALE))

pictures: $(READY)
	test -d demo/study || $(DEMO_STUDY)
	$(RUN)/python Testing/desk_pictures.py -o demo/pictures demo/study

clean:
	rm -rf $(VENV) demo build

$(READY): $(CONSTRAINTS) pyproject.toml
	@test -n "$(PYTHON)" || { echo "DiscGrader needs Python 3.11, 3.12 or 3.13 with venv; name one with PYTHON=..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(RUN)/python -m pip install $(PIP_OPTIONS) -c $(CONSTRAINTS) -e ".[train,scene,desk,test]"
	touch $@

# Needs a C compiler; without it the tests that compare with pyradiomics skip, and all else works. The source archive holds
# pyradiomics' own baselines, which the package built from it leaves out.
$(REFERENCE): $(READY)
	@$(RUN)/python -m pip install $(PIP_OPTIONS) -c $(CONSTRAINTS) -e ".[reference]" && \
		$(RUN)/python -m pip download $(PIP_OPTIONS) --no-deps --no-binary pyradiomics-bhklab -c $(CONSTRAINTS) \
			-d $(VENV)/share/discgrader pyradiomics-bhklab && touch $@ || \
		echo "pyradiomics could not be built; the tests that compare with it will skip." >&2
