# make demo   installs what is missing, builds, and runs the whole pipeline on a real corpus
# make test   installs what is missing, builds, and runs the tests
# make help   the other targets

SWIFT ?= swift
# One configuration for everything: the tests check the code that users run.
BUILD = $(SWIFT) build -c release --product swiftlet
PROGRAM = .build/release/swiftlet
CORPUS ?= Corpus/wordnet/text/glosses.txt
LABELS ?= Corpus/wordnet/text/kinds
MINUTES ?= 6
PYTHON ?= python3

# Debian's names for: SentencePiece, zlib, and the C++ library that the SentencePiece binding is compiled against.
DEBIAN_PACKAGES = libsentencepiece-dev zlib1g-dev libstdc++-12-dev

.PHONY: help packages build corpus demo test weights oracle fuzz sanitize format lint clean

help:
	@echo 'make demo [CORPUS=FILE-OR-FOLDER] [MINUTES=N]   the whole pipeline, end to end'
	@echo 'make test                                       the tests'
	@echo 'make build                                      the program, $(PROGRAM)'
	@echo 'make corpus                                     fetches the corpus of the demonstration'
	@echo 'make format, make lint                          the style of the sources'
	@echo 'make weights                                    the models in Weights/ again, bit for bit (half an hour)'
	@echo 'make oracle PYTHON=…                            comparisons with the Python packages'
	@echo 'make fuzz [RUNS=N]                              every reader of files with a million unsound ones'
	@echo 'make sanitize                                   tests under the sanitizers for memory and threads'
	@echo 'make clean                                      removes what was built and what the demonstration made'

packages:
	@missing=''; \
	for package in $(DEBIAN_PACKAGES); do \
	  dpkg-query -W -f '$${Status}' $$package 2>/dev/null | grep -q 'install ok installed' || missing="$$missing $$package"; \
	done; \
	if [ -n "$$missing" ]; then \
	  if ! command -v apt-get >/dev/null; then \
	    echo "This system has no apt-get. Please install by other means:$$missing" >&2; exit 69; \
	  fi; \
	  echo "Installing Debian packages:$$missing"; \
	  if [ "$$(id -u)" = 0 ]; then as_root=''; else as_root='sudo'; fi; \
	  $$as_root apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive $$as_root apt-get install -y -qq --no-install-recommends $$missing; \
	fi

build: packages
	$(BUILD)

corpus:
	sh Corpus/wordnet/fetch.sh

demo: build corpus
	$(PROGRAM) demo --corpus '$(CORPUS)' --labels '$(LABELS)' --minutes $(MINUTES)

test: packages
	$(SWIFT) build -c release --build-tests
	$(SWIFT) test -c release --skip-build
	@if command -v objdump >/dev/null; then bash Tests/check-variants.sh .build/release; fi
	@bash Tests/Sanitizing/run.sh c

# The tokenizer and the models that ship with the project.
weights: build
	sh Weights/make.sh

# Comparisons with transformers, SentencePiece and llama.cpp, where they are installed; Tests/oracle.sh says which it skips.
oracle: packages
	$(BUILD)
	$(SWIFT) build -c release --build-tests
	sh Tests/oracle.sh '$(PYTHON)'

# Every target of Tests/Fuzzing; a second run goes on from what the first one found.
RUNS ?= 1000000
fuzz: packages
	bash Tests/Fuzzing/run.sh $(RUNS)

sanitize: packages
	bash Tests/Sanitizing/run.sh

format:
	$(SWIFT) format --in-place --parallel --recursive --configuration .swift-format Package.swift Sources Tests

lint:
	$(SWIFT) format lint --strict --parallel --recursive --configuration .swift-format Package.swift Sources Tests

clean:
	rm -rf .build Tokenizer/demo* Weights/demo*
