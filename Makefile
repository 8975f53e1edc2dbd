# Jamboree: build, run, test, measure. Every step says what it does; `make help` lists the goals.

DATA   ?= jamboree-data
ROUNDS ?= 100
RUNS   ?= 3
# One configuration for the hub and for its unit tests, so that what is tested is what runs, and everything
# is compiled once: release, with @testable allowed (it only keeps internal symbols visible).
# The flags are those of Tests/run; without a fixed answer on colours a terminal would mean a full rebuild.
SWIFT  := swift build -c release -Xswiftc -enable-testing --no-color-diagnostics
HUB    := .build/release/jamboree
WEB    := .build/web
WASM   := .build/wasm
ENGINE := Clients/web/src/engine
PYTHON := .build/venv/bin/python
# A file of our own says that the Python packages are there: the interpreter is a link to the system's.
VENV   := .build/venv/installed

RUN_PACKAGES  := libssl-dev zlib1g-dev libjwt-dev libqrencode-dev pkg-config
# libc6-dev: the load generator and the failing disk are in C, and gcc comes without the C library's headers.
WEB_PACKAGES  := node-typescript esbuild node-yjs node-y-protocols node-lib0 node-react node-react-dom
TEST_PACKAGES := node-yjs node-y-protocols node-y-websocket node-lib0 node-ws libc6-dev

# Chromium without any font draws no letters at all.
BROWSER_FONTS := fonts-dejavu-core

.PHONY: help run build web wasm test style unit web-unit interop browser faults fuzz bench bench-crdt toolchain clean \
        packages test-packages web-packages browser-packages
.DEFAULT_GOAL := help

help:
	@echo 'make run [ARGS="--port 9000 --data DIR"]  install what is missing, build, start the hub'
	@echo 'make build                                the release binary, $(HUB)'
	@echo 'make web                                  the web client, into $(WEB); make run does it too'
	@echo 'make wasm                                 the engine for JavaScript, into $(WASM)'
	@echo 'make test                                 unit tests, other people'"'"'s clients, a browser, kill rounds'
	@echo '  make style | unit | web-unit | interop | browser | faults'
	@echo '                                          one part of it ([PYTEST="-k name"] [ROUNDS=100])'
	@echo 'make fuzz [FUZZ_SECONDS=60]               hostile bytes and random sessions, without end'
	@echo 'make bench [RUNS=3]                       S1, S2, S4, S6 beside a bare relay and y-websocket'
	@echo 'make bench-crdt [RUNS=3]                  the engine beside yrs (pycrdt) and Yjs'
	@echo 'make clean                                remove the build folder'

# A settings file says everything itself, but for the web client; without one there is a jam to try.
run: build web
	@echo "run: starting the hub (Ctrl-C ends it)"
	@exec $(HUB) serve $(if $(findstring --config,$(ARGS)),,--jam demo --links --data $(DATA)) \
	  $(if $(findstring --web,$(ARGS)),,$$(test ! -f $(WEB)/index.html || echo --web $(WEB))) $(ARGS)

build: toolchain packages
	@echo "build: the release binary, $(HUB)"
	@$(SWIFT) --product jamboree

web: web-packages $(WEB)/index.html

# The folders too: a file that was removed is a change as well.
$(WEB)/index.html: $(shell find Clients/web -not -name '*.test.ts')
	@echo "web: the web client, into $(WEB)"
	@Clients/web/build

wasm: toolchain web-packages
	@Sources/CRDTWasm/build
	@$(MAKE) --silent --no-print-directory $(WASM)/jamboree-crdt.js

# One script for pages and Node, and what TypeScript wants to know of it.
$(WASM)/jamboree-crdt.js: $(shell find $(ENGINE) -not -name '*.test.ts')
	@echo "wasm: its classes for JavaScript, $@"
	@tsc $(ENGINE)/index.ts --strict --target es2021 --moduleResolution node \
	  --declaration --emitDeclarationOnly --outDir $(WASM)/types
	@echo 'export * from "./types/index";' > $(WASM)/jamboree-crdt.d.ts
	@esbuild $(ENGINE)/index.ts --bundle --format=esm --target=es2021 --log-level=warning --outfile=$@

test: toolchain test-packages browser-packages build web wasm $(VENV)
	@Tests/run

style: $(VENV)
	@Tests/run style

unit: toolchain packages
	@Tests/run unit

web-unit: toolchain test-packages web-packages build wasm
	@Tests/run web

browser: toolchain test-packages browser-packages build web $(VENV)
	@Tests/run browser

interop: toolchain test-packages build $(VENV)
	@Tests/run interop

faults: build $(VENV)
	@Tests/run faults

fuzz: toolchain test-packages build $(VENV)
	@Tests/FuzzTargets/run $(ARGS)

bench: toolchain test-packages build $(VENV)
	@$(PYTHON) Tests/Bench/run.py --runs $(RUNS) $(ARGS)

bench-crdt: toolchain test-packages build wasm $(VENV)
	@NODE_PATH=/usr/share/nodejs $(HUB) bench crdt --against yrs,yjs,wasm --python $(PYTHON) --runs $(RUNS) $(ARGS)

toolchain:
	@command -v swift > /dev/null || { \
	  echo "toolchain: needs Swift 6.3 or newer, which is not installed: https://www.swift.org/install" >&2; \
	  exit 1; }

packages:
	@Tests/packages $(RUN_PACKAGES)

test-packages:
	@Tests/packages $(RUN_PACKAGES) $(TEST_PACKAGES) --command node=nodejs --command "$${CC:-cc}=gcc" \
	  --command openssl=openssl

web-packages:
	@Tests/packages $(WEB_PACKAGES) --command node=nodejs

browser-packages:
	@Tests/packages --command chromium=chromium --command certutil=libnss3-tools $(BROWSER_FONTS)

$(VENV): Tests/Interop/requirements.txt
	@Tests/packages --command python3=python3-venv
	@echo "venv: Python packages of the tests, into .build/venv"
	@python3 -m venv .build/venv || { Tests/packages python3-venv && python3 -m venv .build/venv; }
	@.build/venv/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

clean:
	rm -rf .build
