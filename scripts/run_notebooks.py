"""Run the notebooks from top to bottom and write their outputs back, without what differs from run to run.

    python scripts/run_notebooks.py [--maps FOLDER] [NAME ...]

``--maps`` names the folder of a finished run (``maps``); where it holds none, each notebook measures for itself.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import io
import os
import re
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
#: Longest that one cell may take, seconds.
CELL_SECONDS = 300
#: Colours of a picture as it is kept.
PALETTE = 256

_KERNEL = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
           "language_info": {"name": "python"}}  # fmt: skip
_ABSOLUTE = re.compile(r"""(?:^|[\s"'`(=:])(?:/(?:home|root|tmp|usr|opt|var|work|mnt|srv|builds?|Users)/|[A-Z]:\\)""")


def notebooks() -> list[Path]:
    """Return the notebooks in their order."""
    return sorted(NOTEBOOKS.glob("*.ipynb"))


def run_notebook(path: Path, *, maps: Path, folder: Path) -> Any:
    """Execute a notebook in a fresh kernel and return it with its outputs.

    Parameters
    ----------
    path
        The notebook; the file is left as it is.
    maps
        Folder of a finished run, which the notebook takes its tables from.
    folder
        Working folder; what the notebook writes lands there.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell fails.

    Notes
    -----
    The kernel talks over sockets of the file system, which need no network. Its folder has a short name, for such
    sockets take no long ones.
    """
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    with tempfile.TemporaryDirectory(prefix="nb") as sockets:
        kernel = AsyncKernelManager(
            kernel_name="python3",
            transport="ipc",
            ip=str(Path(sockets) / "k"),
            connection_file=str(Path(sockets) / "kernel.json"),
        )
        client = NotebookClient(
            notebook,
            km=kernel,
            timeout=CELL_SECONDS,
            record_timing=False,
            resources={"metadata": {"path": str(folder)}},
        )
        environment = {**os.environ, "CORREDOR_MAPS": str(maps.resolve())}

        def execute() -> None:
            asyncio.run(client.async_execute(env=environment, cleanup_kc=True))

        # In a thread of its own: the caller's may have an event loop at work.
        with ThreadPoolExecutor(max_workers=1) as pool:
            pool.submit(execute).result()
    return cleaned(notebook)


def cleaned(notebook: Any) -> Any:
    """Take out of a notebook what says something of the machine or the moment, in place; return it.

    Counts of execution follow the order of the cells; streams in pieces become one; text of objects stays.
    """
    notebook.metadata.clear()
    notebook.metadata.update(_KERNEL)
    count = 0
    for cell in notebook.cells:
        cell.metadata.clear()
        if cell.cell_type != "code":
            continue
        count += 1
        cell.execution_count = count
        cell.outputs = _joined(cell.outputs)
        for output in cell.outputs:
            output.pop("transient", None)
            if "metadata" in output:
                output.metadata.clear()
            if output.output_type == "execute_result":
                output.execution_count = count
            data = output.get("data", {})
            if "image/png" in data:
                data["image/png"] = _smaller(data["image/png"])
            if "image/png" in data or "text/markdown" in data or "text/html" in data:
                data.pop("text/plain", None)
    return notebook


def faults(notebook: Any) -> list[str]:
    """Return what a committed notebook must not have: cells without their outputs, errors, paths of a machine."""
    found = []
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    if not any(cell.outputs for cell in code):
        found.append("no cell has an output")
    for number, cell in enumerate(code, start=1):
        if cell.execution_count != number:
            found.append(f"code cell {number} was not run in its order")
        for output in cell.outputs:
            if output.output_type == "error":
                found.append(f"code cell {number} ends in {output.ename}")
            if output.output_type == "stream" and output.name == "stderr":
                found.append(f"code cell {number} warns: {output.text.strip()[:200]}")
            if any(_ABSOLUTE.search(text) for text in _texts(output)):
                found.append(f"code cell {number} shows a path of the machine")
    return found


def _texts(output: Any) -> list[str]:
    shown = [value for kind, value in output.get("data", {}).items() if not kind.startswith("image/")]
    return [str(text) for text in (*shown, output.get("text", ""))]


def _smaller(png: str) -> str:
    """Return a PNG with a palette of its most frequent colours: flat colours stay, the file takes half the space."""
    with Image.open(io.BytesIO(base64.b64decode(png))) as image:
        full = np.asarray(image.convert("RGB"))
    colours, place, count = np.unique(full.reshape(-1, 3), axis=0, return_inverse=True, return_counts=True)
    palette = colours[np.argsort(-count, kind="stable")[:PALETTE]].astype(np.int64)
    away = ((colours.astype(np.int64)[:, None] - palette[None]) ** 2).sum(axis=2)
    few = Image.fromarray(away.argmin(axis=1).astype(np.uint8)[place].reshape(full.shape[:2]))
    few.putpalette(palette.astype(np.uint8).tobytes())
    written = io.BytesIO()
    few.save(written, "PNG", optimize=True)
    return base64.b64encode(written.getvalue()).decode("ascii") + "\n"


def _joined(outputs: list[Any]) -> list[Any]:
    """Join pieces of one stream, which come as the kernel flushes."""
    joined: list[Any] = []
    for output in outputs:
        last = joined[-1] if joined else None
        if last is not None and output.output_type == last.output_type == "stream" and output.name == last.name:
            last.text += output.text
        else:
            joined.append(output)
    return joined


def main() -> None:
    """Run the notebooks that are named, or all, and write them back."""
    parser = argparse.ArgumentParser(description="Run the notebooks and write their outputs back.")
    parser.add_argument("names", nargs="*", help="Beginnings of the names, such as 03; all where none is given.")
    parser.add_argument("--maps", type=Path, default=ROOT / "maps", help="Folder of a finished run.")
    options = parser.parse_args()
    wanted = tuple(options.names) or ("",)
    for path in notebooks():
        if not path.name.startswith(wanted):
            continue
        start = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            notebook = run_notebook(path, maps=options.maps, folder=Path(folder))
        found = faults(notebook)
        if found:
            raise SystemExit(f"{path.name}: {'; '.join(found)}")
        text = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
        path.write_text(f"{text}\n", encoding="utf-8")
        print(f"{path.name}: {time.perf_counter() - start:.0f} s, {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
