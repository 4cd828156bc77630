"""Port a published package in steps, race every state of it, and store what was seen.

    python examples/real-ports/run.py emoji --gil python3.14 --ft python3.14t

Downloads the source distribution by name, version and hash, and applies our patches one after the other
to a copy in a temporary directory. Each state is raced in fresh processes on both builds, and the package's
own tests run on it too. Writes `report.json` and the texts that the page includes into the
folder of the port; `--runs 5 --into DIRECTORY` tries it without touching those.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent
PORTS = {
    "emoji": {
        "requirement": "emoji==2.16.0",
        "archive": "emoji-2.16.0.tar.gz",
        "sha256": "ff9e9b1c48389ef78ed1787e7693c555e84e6bb9bac16be1fd65e1616dbf80c8",
        "licence": "BSD-3-Clause",
    }
}
UNPORTED = {
    "emoji": ("emoji/tokenizer.py", "    if not _SEARCH_TREE:")
}  # what the page shows of it
RACE_SECONDS = 60  # a run takes a fifth of a second; one that takes this long hangs


def download(port, target):
    """Fetch the archive with pip, which compares the hash, and unpack it; its directory."""
    wanted = target / "wanted.txt"
    wanted.write_text(f"{port['requirement']} --hash=sha256:{port['sha256']}\n", encoding="utf-8")
    if shutil.which("git") is None:
        sys.exit("git: not found. The patches are applied with it; install it.")
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:"]
    subprocess.run([*command, "--require-hashes", "-r", wanted, "-d", target], check=True)
    archive = target / port["archive"]
    if hashlib.sha256(archive.read_bytes()).hexdigest() != port["sha256"]:
        sys.exit(
            f"{archive}: not the file whose SHA-256 is {port['sha256']}; delete it and run this again"
        )
    with tarfile.open(archive) as packed:
        if hasattr(tarfile, "data_filter"):
            packed.extractall(target / "before", filter="data")
        else:  # 3.11.2, for instance; the hash says that the archive is the one we looked at
            packed.extractall(target / "before")  # noqa: S202
    return target / "before" / port["archive"].removesuffix(".tar.gz")


def states(before, patches, target):
    """The sources before the port and after each step, in order, by name."""
    made = {"before": before}
    source = before
    for patch in patches:
        step = target / patch.stem
        subprocess.run(["cp", "-r", source, step], check=True)
        subprocess.run(
            ["git", "-C", step, "apply", patch.resolve()], check=True, env=outside_git(target)
        )
        made[patch.stem] = source = step
    return made


def outside_git(target):
    """An environment in which git does not take a repository around the temporary directory for ours."""
    return {**os.environ, "GIT_CEILING_DIRECTORIES": str(target.resolve())}


def shared_state(source, package):
    """Lines that bind what threads can share, as the command on the page prints them."""
    command = [sys.executable, HERE / "shared_state.py", package]
    done = subprocess.run(command, check=True, cwd=source, capture_output=True, encoding="utf-8")
    return done.stdout.splitlines()


def last_lines(file, first):
    """The lines of the file from the only one that reads `first` to its end."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return "\n".join(lines[lines.index(first) :]) + "\n"


def race(python, source, script, runs):
    """Run the script in `runs` fresh processes, one at a time."""
    answers, seconds, failed, example = [], [], 0, ""
    for _ in range(runs):
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(source)}
        done = subprocess.run(
            [python, "-B", script],
            check=False,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            timeout=RACE_SECONDS,
        )
        if done.returncode not in {0, 1} or not done.stdout:
            sys.exit(f"{script} on {python} ended with {done.returncode}:\n{done.stderr}")
        seen = json.loads(done.stdout)
        failed += done.returncode
        if done.returncode and not example:
            example = done.stdout.strip()
        answers += seen["wrong"]
        seconds.append(seen["first_cpu_seconds"])
    return {
        "runs": runs,
        "failed": failed,
        "wrong_answers": {answer: answers.count(answer) for answer in sorted(set(answers))},
        "first_cpu_ms_median": round(statistics.median(seconds) * 1000, 1),
        "first_failure": example,
    }


def upper_bound(runs):
    """Largest rate that no failure in `runs` leaves possible: Clopper-Pearson, one-sided, at 95 %."""
    return 1 - 0.05 ** (1 / runs)


