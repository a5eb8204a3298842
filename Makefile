# Each target hands over to tools/setup_env.py, which also works without make: python tools/setup_env.py lab
# Another Python: make lab PYTHON=python3.12     Options: make lab LAB_ARGS="--no-browser --port 8899"
PYTHON ?= python3
RUN = $(PYTHON) tools/setup_env.py

.PHONY: lab setup test lint strip data data-refresh bench bench-hub book readme classroom slides
lab:      ## open the handbook in JupyterLab
	@$(RUN) lab $(LAB_ARGS)
setup:    ## install the environment and nothing else
	@$(RUN) setup
test:     ## check everything: data, package, exhibits, notebooks, browser
	@$(RUN) test $(TEST_ARGS)
lint:     ## style, spelling, stored outputs
	@$(RUN) lint
strip:    ## remove stored outputs from notebooks, except those of finding cells
	@$(RUN) strip
data:     ## rebuild the tables from their raw files
	@$(RUN) data $(DATA_ARGS)
data-refresh: ## look for a newer edition of one table: make data-refresh TABLE=kev
	@$(RUN) data-refresh $(TABLE) $(DATA_ARGS)
bench:    ## time exhibits, import and notebooks
	@$(RUN) bench $(BENCH_ARGS)
bench-hub: ## a class's hub on this machine, with students: make bench-hub HUB_ARGS="--users 20"
	@$(RUN) bench-hub $(HUB_ARGS)
book:     ## build the handbook as a web site, offline, into artifacts/book/html
	@$(RUN) book $(BOOK_ARGS)
readme:   ## write the generated parts of README.md
	@$(RUN) readme $(README_ARGS)
classroom: ## student and teacher editions; or the offline package: make classroom CLASS_ARGS="zip --platform win_amd64"
	@$(RUN) classroom $(CLASS_ARGS)
slides:   ## a chapter as slides with live exhibits: make slides CHAPTER=2.1
	@$(RUN) slides $(CHAPTER) $(SLIDES_ARGS)
