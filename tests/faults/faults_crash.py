"""Run a script and kill the process at its n-th step on the file system: `faults_crash.py N FOLDER CODE`."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

STEPS = frozenset({"os.rename", "os.remove", "os.rmdir", "os.link", "os.mkdir", "os.truncate", "ctypes.dlsym"})
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def main() -> None:
    """Count what the script does under the folder; die before step N, or print the number of steps where N is 0."""
    last, folder, code = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    seen = 0

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal seen
        writes = event == "open" and bool(arguments[2] & _WRITING)
        if not (writes or event in STEPS):
            return
        # Steps by a folder's number (as rmtree takes them) and the exchange of folders name no path.
        named = [os.fsdecode(each) for each in arguments if isinstance(each, (str, bytes, os.PathLike))]
        if event != "ctypes.dlsym" and not any(each.startswith(folder) or not each.startswith("/") for each in named):
            return
        seen += 1
        if seen == last:
            os.kill(os.getpid(), signal.SIGKILL)

    script = compile(code, "<script>", "exec")
    sys.addaudithook(watch)
    exec(script, {"__name__": "script"})
    if last == 0:
        sys.stdout.write(f"{seen}\n")


if __name__ == "__main__":
    main()
