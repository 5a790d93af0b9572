"""The shell: commands in, text or JSON and an exit code out."""

from qwenqa.cli.running import run

__all__ = ["run"]
