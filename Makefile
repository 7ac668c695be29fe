# hum.nvim. `make` builds the helper; `make help` lists the rest. GNU make. V=1 shows the commands.

PREFIX ?= /usr/local
CLANG ?= clang
FUZZ_SECONDS ?= 60 # for each fuzzer, in `make fuzz`

VERSION := $(shell sed -n 's/^\#define HUM_VERSION "\(.*\)"/\1/p' src/proto.h)
MSGPACK := $(shell pkg-config --exists msgpack-c 2>/dev/null && echo msgpack-c || echo msgpack)
LIBRARIES := libuv libcurl libcjson $(MSGPACK)

CFLAGS ?= -O2
WARNINGS := -Wall -Wextra -Wpedantic -Wconversion -Wshadow
LANGUAGE := -std=c11 -D_GNU_SOURCE -Isrc \
  $(shell pkg-config --cflags $(LIBRARIES) 2>/dev/null)
# server/curl.c loads libcurl when it is needed. It is named all the same, for those linkers that
# note where a library is, but not bound.
ifeq ($(shell uname),Darwin)
LANGUAGE += -DCURL_DIR='"$(shell pkg-config --variable=libdir libcurl 2>/dev/null)"'
UNBOUND := -Wl,-dead_strip_dylibs
LDLIBS += -liconv # elsewhere a part of libc
else
UNBOUND := -Wl,--as-needed
endif
LDLIBS += $(UNBOUND) $(shell pkg-config --libs $(LIBRARIES) 2>/dev/null) -lm
# Builds for tests take no warning; a user's build with a newer compiler may. Traces need lines alone, which take a
# quarter less time to compile than all that a debugger wants: `make debug DEBUG=-g`.
DEBUG := -g1
SANITIZE := -O1 $(DEBUG) -Werror -fno-omit-frame-pointer -fsanitize=address,undefined \
  -fno-sanitize-recover=undefined
DEPENDENCIES = -MMD -MP -MF $@.d -MT $@
COMPILE = $(CC) $(LANGUAGE) $(WARNINGS) $(DEPENDENCIES)
FUZZ_COMPILE = $(CLANG) $(LANGUAGE) $(WARNINGS) $(DEPENDENCIES) $(SANITIZE)

