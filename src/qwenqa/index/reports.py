"""The report that is kept with each complete generation."""

from __future__ import annotations

from pathlib import Path

from qwenqa.errors import DamagedError, NoGenerationError
from qwenqa.index.header import (
    REPORT,
    Header,
    decode,
    folder_of,
    numbers,
    read_header,
    those_kept,
    verify_files,
)
from qwenqa.types import BuildReport


def read_report(index: Path, number: int) -> BuildReport:
    """What the build of a generation changed.

    Raises NoGenerationError when there is no such generation or it is not complete, DamagedError
    when its report is damaged.
    """
    if number not in numbers(index):
        raise NoGenerationError(f"There is no generation {number} in {index}. {those_kept(index)}")
    header = read_header(index, number)
    if header.kind != "complete":
        raise NoGenerationError(
            f"Generation {number} is not complete: it was published while its passages were "
            f"still being encoded, and has no report. {those_kept(index)}"
        )
    return report_in(folder_of(index, number), header)


def report_in(folder: Path, header: Header) -> BuildReport:
    """The report of a complete generation by its folder and header; raises DamagedError."""
    path = folder / REPORT
    verify_files(folder, {REPORT: header.files[REPORT]})
    try:
        return decode(path.read_bytes(), BuildReport, path)
    except OSError as error:
        raise DamagedError(f"{path} cannot be read ({error.strerror}).") from error
