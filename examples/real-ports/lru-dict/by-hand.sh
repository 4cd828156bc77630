# The commands of the page, in its order: `sh by-hand.sh` in an empty folder with race.py, cost.py and the
# four patches. A race that hangs stays until it is ended with Ctrl+C; `run_extension.py` ends it by itself.

# [get]
python3.14 -m venv gil
python3.14t -m venv ft
gil/bin/python -m pip download --no-deps --no-binary :all: lru-dict==1.4.1
gil/bin/python -m pip hash lru_dict-1.4.1.tar.gz
tar xf lru_dict-1.4.1.tar.gz
# [get end]

# [look]
ft/bin/python -m pip install ./lru_dict-1.4.1
gil/bin/python -m pip install ./lru_dict-1.4.1
ft/bin/python -c "import sys, lru; print('sys._is_gil_enabled() =', sys._is_gil_enabled())"
# [look end]

# [fail]
for race in plain keys-that-wait shared-dict; do
    echo "$race:"
    for run in 1 2 3 4 5 6 7 8 9 10; do PYTHON_GIL=0 ft/bin/python race.py $race; done
done
gil/bin/python race.py keys-that-wait
PYTHON_GIL=0 ft/bin/python lru_dict-1.4.1/test/test_lru.py
# [fail end]

# [lock]
patch -p1 -d lru_dict-1.4.1 < 1-critical-section.patch
ft/bin/python -m pip install ./lru_dict-1.4.1
gil/bin/python -m pip install ./lru_dict-1.4.1
# [lock end]
for race in plain keys-that-wait shared-dict; do
    echo "$race:"
    for run in 1 2 3 4 5 6 7 8 9 10; do PYTHON_GIL=0 ft/bin/python race.py $race; done
done
gil/bin/python race.py keys-that-wait

# [again]
patch -p1 -d lru_dict-1.4.1 < 2-what-changes-meanwhile.patch
ft/bin/python -m pip install ./lru_dict-1.4.1
gil/bin/python -m pip install ./lru_dict-1.4.1
# [again end]
for race in plain keys-that-wait shared-dict; do
    echo "$race:"
    for run in 1 2 3 4 5 6 7 8 9 10; do PYTHON_GIL=0 ft/bin/python race.py $race; done
done
gil/bin/python race.py keys-that-wait

# [references]
patch -p1 -d lru_dict-1.4.1 < 3-references-of-our-own.patch
ft/bin/python -m pip install ./lru_dict-1.4.1
gil/bin/python -m pip install ./lru_dict-1.4.1
# [references end]
for race in plain keys-that-wait shared-dict; do
    echo "$race:"
    for run in 1 2 3 4 5 6 7 8 9 10; do PYTHON_GIL=0 ft/bin/python race.py $race; done
done
gil/bin/python race.py keys-that-wait

# [declare]
patch -p1 -d lru_dict-1.4.1 < 4-declare.patch
ft/bin/python -m pip install ./lru_dict-1.4.1
gil/bin/python -m pip install ./lru_dict-1.4.1
ft/bin/python -c "import sys, lru; print('sys._is_gil_enabled() =', sys._is_gil_enabled())"
# [declare end]
PYTHON_GIL=0 ft/bin/python lru_dict-1.4.1/test/test_lru.py

# [wheels]
gil/bin/python -m pip wheel --no-deps ./lru_dict-1.4.1
ft/bin/python -m pip wheel --no-deps ./lru_dict-1.4.1
# [wheels end]

# [cost]
python3.14t -m venv original
original/bin/python -m pip install ./lru_dict-1.4.1.tar.gz
PYTHON_GIL=0 original/bin/python cost.py
PYTHON_GIL=0 ft/bin/python cost.py
# [cost end]