# All but main go into an archive; each program takes from it what it names.
MODULES := $(filter-out main,$(patsubst src/%.c,%,$(wildcard src/*.c src/*/*.c src/*/*/*.c)))
FAKE := $(basename $(notdir $(wildcard tests/fake/*.c)))
C_TESTS := $(basename $(notdir $(wildcard tests/c/test_*.c)))
FUZZERS := $(basename $(notdir $(wildcard tests/fuzz/fuzz_*.c)))
LUA_TESTS := $(basename $(notdir $(wildcard tests/nvim/test_*.lua)))

# The older Neovim gets the sanitized helper, the newest the one that users have.
RUN_LUA := .deps/bin/nvim-new -l tests/nvim/run.lua
NVIM_OLD := $(RUN_LUA) --nvim .deps/bin/nvim-0.10 --helper build/asan/hum
NVIM_NEW := $(RUN_LUA) --nvim .deps/bin/nvim-new

# A line for each file, unless the commands are wanted, or nothing at all (-s).
ifeq ($(V),)
say = @$(if $(findstring s,$(filter-out -%,$(firstword $(MAKEFLAGS)))),,printf '%-4s %s\n' $(1) $(2);)
endif
# As many jobs as processors, unless told otherwise: plugin managers run a plain `make`.
ifeq ($(filter -j%,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
endif

all: build/hum ## the helper, build/hum (what plugin managers run)

debug: build/asan/hum ## the helper with ASan and UBSan, build/asan/hum

# --- building -----------------------------------------------------------------------------

# Says which library is missing and how to get it, once, instead of a compiler error.
build/libraries:
	@tools/deps --check build
	@mkdir -p $(@D) && touch $@

build/obj/%.o: src/%.c | build/libraries
	@mkdir -p $(@D)
	$(call say,CC,$<)$(COMPILE) -DNDEBUG $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

build/asan/obj/%.o: src/%.c | build/libraries
	@mkdir -p $(@D)
	$(call say,CC,$<)$(COMPILE) $(SANITIZE) -c -o $@ $<

build/fuzz/obj/%.o: src/%.c | build/libraries
	@mkdir -p $(@D)
	$(call say,CC,$<)$(FUZZ_COMPILE) -fsanitize=fuzzer-no-link -c -o $@ $<

build/obj/fake/%.o: tests/fake/%.c | build/libraries
	@mkdir -p $(@D)
	$(call say,CC,$<)$(COMPILE) $(CFLAGS) -c -o $@ $<

define archive
$(1)/hum.a: $(MODULES:%=$(1)/obj/%.o)
	@rm -f $$@
	$$(call say,AR,$$@)$(AR) rcs $$@ $$^
endef
$(foreach dir,build build/asan build/fuzz,$(eval $(call archive,$(dir))))

# Linked aside and moved: a helper that runs keeps its file.
build/hum: build/obj/main.o build/hum.a
	$(call say,LINK,$@)$(CC) $(CFLAGS) $(LDFLAGS) -o $@.new $^ $(LDLIBS)
	@mv $@.new $@

build/asan/hum: build/asan/obj/main.o build/asan/hum.a
	$(call say,LINK,$@)$(CC) $(SANITIZE) -o $@.new $^ $(LDLIBS)
	@mv $@.new $@

build/hum-fake: $(FAKE:%=build/obj/fake/%.o) build/hum.a
	$(call say,LINK,$@)$(CC) $(CFLAGS) -o $@.new $^ $(LDLIBS)
	@mv $@.new $@

build/asan/obj/fake/%.o: tests/fake/%.c | build/libraries
	@mkdir -p $(@D)
	$(call say,CC,$<)$(COMPILE) $(SANITIZE) -c -o $@ $<

build/asan/hum-fake: $(FAKE:%=build/asan/obj/fake/%.o) build/asan/hum.a
	$(call say,LINK,$@)$(CC) $(SANITIZE) -o $@.new $^ $(LDLIBS)
	@mv $@.new $@

build/bare: bench/bare.c | build/libraries
	$(call say,CC,$@)$(COMPILE) $(CFLAGS) -o $@ $<

build/tests/test_%: tests/c/test_%.c build/asan/hum.a
	@mkdir -p $(@D)
	$(call say,CC,$@)$(COMPILE) $(SANITIZE) -Itests/c -o $@ $< build/asan/hum.a $(LDLIBS)

build/fuzz/fuzz_%: tests/fuzz/fuzz_%.c build/fuzz/hum.a
	@mkdir -p $(@D)
	$(call say,CC,$@)$(FUZZ_COMPILE) -fsanitize=fuzzer -o $@ $< build/fuzz/hum.a $(LDLIBS)

-include $(shell find build -name '*.d' 2>/dev/null)

# --- testing ------------------------------------------------------------------------------

test: ## everything: C tests, tests in real Neovims, a short run of each fuzzer
	@tools/deps build test
	@tools/sum '$(MAKE) -s test-c' '$(MAKE) -s test-fake' '$(MAKE) -s test-nvim' '$(MAKE) -s test-fuzz'

test-c: $(C_TESTS:%=build/tests/%) ## the C tests, under ASan and UBSan
	@tools/sum --together $(^:%='%')

test-fake: build/asan/hum-fake ## the fake server against what it promises, under ASan and UBSan
	@tools/sum 'tests/fake/check.py $<'

test-nvim: deps programs ## the Lua tests, in Neovim 0.10 and in the newest
	@tools/sum '$(NVIM_OLD) --share 1/2' '$(NVIM_NEW) --share 2/2'

test-fuzz: $(FUZZERS:%=build/fuzz/%) ## a short run of each fuzzer
	@tools/fuzz --smoke $(FUZZERS)

# test_NAME: ## one module's tests, in C, in Lua or both: make test_frame
$(foreach test,$(C_TESTS),$(eval $(test): build/tests/$(test)))
$(LUA_TESTS): deps programs
$(sort $(C_TESTS) $(LUA_TESTS)):
	@tools/sum $(patsubst %,'build/tests/%',$(filter $@,$(C_TESTS))) \
	  $(if $(filter $@,$(LUA_TESTS)),'$(NVIM_OLD) tests/nvim/$@.lua' '$(NVIM_NEW) tests/nvim/$@.lua')

programs: build/hum build/asan/hum build/hum-fake

# Without one of the servers its tests are skipped and say so.
deps:
	@tools/get nvim-0.10 nvim-new
	@tools/get llama-server nginx tinyproxy || true

storm: deps programs ## kill -9 at 200 random moments of a reply, 200 edits with a busy user; takes minutes
	@HUM_STORM=200 tools/sum \
	  '$(NVIM_OLD) tests/nvim/test_crash.lua' '$(NVIM_NEW) tests/nvim/test_crash.lua' \
	  '$(NVIM_OLD) tests/nvim/test_edit_storm.lua' '$(NVIM_NEW) tests/nvim/test_edit_storm.lua'

fuzz: $(FUZZERS:%=build/fuzz/%) ## each fuzzer for FUZZ_SECONDS
	@FUZZ_SECONDS=$(FUZZ_SECONDS) tools/fuzz $(FUZZERS)

bench: ## compare with a minimal client and with curl; takes minutes
	@bench/run

demo: ## open a chat with a reply already streaming
	@tools/demo

picture: ## record README's pictures anew, assets/*.svg
	+@tools/picture/run

looks: ## how a chat looks in every colour scheme, as one page: build/looks/index.html; takes minutes
	@tools/looks

# --- sources ------------------------------------------------------------------------------

lint: build/libraries ## all linters: of C, Lua, shell, of the structure, of the help
	@tools/deps build lint
	@tools/lint $(LANGUAGE) -Itests/c -Itests/fake

format: ## lets clang-format and StyLua have their way
	clang-format -i $$(git ls-files -co --exclude-standard '*.c' '*.h')
	@tools/get stylua
	tools/stylua $$(git ls-files -co --exclude-standard '*.lua')

doc: ## regenerate the options in doc/hum.txt from the schema
	@tools/gen-doc

doc-check: ## fail if doc/hum.txt is out of date
	@tools/gen-doc --check

# --- packing ------------------------------------------------------------------------------

RUNTIME := plugin lua ftplugin ftdetect autoload rplugin doc syntax prompts
PACK = $(DESTDIR)$(PREFIX)/share/nvim/site/pack/hum/start/hum.nvim

install: all ## install as a Neovim package; PREFIX=~/.local for one user
	mkdir -p '$(PACK)/build'
	cp -R $(wildcard $(RUNTIME)) '$(PACK)/'
	cp build/hum '$(PACK)/build/hum'
	cp $(wildcard LICENSE README.md) '$(PACK)/'
	@! command -v nvim >/dev/null || nvim --headless -u NONE -c 'helptags $(PACK)/doc' -c quit

dist: ## pack the last commit as build/hum.nvim-VERSION.tar.gz
	@mkdir -p build
	git archive --prefix=hum.nvim-$(VERSION)/ -o build/hum.nvim-$(VERSION).tar.gz HEAD

clean: ## remove build/, but not .deps/
	rm -rf build

help: ## show this list
	@sed -nE 's/^(# )?([a-zA-Z_-]+):.*## (.*)/\2\t\3/p' Makefile | \
	  while IFS="$$(printf '\t')" read -r target text; do printf '%-12s %s\n' "$$target" "$$text"; done

.PHONY: all debug test test-c test-fake test-nvim test-fuzz $(C_TESTS) $(LUA_TESTS) programs deps storm fuzz bench demo picture looks lint format \
  doc doc-check install dist clean help
.DELETE_ON_ERROR:
.SECONDARY:
