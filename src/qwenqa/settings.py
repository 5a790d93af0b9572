"""What can be set, its defaults, and the environment variables that set it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from qwenqa.errors import SettingsError
from qwenqa.types import PRECISIONS

MAX_QUESTION_CHARACTERS = 10_000
_PREFIX = "QWENQA_"
_HOST = re.compile(r"(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]+\]")
_ROOT = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+")
_YES, _NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the documents and the index are, and how they are read and served.

    Each can be set by an environment variable of its name in capitals after ``QWENQA_``, such
    as ``QWENQA_CORPUS``. ``model`` empty means: the index's own, else the default one;
    ``dimension`` (0) and ``precision`` (empty) too, else all dimensions and "fp32". ``reranker``
    is a model, by Hub name or path, that orders the best passages of an answer; empty is none.
    ``level`` is the confidence, from 0 to 1, from which hits are said to answer.
    ``passage_tokens`` bounds a passage's length together with the model's own limit. Reading one
    source may take ``read_memory_mib`` MiB of memory, ``read_cpu_seconds`` of a processor and
    ``read_wall_seconds`` of the clock; ``read_processes`` sources are read at once.
    ``ocr`` names the languages, as Tesseract does ("eng+deu"), in which scanned pages of PDFs are
    recognised; empty is not at all. ``keep_generations`` of the index are kept, the serving one
    among them, and beyond that those younger than ``keep_days``.
    ``users`` is the file of those who may use the served page; empty is everybody who reaches it,
    which beyond this machine must be said twice (``open`` is 2). ``allowed_hosts`` are further
    names, with commas between, by which browsers may call it. ``proxies`` are the addresses or
    networks, with commas between, of the proxies that are believed about who asks;
    ``root_path`` is the path, such as "/qa", under which they serve the page. With
    ``allow_upload`` people add files of at most ``upload_mib`` MiB by way of the page,
    ``upload_total_mib`` in all.
    """

    corpus: Path = Path("corpus")
    index: Path = Path("index")
    model: str = ""
    dimension: int = 0
    precision: str = ""
    reranker: str = ""
    level: float = 0.3
    device: str = "cpu"
    passage_tokens: int = 256
    host: str = "127.0.0.1"
    port: int = 7860
    read_memory_mib: int = 2048
    read_cpu_seconds: int = 120
    read_wall_seconds: int = 180
    read_processes: int = os.cpu_count() or 1
    ocr: str = ""
    keep_generations: int = 3
    keep_days: float = 0.0
    users: str = ""
    open: int = 0
    allowed_hosts: str = ""
    proxies: str = ""
    root_path: str = ""
    allow_upload: bool = False
    upload_mib: int = 50
    upload_total_mib: int = 1000

    def __post_init__(self) -> None:
        """Raise SettingsError for a value that cannot be used."""
        if not 0 <= self.port <= 65535:
            raise SettingsError(f"The port {self.port} is not between 0 and 65535; choose another.")
        if self.dimension < 0:
            raise SettingsError(f"The dimension is {self.dimension}; set 1 or more, 0 for all.")
        if self.precision not in ("", *PRECISIONS):
            raise SettingsError(
                f"The precision is {self.precision!r}; it can be {', '.join(PRECISIONS)}."
            )
        if not 0 <= self.level <= 1:
            raise SettingsError(f"The level is {self.level:g}; set a confidence from 0 to 1.")
        if self.passage_tokens < 16:
            raise SettingsError(
                f"Passages of {self.passage_tokens} tokens are too short; set at least 16."
            )
        if self.keep_generations < 1 or self.keep_days < 0:
            raise SettingsError(
                f"keep_generations is {self.keep_generations} and keep_days {self.keep_days:g}; "
                "keep at least 1 generation, and 0 days or more."
            )
        for name in self.hosts:
            if not _HOST.fullmatch(name):
                raise SettingsError(
                    f"The host {name[:80]!r} cannot be allowed; give a name such as docs.example, "
                    "without a scheme, port or path."
                )
        for address in self.trusted_proxies:
            _checked_proxy(address)
        if self.root_path and not _ROOT.fullmatch(self.root_path):
            raise SettingsError(
                f"The path {self.root_path[:80]!r} cannot be served under; give one such as /qa, "
                "without a slash at its end."
            )
        bounded = [
            field.name for field in fields(self) if field.name.startswith(("read_", "upload_"))
        ]
        for name in bounded:
            if getattr(self, name) < 1:
                raise SettingsError(f"{name} is {getattr(self, name)}; set at least 1.")

    @property
    def hosts(self) -> tuple[str, ...]:
        """The further names by which browsers may call the page, in small letters."""
        return _listed(self.allowed_hosts.lower())

    @property
    def trusted_proxies(self) -> tuple[str, ...]:
        """The addresses and networks of the proxies that are believed."""
        return _listed(self.proxies)


def _listed(text: str) -> tuple[str, ...]:
    """What stands between commas."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _checked_proxy(address: str) -> None:
    try:
        ip_network(address, strict=False)
    except ValueError as error:
        raise SettingsError(
            f"The proxy {address[:80]!r} is no address; give one such as 127.0.0.1, or a network "
            "such as 10.0.0.0/8."
        ) from error


def load(named: Mapping[str, Any], environment: Mapping[str, str] = os.environ) -> Settings:
    """Settings from what was given (None means not given), else the environment, else defaults.

    Raises SettingsError naming the variable or value that cannot be used.
    """
    values: dict[str, Any] = {}
    for field in fields(Settings):
        variable = _PREFIX + field.name.upper()
        if named.get(field.name) is not None:
            values[field.name] = _converted(field.name, named[field.name], field.name)
        elif environment.get(variable):
            values[field.name] = _converted(field.name, environment[variable], variable)
    return replace(Settings(), **values)


def _converted(name: str, value: Any, shown: str) -> Any:
    kind = type(getattr(Settings(), name))
    if kind is bool:
        return _yes_or_no(value, shown)
    try:
        return kind(value)
    except (TypeError, ValueError) as error:
        named = {int: "a whole number", float: "a number"}.get(kind, "a path or name")
        raise SettingsError(f"{shown} is {value!r}, but must be {named}.") from error


def _yes_or_no(value: Any, shown: str) -> bool:
    if str(value).strip().lower() not in _YES + _NO:
        raise SettingsError(f"{shown} is {value!r}, but must be yes or no.")
    return str(value).strip().lower() in _YES
