# SPDX-License-Identifier: Apache-2.0
# make run    a demonstration city on http://127.0.0.1:8080
# make test   every test; installs what they need
# make bench  every figure with its limit beside it
# make schema the portal's types from the server at BANMO_URL
# make check  format, tidy, rooms, sanitizers, fuzzers
SHELL := /bin/bash
PORT ?= 8080
DATA ?= data
SCALE ?= 0.02

.PHONY: run build portal schema test bench check format bootstrap clean

bootstrap:
	@tools/bootstrap

build: bootstrap
	@cmake --preset release >build-configure.log 2>&1 || { cat build-configure.log; exit 1; }
	@ninja -C build/release banmo

portal: bootstrap
	@tools/portal

schema: bootstrap
	@tools/schema

run: build portal
	@[ -e $(DATA)/banmo.json ] || build/release/banmo demo --data $(DATA) --scale $(SCALE) --seed 1
	@build/release/banmo serve --data $(DATA) --listen 127.0.0.1:$(PORT) --listen '[::1]:$(PORT)'

test: bootstrap
	@tools/test

bench: bootstrap
	@tools/bench

check: bootstrap
	@tools/check --all

format: bootstrap
	@git ls-files --cached --others --exclude-standard 'src/*.h' 'src/*.cpp' 'bench/*.cpp' 'tests/*.cpp' | xargs clang-format-19 -i

clean:
	@rm -rf build portal/dist
