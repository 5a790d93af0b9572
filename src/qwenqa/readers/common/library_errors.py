"""What libraries raise on damaged bytes, besides errors of their own."""

from __future__ import annotations

import struct
import zlib

FAULTS = (
    ArithmeticError, AssertionError, AttributeError, BufferError, EOFError, LookupError,
    OSError, RuntimeError, StopIteration, SyntaxError, TypeError, ValueError, Warning,
    struct.error, zlib.error,
)  # fmt: skip
"""All but want of memory and absent libraries, which say nothing of the bytes."""
