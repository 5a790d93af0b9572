"""Characters that a text, a name or a line must not show: the one place where they are told."""

from __future__ import annotations

import re

UNREADABLE = re.compile("[\x00\ud800-\udfff]")
"""What no text may hold: NUL, and halves of characters."""

CONTROLS = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
"""What no name may hold: any control character of ASCII, line ends among them."""

BINARY = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
"""What hardly stands in a text, so that much of it says that bytes are none."""

DRAWN = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
"""What a drawn page may hold in the place of a sign: all but white space."""

STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""What could steer a terminal, or a reader of citations; tabs and line feeds cannot."""

HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What is invisible, and the marks that make text read in another order than it stands."""
