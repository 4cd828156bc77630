"""The page for contributors states the bounds that `accept` applies, and the parts that its command takes."""

import pytest

from ftguide.cli.accept import parts
from ftguide.ground import bounds, parcel
from ftguide.ground.files import ROOT
from ftguide.outcomes import submission as outcomes
from ftguide.suite.record import limits
from ftguide.tracker import submission as tracker

PAGE = (ROOT / "source/contributing-a-run.md").read_text(encoding="utf-8")
TABLE = PAGE.partition("(contributing-bounds)=")[2].partition("### Runs from macOS")[0]


def exponent(number: float) -> str:
    """Return the exponent of a power of ten or two, in the digits that stand above a line."""
    base, power = (2, int(number).bit_length() - 1) if number % 10 else (10, len(str(number)) - 1)
    assert base**power == number
    return f"{base}{str(power).translate(str.maketrans('0123456789', '⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


@pytest.mark.parametrize(
    "told",
    [
        f"0 s to {bounds.MOST_SECONDS / 86_400:g} days",
        f"at least {bounds.LEAST_NANOSECONDS:g} ns",
        f"1 to {bounds.MOST_CPUS:,}, numbered",
        f"1 to {exponent(bounds.MOST_MEMORY)}",
        f"{bounds.MOST_CHARACTERS:,} characters; {10 * bounds.MOST_CHARACTERS:,} in the stacks",
        f"{outcomes.MOST_NAME} in the name of an outcome",
        f"up to {exponent(outcomes.MOST_SAMPLES)};",
        f"0 to {exponent(tracker.MOST_COUNT)}",
        f"at most {limits.MOST_COUNT:,} blocks, at most {limits.MOST_ROUNDS:,} rounds",
        f"| {parcel.MOST_BYTES / 2**20:g} MiB |",
    ],
)
def test_the_page_states_the_bounds_of_the_code(told):
    assert told in TABLE


def test_the_page_names_the_parts_that_its_command_expects():
    quoted = PAGE.partition('--expect "')[2].partition('"')[0]
    *most, last = parts(quoted)
    assert f"{', '.join(f'`{name}`' for name in most)} and `{last}`" in PAGE