def own_tests(python, source, pytest_path):
    """The package's own tests on this source, with its own settings; pytest's last line, without its time."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": pytest_path}
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = (
        "1"  # what else is beside pytest is not the package's
    )
    done = subprocess.run(
        [python, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        check=False,
        cwd=source,
        env=environment,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.exit(f"the tests of {source} fail on {python}:\n{done.stdout}{done.stderr}")
    return re.sub(r" in [\d.]+s.*", "", done.stdout.strip().splitlines()[-1])


def version(python):
    """What the interpreter calls itself, such as 3.14.7t."""
    code = "import sys,platform as p;print(p.python_version()+'t'*(not sys._is_gil_enabled()))"
    if shutil.which(python) is None:
        sys.exit(f"{python}: not found. Install it as source/installing.md says, or give its path.")
    return subprocess.run(
        [python, "-c", code], check=True, capture_output=True, text=True
    ).stdout.strip()


def beside(module):
    """The folder that a module of the project's environment is installed in."""
    found = find_spec(module)
    if found is None or found.origin is None:
        sys.exit(
            f"{sys.executable} has no {module}. Use .venv/bin/python, which the commands of README.md make."
        )
    return str(Path(found.origin).parents[1])


def table(report):
    """The counts as the page shows them."""
    lines = [f"{'state':28} {'build':9} {'failed':>14}   {'at most':>8} {'CPU, first calls':>17}"]
    for state, builds in report["races"].items():
        for build, seen in builds.items():
            bound = f"{upper_bound(seen['runs']):.1%}" if seen["failed"] == 0 else ""
            counted = f"{seen['failed']} of {seen['runs']}"
            cpu = f"{seen['first_cpu_ms_median']:.1f} ms"
            lines.append(f"{state:28} {build:9} {counted:>14}   {bound:>8} {cpu:>17}")
    return "\n".join(lines) + "\n"


def tested(report):
    """What the package's own tests said of each state, on each build."""
    lines = [
        f"{state:28} {build:9} {said}"
        for state, builds in report["own_tests"].items()
        for build, said in builds.items()
    ]
    return "\n".join(lines) + "\n"


def wrong_answers(seen, most=5):
    """The commonest wrong answers of one state, with how many threads got them."""
    common = sorted(seen["wrong_answers"].items(), key=lambda item: (-item[1], item[0]))
    lines = [f"{count:5}  {answer}" for answer, count in common[:most]]
    rest = len(common) - most
    return "\n".join([*lines, f"       and {rest} more"] if rest > 0 else lines) + "\n"


def parsed(description, ports, *, runs, per):
    """What somebody asked for, with the parser that refuses what is wrong with it."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("name", choices=ports)
    parser.add_argument("--gil", default="python3.14", help="the GIL-enabled interpreter")
    parser.add_argument("--ft", default="python3.14t", help="the free-threaded interpreter")
    parser.add_argument("--runs", type=int, default=runs, help=f"processes per {per}")
    parser.add_argument(
        "--into", type=Path, help="where to write, instead of the folder of the port"
    )
    options = parser.parse_args()
    if options.runs < 1:
        parser.error(f"--runs {options.runs}: at least one run")
    return options, parser


def main():
    options, _ = parsed(
        "Port a published package in steps and race each state.",
        PORTS,
        runs=200,
        per="state and build",
    )
    pytest_path = beside("pytest")
    pythons = {version(python): python for python in (options.gil, options.ft)}
    port, folder = PORTS[options.name], HERE / options.name
    into = options.into or folder
    with tempfile.TemporaryDirectory() as directory:
        target = Path(directory)
        made = states(download(port, target), sorted(folder.glob("*.patch")), target)
        races = {
            state: {
                name: race(python, source, folder / "race.py", options.runs)
                for name, python in pythons.items()
            }
            for state, source in made.items()
        }
        tests = {
            state: {
                name: own_tests(python, source, pytest_path) for name, python in pythons.items()
            }
            for state, source in made.items()
        }
        state = shared_state(made["before"], options.name)
        file, first = UNPORTED[options.name]
        unported = last_lines(made["before"] / file, first)
    report = {"port": port, "races": races, "own_tests": tests}
    into.mkdir(parents=True, exist_ok=True)
    (into / "report.json").write_text(
        json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    (into / "races.txt").write_text(table(report), encoding="utf-8")
    (into / "shared-state.txt").write_text("\n".join(state) + "\n", encoding="utf-8")
    (into / "wrong.txt").write_text(
        wrong_answers(races["before"][version(options.ft)]), encoding="utf-8"
    )
    (into / "one-run.txt").write_text(
        races["before"][version(options.ft)]["first_failure"] + "\n", encoding="utf-8"
    )
    (into / "before.txt").write_text(unported, encoding="utf-8")
    (into / "tests.txt").write_text(tested(report), encoding="utf-8")
    print((into / "races.txt").read_text(encoding="utf-8"), end="")


if __name__ == "__main__":
    main()
