# The module alone, for one build of 3.14
cmake -S scikit-build-core -B build -DPython_EXECUTABLE="$(command -v python3.14t)"
cmake --build build
PYTHONPATH=build python3.14t -m unittest test_hits

# and for abi3t, with what scikit-build-core would have said
cmake -S scikit-build-core -B build-abi3t -DPython_EXECUTABLE="$(command -v python3.15t)" \
  -DSKBUILD_SABI_COMPONENT=Development.SABIModule -DSKBUILD_SABI_VERSION=3.15
cmake --build build-abi3t
PYTHONPATH=build-abi3t python3.15t -m unittest test_hits
