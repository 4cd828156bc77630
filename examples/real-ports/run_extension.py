"""Port a published C extension in steps, race every state of it, and store what was seen.

    python examples/real-ports/run_extension.py lru-dict --gil python3.14 --ft python3.14t

As `run.py`, from which the downloading and patching come. Each state is built into a wheel with pip for
both builds, and raced in fresh processes: with the GIL forced off on the free-threaded build, because the
package turns it on until the last step. How a process ended counts. Writes `report.json` and the texts that
the page includes into the folder of the port; `--runs 5 --into DIRECTORY` tries it without touching those.
"""

import json
import math
import os
import re
import signal
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from run import HERE, beside, download, parsed, states, upper_bound, version

ROOT = HERE.parents[1]
sys.path.append(str(ROOT))

from ftguide.ground.machine import Platform, describe  # noqa: E402 - the checkout is not installed
from ftguide.statistics.estimates import ratio_interval  # noqa: E402 - the same

PORTS = {
    "lru-dict": {
        "requirement": "lru-dict==1.4.1",
        "archive": "lru_dict-1.4.1.tar.gz",
        "sha256": "cc518ff2d38cc7a8ab56f9a6ae557f91e2e1524b57ed8e598e97f45a2bd708fc",
        "licence": "MIT",
        "module": "lru",
        "tests": "test/test_lru.py",
        "races": ["plain", "keys-that-wait", "shared-dict"],
    }
}
RACE_SECONDS = (
    30  # a run takes about half a second; a list that leads in a circle is never at its end
)
GIL_ENABLED = "import sys, {module}; print('sys._is_gil_enabled() =', sys._is_gil_enabled())"
PAIRS = 15


def build(python, source, target):
    """Build a wheel as `pip install` of the source distribution would, and unpack it; its file name."""
    pip = [python, "-m", "pip", "--disable-pip-version-check"]
    quiet = {**os.environ, "PIP_ROOT_USER_ACTION": "ignore"}
    wheels = target.with_name(target.name + "-wheels")
    subprocess.run([*pip, "wheel", "-q", "--no-deps", "-w", wheels, source], check=True, env=quiet)
    [wheel] = wheels.glob("*.whl")
    subprocess.run(
        [*pip, "install", "-q", "--no-deps", "--target", target, wheel], check=True, env=quiet
    )
    return wheel.name


def environment(site, gil=None):
    """Of a process that imports from `site`; `gil` is what PYTHON_GIL says, if anything."""
    own = {"PATH": os.environ["PATH"], "PYTHONPATH": str(site), "PYTHONUTF8": "1"}
    return own if gil is None else {**own, "PYTHON_GIL": gil}


def forced(name):
    """What PYTHON_GIL has to say in a race on this build: only the free-threaded one can be without."""
    return "0" if name.endswith("t") else None


def importing(python, site, module):
    """What an import without any option says on stderr, and whether the GIL is enabled afterwards."""
    done = subprocess.run(
        [python, "-B", "-c", GIL_ENABLED.format(module=module)],
        check=True,
        env=environment(site),
        capture_output=True,
        text=True,
    )
    return re.sub(r"^<frozen importlib._bootstrap>:\d+: ", "", done.stderr + done.stdout)


def ending(done):
    """How a process of a race ended: "right", "wrong", or the signal that killed it."""
    if done.returncode < 0:
        return signal.Signals(-done.returncode).name
    if done.returncode > 1 or not done.stdout:
        sys.exit(f"{done.args} ended with {done.returncode}:\n{done.stderr}")
    return "wrong" if done.returncode else "right"


def race(python, site, script, name, gil, runs):
    """Run one race of the script in `runs` fresh processes, one at a time; how they ended."""
    endings, wrong = {}, {}
    for _ in range(runs):
        try:
            done = subprocess.run(
                [python, "-B", script, name],
                check=False,
                env=environment(site, gil),
                capture_output=True,
                text=True,
                timeout=RACE_SECONDS,
            )
        except subprocess.TimeoutExpired:
            ended = "hung"
        else:
            ended = ending(done)
            for answer in json.loads(done.stdout)["wrong"] if ended == "wrong" else ():
                wrong[answer] = wrong.get(answer, 0) + 1
        endings[ended] = endings.get(ended, 0) + 1
    failed = runs - endings.get("right", 0)
    return {"runs": runs, "failed": failed, "endings": endings, "wrong_answers": wrong}


