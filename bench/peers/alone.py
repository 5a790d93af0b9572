"""Runs a command, and prints its seconds by the clock and the processor, and its memory in MB.

A process of its own, and a small one, because the system counts what a program's parent had as
the program's.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

if __name__ == "__main__":
    began = time.perf_counter()
    process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    told = {
        "seconds": seconds,
        "processor": used.ru_utime + used.ru_stime,
        "memory": used.ru_maxrss / 1e3,
        "status": status >> 8,
    }
    print(json.dumps(told))
