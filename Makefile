# All the set-up there is: make demo, make test, make bench.
.PHONY: demo test bench build serve clean

demo: serve
	build/serve/bin/galen demo -o build/demo --force

test: build
	ctest --test-dir build/release --output-on-failure -j 2

bench: build
	build/release/bin/galen bench

serve:
	scripts/setup --serve
	cmake --preset serve
	cmake --build --preset serve --target galen

build:
	scripts/setup --train
	cmake --preset release
	cmake --build --preset release

clean:
	rm -rf build