def own_tests(python, site, file, gil):
    """The package's own tests on this state; the last lines of unittest, without the time."""
    done = subprocess.run(
        [python, "-B", "-m", "unittest", file.name],
        check=False,
        cwd=file.parent,
        env=environment(site, gil),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.exit(f"{file} fails on {python}:\n{done.stderr}")
    ran, ok = re.findall(r"^(Ran \d+ tests|OK.*)", done.stderr, re.MULTILINE)
    return f"{ran}: {ok}"


def audit(source):
    """What our audit says about the sources."""
    command = [sys.executable, "-m", "ftguide", "audit", source]
    done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)
    if not done.stdout.startswith("audit:"):
        sys.exit(f"the audit of {source} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout


def seconds(python, site, script, gil):
    """CPU seconds of one thread for each operation of the script, in one process."""
    done = subprocess.run(
        [python, "-B", script],
        check=True,
        env=environment(site, gil),
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout)


def cost(python, sites, script, gil):
    """Ratios of one thread's CPU time, last state over first: by operation, over pairs of processes."""
    logs = {}
    for number in range(PAIRS):
        order = sites if number % 2 else sites[::-1]  # who comes first alternates
        timed = {site: seconds(python, site, script, gil) for site in order}
        for operation, after in timed[sites[1]].items():
            logs.setdefault(operation, []).append(math.log(after / timed[sites[0]][operation]))
    estimates = {operation: ratio_interval(values) for operation, values in logs.items()}
    return {
        operation: {"ratio": one.ratio, "low": one.low, "high": one.high, "pairs": one.k}
        for operation, one in estimates.items()
    }


def ended(seen):
    """How the failed runs ended, the most frequent first."""
    failed = [(name, count) for name, count in seen["endings"].items() if name != "right"]
    return ", ".join(
        f"{count} {name}" for name, count in sorted(failed, key=lambda one: (-one[1], one[0]))
    )


def race_table(report):
    """The counts as the page shows them."""
    lines = [f"{'state':27} {'race':15} {'build':8} {'failed':>10}  {'at most':>7}  how"]
    for state, races in report["races"].items():
        for name, builds in races.items():
            for build_name, seen in builds.items():
                bound = f"{upper_bound(seen['runs']):.1%}" if seen["failed"] == 0 else ""
                counted = f"{seen['failed']} of {seen['runs']}"
                line = (
                    f"{state:27} {name:15} {build_name:8} {counted:>10}  {bound:>7}  {ended(seen)}"
                )
                lines.append(line.rstrip())
    return "\n".join(lines) + "\n"


def wrong_answers(report, state, build_name, most=6):
    """Wrong answers of one state on one build, the most frequent first."""
    counts = {}
    for builds in report["races"][state].values():
        for answer, count in builds[build_name]["wrong_answers"].items():
            kind = re.sub(r"\d+", "N", answer)
            counts[kind] = counts.get(kind, 0) + count
    common = sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:most]
    return "".join(f"{count:5}  {answer}\n" for answer, count in common)


def test_table(report):
    """What the package's own tests said of each state, on each build."""
    return "".join(
        f"{state:27} {build_name:8} {said}\n"
        for state, builds in report["own_tests"].items()
        for build_name, said in builds.items()
    )


def cost_table(report):
    """The ratios as the page shows them."""
    lines = [f"{'build':8} {'operation':16} {'ratio':>6}   95 % interval"]
    for build_name, operations in report["cost"].items():
        for operation, one in operations.items():
            interval = f"{one['low']:.2f} to {one['high']:.2f}"
            lines.append(f"{build_name:8} {operation:16} {one['ratio']:6.2f}   {interval}")
    return "\n".join(lines) + "\n"


def texts(report):
    """The files that the page includes, by name."""
    first, *_, last = report["races"]
    [free_threaded] = [name for name in report["wheels"] if name.endswith("t")]
    return {
        "import-before.txt": report["imports"][first],
        "import-after.txt": report["imports"][last],
        "audit-before.txt": report["audits"][first],
        "audit-after.txt": report["audits"][last],
        "races.txt": race_table(report),
        "wrong.txt": wrong_answers(report, first, free_threaded),
        "tests.txt": test_table(report),
        "wheels.txt": "".join(f"{name}\n" for name in report["wheels"].values()),
        "cost.txt": cost_table(report),
    }


def seen():
    """When and on what processor: rates of races and ratios of times are of both."""
    machine = describe(Platform())
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "cpu_model": machine.cpu_model,
        "cpus": machine.cpus,
    }


def observe(port, folder, pythons, runs, target):
    """Build, race, test, audit and time all states below `target`; the report."""
    made = states(download(port, target), sorted(folder.glob("*.patch")), target)
    sites = {(state, name): target / f"{state}-{name}" for state in made for name in pythons}
    wheels = {}
    for (state, name), site in sites.items():
        wheels[name] = build(pythons[name], made[state], site)
    [free_threaded] = [name for name in pythons if name.endswith("t")]
    ends = [next(iter(made)), list(made)[-1]]
    return {
        "port": port,
        "seen": seen(),
        "wheels": wheels,
        "imports": {
            state: importing(pythons[free_threaded], sites[state, free_threaded], port["module"])
            for state in made
        },
        "audits": {state: audit(source) for state, source in made.items()},
        "own_tests": {
            state: {
                name: own_tests(python, sites[state, name], source / port["tests"], forced(name))
                for name, python in pythons.items()
            }
            for state, source in made.items()
        },
        "cost": {
            name: cost(
                python, [sites[state, name] for state in ends], folder / "cost.py", forced(name)
            )
            for name, python in pythons.items()
        },
        "races": {
            state: {
                one: {
                    name: race(
                        python, sites[state, name], folder / "race.py", one, forced(name), runs
                    )
                    for name, python in pythons.items()
                }
                for one in port["races"]
            }
            for state in made
        },
    }


def main():
    options, parser = parsed(
        "Port a published extension in steps and race each state.",
        PORTS,
        runs=40,
        per="state, race and build",
    )
    beside("rich")  # the audit prints with it
    pythons = {version(python): python for python in (options.gil, options.ft)}
    if [name.endswith("t") for name in pythons] != [False, True]:
        parser.error(f"--gil and --ft are {', '.join(pythons)}: one build of each kind is needed")
    folder = HERE / options.name
    with tempfile.TemporaryDirectory() as directory:
        report = observe(PORTS[options.name], folder, pythons, options.runs, Path(directory))
    into = options.into or folder
    into.mkdir(parents=True, exist_ok=True)
    for name, text in {"report.json": json.dumps(report, indent=1) + "\n", **texts(report)}.items():
        (into / name).write_text(text, encoding="utf-8")
    print(race_table(report), end="")


if __name__ == "__main__":
    main()
