"""A set of files that appears whole or not at all in a folder which may hold other things."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from geo._placing import alone, place_files, settle, staging_prefix
from geo.errors import OutputError
from geo.export.folder import reported

_EXPORT = "export"
_STAGING = staging_prefix(Path(_EXPORT))


@contextmanager
def whole_files(folder: Path) -> Iterator[Path]:
    """Give a temporary folder to write to; move its files into the target folder when all went well.

    Parameters
    ----------
    folder
        Folder of the files; made where missing. Files of the same names are replaced, all others are kept.

    Yields
    ------
    pathlib.Path
        Empty folder on the same file system.

    Raises
    ------
    OutputError
        If a file cannot be written or put in its place, or another process writes there; the earlier files are as they
        were.

    Notes
    -----
    What a process was placing that was killed is put back by the next call.
    """
    shown, folder = folder, folder.absolute()
    with ExitStack() as stack:
        try:
            if stack.enter_context(alone(folder / _EXPORT, shown=shown)):
                settle(folder, _STAGING)
            staging = Path(tempfile.mkdtemp(prefix=_STAGING, dir=folder))
        except OutputError:
            raise
        except OSError as error:
            raise OutputError(f"{shown}: cannot write there ({error.strerror}). Choose another --out.") from error
        stack.callback(shutil.rmtree, staging, ignore_errors=True)
        with reported(shown):
            yield staging
            finished = sorted(path.name for path in staging.iterdir() if path.is_file())
            for name in finished:
                if (folder / name).is_dir():
                    raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), name)
            place_files(staging, folder, finished)
