"""A good file of each format that `check` reads, with what each format can say."""

HASH = "ab" * 32
WHEEL = "lxml-6.1.3-cp314-cp314t-manylinux_2_26_x86_64.manylinux_2_28_x86_64.whl"
SDIST = "lxml-6.1.3.tar.gz"
ADDRESS = "https://files.example/a"

REQUIREMENTS = f"""# a comment
--index-url https://index.example/simple
LXML[html5]==6.1.3 ; python_version >= "3.10" \\
    --hash=sha256:{HASH}
greenlet>=3,<4  # a range
numpy==2.*
local @ file:///somewhere/local
git+https://example.org/team/tool.git@main#egg=Tool
./wheels/{WHEEL}
-e .
"""
PEP621 = """[build-system]
requires = ["hatchling"]
[project]
name = "demo"
dependencies = ["lxml>=6", 'pywin32 ; sys_platform == "win32"', "mine @ https://x.example/mine-1.zip"]
[project.optional-dependencies]
fast = ["orjson==3.11.5", "numpy"]
"""
GROUPS = """[project]
name = "demo"
dynamic = ["version"]
dependencies = ["numpy"]
[dependency-groups]
dev = ["ruff", { include-group = "test" }]
test = ["pytest>=8"]
[tool.uv]
dev-dependencies = ["mypy"]
"""
POETRY_PROJECT = """[tool.poetry]
name = "demo"
[tool.poetry.dependencies]
python = "^3.11"
lxml = "^6.1"
numpy = { version = ">=2,<3", optional = true, python = "~3.14", markers = "os_name == 'posix'" }
mine = { git = "https://x.example/mine.git" }
both = [{ version = "<2", python = "<3.11" }, { version = ">=2", python = ">=3.11" }]
[tool.poetry.extras]
fast = ["numpy"]
[tool.poetry.group.dev.dependencies]
pytest = "*"
"""
PDM_PROJECT = """[project]
name = "demo"
dependencies = ["lxml"]
[tool.pdm.dev-dependencies]
test = ["pytest", "-e file:///${PROJECT_ROOT}/sub#egg=sub"]
"""
UV_LOCK = f"""version = 1
revision = 3
resolution-markers = ["python_full_version >= '3.14'", "python_full_version < '3.14'"]
[[package]]
name = "demo"
source = {{ editable = "." }}
dependencies = [
  {{ name = "lxml", extra = ["fast"] }},
  {{ name = "numpy", version = "2.5.5", marker = "python_full_version >= '3.14'" }},
  {{ name = "pywin32", marker = "sys_platform == 'win32'" }},
]
[package.optional-dependencies]
xml = [{{ name = "regex" }}]
[package.dev-dependencies]
dev = [{{ name = "regex" }}]
[[package]]
name = "lxml"
version = "6.1.3"
source = {{ registry = "https://index.example/simple" }}
sdist = {{ url = "{ADDRESS}/{SDIST}", hash = "sha256:{HASH}", size = 1 }}
wheels = [{{ url = "{ADDRESS}/{WHEEL}#frag", hash = "sha256:{HASH}", size = 1 }}]
[package.optional-dependencies]
fast = [{{ name = "regex" }}]
[[package]]
name = "numpy"
version = "2.5.5"
resolution-markers = ["python_full_version >= '3.14'"]
source = {{ registry = "https://index.example/simple" }}
[[package]]
name = "pywin32"
version = "311"
[[package]]
name = "regex"
version = "2026.11.15"
dependencies = [{{ name = "lxml" }}]
"""
POETRY_LOCK = f"""[[package]]
name = "lxml"
version = "6.1.3"
groups = ["main", "dev"]
python-versions = ">=3.9"
markers = {{ main = "python_version < '3.4'", dev = "python_version >= '3.9'" }}
files = [
  {{ file = "{SDIST}", hash = "sha256:{HASH}" }},
  {{ file = "{WHEEL}", hash = "sha256:{HASH}" }},
]
[package.dependencies]
numpy = {{ version = ">=2", markers = "extra == 'x'" }}
[[package]]
name = "numpy"
version = "2.5.5"
optional = true
category = "main"
[package.source]
type = "git"
url = "https://x.example/numpy.git"
[extras]
fast = ["numpy (>=2)"]
[metadata]
lock-version = "2.1"
[metadata.files]
numpy = [{{ file = "numpy-2.5.5.zip", hash = "sha256:{HASH}" }}]
"""
PDM_LOCK = f"""[metadata]
groups = ["default", "test"]
lock_version = "4.5.0"
[[package]]
name = "lxml"
version = "6.1.3"
requires_python = ">=3.9"
groups = ["default"]
marker = "python_version >= '3.9'"
dependencies = ["numpy>=2"]
files = [{{ file = "{WHEEL}", hash = "sha256:{HASH}" }}]
[[package]]
name = "mine"
version = "1.0"
groups = ["test"]
path = "./mine"
"""
PYLOCK = f"""lock-version = "1.0"
created-by = "test"
requires-python = ">=3.11"
extras = ["fast"]
dependency-groups = ["dev"]
default-groups = ["default"]
[[packages]]
name = "lxml"
version = "6.1.3"
marker = "python_version >= '3.9' and 'default' in dependency_groups"
requires-python = ">=3.9"
[packages.sdist]
name = "{SDIST}"
url = "{ADDRESS}/{SDIST}"
hashes = {{ sha256 = "{HASH}" }}
[[packages.wheels]]
name = "{WHEEL}"
url = "{ADDRESS}/{WHEEL}"
hashes = {{ sha256 = "{HASH}" }}
[[packages]]
name = "regex"
version = "1"
marker = "'fast' in extras"
sdist = {{ name = "regex-1.tar.gz", path = "regex-1.tar.gz", hashes = {{ sha256 = "{HASH}" }} }}
[[packages]]
name = "mine"
directory = {{ path = "." }}
"""
PIPFILE = """[[source]]
url = "https://index.example/simple"
[packages]
lxml = "==6.1.3"
numpy = { version = ">=2", markers = "os_name == 'posix'", extras = ["x"] }
mine = { path = "." }
[dev-packages]
pytest = "*"
[docs]
sphinx = "~=9.0"
"""
PIPFILE_LOCK = f"""{{"_meta": {{"hash": {{"sha256": "0"}}, "requires": {{}}}},
"default": {{"lxml": {{"hashes": ["sha256:{HASH}"], "version": "==6.1.3", "markers": "os_name == 'posix'"}},
 "mine": {{"git": "https://x.example/mine.git", "ref": "a"}}}},
"develop": {{"pytest": {{"version": "==8.4.2", "index": "main"}}}}, "docs": {{}}}}
"""
ENVIRONMENT = """name: demo
channels: [conda-forge]
dependencies:
  - python=3.14
  - numpy=2.4=py314_0
  - conda-forge::lxml >=6
  - pip:
    - regex==2026.11.15
    - greenlet>=3 ; os_name == "posix"
variables: {A: b}
"""
PIXI_LOCK = """version: 6
environments:
  default:
    channels:
    - url: https://conda.example/
    packages:
      linux-64:
      - conda: https://conda.example/linux-64/lxml-6.0.2-py314_0.conda
      - pypi: https://files.example/regex-2026.11.15-cp314-cp314-manylinux_2_28_x86_64.whl
  test:
    packages:
      linux-64:
      - pypi: https://files.example/pytest-9.1.0-py3-none-any.whl
packages:
- conda: https://conda.example/linux-64/lxml-6.0.2-py314_0.conda
  depends:
  - python >=3.14,<3.15.0a0
- pypi: https://files.example/regex-2026.11.15-cp314-cp314-manylinux_2_28_x86_64.whl
  name: regex
  version: 2026.11.15
  requires_python: '>=3.8'
- pypi: https://files.example/pytest-9.1.0-py3-none-any.whl
  name: pytest
  version: 9.1.0
"""
SETUP_CFG = """[metadata]
name = demo
[options]
install_requires =
    lxml>=6
    numpy==2.5.5 ; python_version >= "3.11"
[options.extras_require]
fast = orjson
test =
    pytest
"""
SCRIPT = """#!/usr/bin/env python
# /// script
# requires-python = ">=3.11"
# dependencies = [
#   "lxml>=6",
#   "numpy==2.5.5",
# ]
# ///
import lxml
"""

#: By a word for the format: the name of a file of it, and its text.
SAMPLES = {
    "requirements": ("requirements.txt", REQUIREMENTS),
    "pep621": ("pyproject.toml", PEP621),
    "dependency-groups": ("pyproject.toml", GROUPS),
    "poetry": ("pyproject.toml", POETRY_PROJECT),
    "pdm": ("pyproject.toml", PDM_PROJECT),
    "uv.lock": ("uv.lock", UV_LOCK),
    "poetry.lock": ("poetry.lock", POETRY_LOCK),
    "pdm.lock": ("pdm.lock", PDM_LOCK),
    "pylock": ("pylock.toml", PYLOCK),
    "Pipfile": ("Pipfile", PIPFILE),
    "Pipfile.lock": ("Pipfile.lock", PIPFILE_LOCK),
    "environment.yml": ("environment.yml", ENVIRONMENT),
    "pixi.lock": ("pixi.lock", PIXI_LOCK),
    "setup.cfg": ("setup.cfg", SETUP_CFG),
    "script": ("script.py", SCRIPT),
}
