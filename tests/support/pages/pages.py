"""A page in a process of its own, as a person would start it, and documents that attack it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from html import unescape
from pathlib import Path

from written import PATIENCE

HOSTILE = (
    "<script>window.pwned=1</script> <img src=x onerror=window.pwned=2> ${window.pwned=3} "
    "{{window.pwned=4}} ![picture](http://elsewhere.example/p.png) [link](javascript:pwned) "
    "$latex$ $$\\href{javascript:pwned}{x}$$ __i18n__{'key':'x'} **stars** `ticks` "
    "<iframe src=http://elsewhere.example></iframe> <svg onload=window.pwned=5> "
    "\u202edetrever\u202c </mark></div></article><style>*{display:none}</style> &lt;b&gt; "
    "http://elsewhere.example/auto"
)
HOSTILE_NAME = "<img src=x onerror=pwned=6> ${7} {{8}} \u202e![x](y) $z$ 'q' & zebra.md"
TEXTS = {
    "birds.md": "# Birds\n\nA wren sings loudly. The owl hunts at night.\n\n"
    "## Herons\n\nA heron waits in shallow water for fish.\n",
    "canary.txt": f"The canary zebra stands here. {HOSTILE}\n",
    HOSTILE_NAME: f"# Quagga {HOSTILE}\n\nA quagga is a zebra {HOSTILE}\n",
    "long.txt": "".join(
        f"Line {n} of the long ledger. {'A pangolin is entered. ' if n == 3000 else ''}\n\n"
        for n in range(1, 6001)
    ),
    "lands.csv": "Country,Capital\n"
    + "".join(f"land {n},city {n}\n" for n in range(900))
    + "quokkaland,quokka city\n"
    + "".join(f"land {n},city {n}\n" for n in range(900, 1800)),
}
PAGES = (
    "Nothing is told on this first page.",
    "A pelican carries a fish.",
    "A stork claps its bill.",
    "An end.",
)
_PROGRAM = """
import sys
from qwenqa import Library
from qwenqa.ui.serve.server import serve
library = Library(corpus=sys.argv[1], index=sys.argv[2], model="toy")
serve(library, library.settings.host, 0, lambda url: print(url, flush=True))
"""
_INTERFERING = {
    "GRADIO_ALLOWED_PATHS": "/",
    "GRADIO_SHARE": "True",
    "GRADIO_MCP_SERVER": "True",
    "GRADIO_SSR_MODE": "True",
    "GRADIO_ROOT_PATH": "http://elsewhere.example",
    "GRADIO_ANALYTICS_ENABLED": "True",
    "GRADIO_RUN_HISTORY": "True",
    "GRADIO_VIBE_MODE": "1",
}


@dataclass(frozen=True)
class Served:
    """A served page: where it is, what it serves, and its process."""

    url: str
    corpus: Path
    index: Path
    process: subprocess.Popen[str]


def start(corpus: Path, index: Path, *, before: str = "", **settings: str) -> Served:
    """Serve a corpus with the toy encoder, under variables that try to change the server.

    ``settings`` are further variables of the environment; ``before`` is what the server's process
    does first.
    """
    process = subprocess.Popen(
        [sys.executable, "-c", before + _PROGRAM, str(corpus), str(index)],
        env={**os.environ, **_INTERFERING, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    # A server that never answers must fail the test, not hang it.
    patience = threading.Timer(PATIENCE, process.kill)
    patience.start()
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    patience.cancel()
    assert url, process.stderr.read() if process.stderr else ""
    return Served(url, corpus, index, process)


def read(html: str) -> str:
    """What a person reads of HTML of ours."""
    return unescape(re.sub("<[^>]*>", "", html))


def interrupt(process: subprocess.Popen[str]) -> str:
    """Press Ctrl-C, and give back everything that was printed until the end."""
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE)
    return out + err
