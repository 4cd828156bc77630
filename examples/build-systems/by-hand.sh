# The wheels page by hand, on Linux, in a folder with the folder of a tool and test_hits.py

# [line]
tool=setuptools
python3.14t -m venv env-3.14t
env-3.14t/bin/python -m pip install ./$tool
env-3.14t/bin/python -m unittest test_hits
# [line end]

# [abi3t]
python3.15t -m venv env-3.15t
python3.15 -m venv env-3.15
env-3.15t/bin/python -m pip wheel --no-deps ./$tool
ls hits-*.whl
env-3.15t/bin/python -m pip install hits-1.0-cp315-abi3.abi3t-*.whl
env-3.15/bin/python -m pip install hits-1.0-cp315-abi3.abi3t-*.whl
env-3.15t/bin/python -m unittest test_hits
env-3.15/bin/python -m unittest test_hits
# [abi3t end]
