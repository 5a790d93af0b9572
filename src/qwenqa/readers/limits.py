"""What a process may take: what is set, or what the system allows where that is less."""

from __future__ import annotations

try:
    import resource
except ImportError:  # Windows has no such limits: there the wall clock alone bounds a reader
    resource = None  # type: ignore[assignment]

_MIB = 2**20
_NONE = 2**63


def limit_memory(memory_mib: int) -> None:
    """Let this process have so much memory, and leave no core behind when it dies."""
    if resource is not None:
        limit = min(memory_mib * _MIB, _allowed("RLIMIT_AS"))
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def allow_cpu(seconds: int) -> None:
    """Let this process compute for so many seconds more; then the system ends it."""
    if resource is not None:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        limit = int(usage.ru_utime + usage.ru_stime) + seconds + 1
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (min(limit, _allowed("RLIMIT_CPU")), hard))


def lower(memory_mib: int, cpu_seconds: int) -> str:
    """The system's limits that are below those set, as a clause that says what to do, or empty."""
    limits = (
        ("RLIMIT_AS", _MIB, memory_mib, "MiB of memory (ulimit -v)"),
        ("RLIMIT_DATA", _MIB, memory_mib, "MiB of data (ulimit -d)"),
        ("RLIMIT_CPU", 1, cpu_seconds, "seconds of computing (ulimit -t)"),
    )
    named = [
        f"{_allowed(name) // unit:,} {what}"
        for name, unit, needed, what in limits
        if _allowed(name) // unit < needed
    ]
    if not named:
        return ""
    return f"the system allows a process only {' and '.join(named)}; raise that and build again"


def _allowed(name: str) -> int:
    """A hard limit of the system, beyond all that is asked for where there is none."""
    if resource is None:
        return _NONE
    hard = resource.getrlimit(getattr(resource, name))[1]
    return _NONE if hard == resource.RLIM_INFINITY else hard
