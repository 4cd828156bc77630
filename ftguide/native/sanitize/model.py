"""What is run under which sanitizer, and what must come out of it. Pure records."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from ftguide.ground.vocabulary import ExpectedError
from ftguide.interpreters.model import Sanitizer
from ftguide.native.sanitize.reports import SanitizerReport

#: The extension's one source file, in `before` and in `after`.
SOURCE = "racy.c"


class SanitizeError(ExpectedError):
    """The reproduction cannot be made; the message says what is missing."""


class Variant(StrEnum):
    """Which of the two extensions, and how."""

    BEFORE = "before"  #: with the bugs, the GIL off
    BEFORE_GIL_ON = "before-gil-on"  #: with the bugs, on the same build with its GIL switched on
    SUPPRESSED = "before-suppressed"  #: with the bugs, and a suppression file
    AFTER = "after"  #: without the bugs, the GIL off

    @property
    def folder(self) -> str:
        """The source folder below `examples/sanitizer`."""
        return "after" if self is Variant.AFTER else "before"


#: The planted bugs, in the order of the page, and the C function that each report must name.
CASES = {
    "static-cache": "sum_to",
    "borrowed-reference": "first_of",
    "refcount-test": "track_step",
    "unlocked-struct": "meter_add",
    "lifetime": "visit",
}
#: The one that is not a race: every access is ordered, and the memory is gone all the same.
LIFETIME = "lifetime"
#: The one that `suppressions.txt` names.
SUPPRESSED_CASE = "unlocked-struct"

#: Races show by chance: the buggy extension may try this often, the fixed one must pass as often.
ATTEMPTS = {
    Variant.BEFORE: 25,
    Variant.BEFORE_GIL_ON: 3,
    Variant.SUPPRESSED: 3,
    Variant.AFTER: 5,
}


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One case under one sanitizer."""

    case: str
    sanitizer: Sanitizer
    variant: Variant

    @property
    def expects_reports(self) -> bool:
        """Whether the sanitizer must say something."""
        if self.variant is not Variant.BEFORE:
            return False
        return (self.case == LIFETIME) is (self.sanitizer is Sanitizer.ADDRESS)

    @property
    def name(self) -> str:
        """The name of its files."""
        return f"{self.sanitizer}-{self.variant}-{self.case}"


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What the runs of a job reported; `reports` counts those of the run that is kept."""

    job: Job
    runs: int
    reports: int
    functions: tuple[str, ...]  #: functions of the extension that the reports name, sorted
    #: Reports in which the extension does not occur: what a bug did to an object shows elsewhere.
    foreign: int
    printed: str  #: the last line of standard output, CASE: ANSWER
    error: str = ""  #: the run itself failed: exit status and last words

    @property
    def answer(self) -> str:
        """What the race did to the answer, empty where the run printed none."""
        return self.printed.removeprefix(f"{self.job.case}: ")

    @property
    def as_expected(self) -> bool:
        """Whether the reports came where they must, and nowhere else."""
        if self.error:
            return False
        if self.job.expects_reports:
            return CASES[self.job.case] in self.functions
        return self.reports == 0


class Ran(msgspec.Struct, frozen=True, kw_only=True):
    """A job's outcome and the reports of the run that is kept."""

    outcome: Outcome
    reports: tuple[SanitizerReport, ...]


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """A whole reproduction: what `summary.json` holds."""

    schema: int = 1
    recorded: str  #: date, YYYY-MM-DD
    thread_python: str  #: version of the build with ThreadSanitizer
    address_python: str  #: version of the ordinary free-threaded build that AddressSanitizer ran on
    compiler: str
    build_seconds: float  #: what the ThreadSanitizer build took where it was made
    seconds: float  #: what compiling and running all jobs took
    outcomes: tuple[Outcome, ...]


def jobs() -> tuple[Job, ...]:
    """Return all jobs in the order in which they run."""
    planned = [
        Job(case=case, sanitizer=Sanitizer.THREAD, variant=variant)
        for case in CASES
        for variant in Variant
        if variant is not Variant.SUPPRESSED or case == SUPPRESSED_CASE
    ]
    planned += [
        Job(case=case, sanitizer=Sanitizer.ADDRESS, variant=variant)
        for case in CASES
        for variant in (Variant.BEFORE, Variant.AFTER)
    ]
    return tuple(planned)
