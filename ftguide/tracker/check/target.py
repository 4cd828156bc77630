"""What a dependency is checked for: a line on a platform, with the words that markers ask about. Pure."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from packaging.markers import Marker, UndefinedEnvironmentName
from packaging.specifiers import SpecifierSet

_SYSTEMS = {"win": ("win32", "Windows", "nt"), "macosx": ("darwin", "Darwin", "posix")}
_WINDOWS_MACHINES = {"amd64": "AMD64", "arm64": "ARM64", "": "x86"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The free-threaded build of a line, on a platform."""

    line: str  #: "3.14t"
    platform: str  #: of `artifacts.ALL_PLATFORMS`

    @property
    def version(self) -> str:
        """The line without its build."""
        return self.line.removesuffix("t")

    def holds(
        self,
        marker: Marker | None,
        *,
        extras: AbstractSet[str] = frozenset(),
        groups: AbstractSet[str] = frozenset(),
    ) -> bool:
        """Evaluate a marker for this target, not for the interpreter that evaluates it."""
        if marker is None:
            return True
        environment: dict[str, str | AbstractSet[str]] = {
            **self._words(),
            "extras": frozenset(extras),
            "dependency_groups": frozenset(groups),
        }
        try:
            return marker.evaluate(environment, context="lock_file")
        except (ValueError, UndefinedEnvironmentName):  # no such comparison, or no such word
            return True  # nobody can tell: rather look than leave it out

    def runs(self, requires_python: str) -> bool:
        """Say whether a `Requires-Python` accepts the line, in its first or in a late release."""
        try:
            accepted = SpecifierSet(requires_python)
            return any(accepted.contains(f"{self.version}.{patch}") for patch in (0, 99))
        except ValueError:
            return True  # installers ignore it, too

    def _words(self) -> dict[str, str]:
        system, _, machine = self.platform.partition("_")
        if system.startswith("win"):
            system, machine = "win", _WINDOWS_MACHINES.get(machine, machine)
        sys_platform, platform_system, os_name = _SYSTEMS.get(system, ("linux", "Linux", "posix"))
        return {
            "implementation_name": "cpython",
            "implementation_version": f"{self.version}.0",
            "os_name": os_name,
            "platform_machine": machine,
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": platform_system,
            "platform_version": "",
            "python_full_version": f"{self.version}.0",
            "python_version": self.version,
            "sys_platform": sys_platform,
            "extra": "",
        }
