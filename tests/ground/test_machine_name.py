"""What a machine may be called: a folder of that name has to be possible on every system."""

import pytest

from ftguide.ground.machine import MACHINE_NAME


@pytest.mark.parametrize(
    "name",
    ["xeon-2vcpu-kvm", "m3.pro", "a", "console", "com", "com10", "lpt-1", "nul-machine", "local"],
)
def test_a_name_that_is_possible_everywhere(name):
    assert MACHINE_NAME.fullmatch(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "con",
        "nul.xeon",
        "com1",
        "lpt9",
        "aux",
        "prn",
        "xeon.",
        "Xeon",
        "-x",
        ".x",
        "x y",
        "a/b",
        "..",
        "x\n",
        "xeon ",
    ],
)
def test_a_name_that_is_not(name):
    assert not MACHINE_NAME.fullmatch(name)
