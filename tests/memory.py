"""Where tests keep files that nobody needs afterwards: in memory, where this machine has a file system for that."""

import os
import shutil
import tempfile
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")
# Eight workers, each with a PostgreSQL and some databases, take half of it. A container often has 64 MB.
ENOUGH = 2 * 1024**3


def scratch_folder() -> Path:
    """Linux's shared memory, or the folder for temporary files where TMPDIR names one or memory is scarce.

    It spares tests the disk, which costs most of the time of a commit and of a new database. What a test sees is the
    same: files outlive the process that wrote them, killed or not, and no test cuts the power.
    """
    if "TMPDIR" in os.environ or not os.access(SHARED_MEMORY, os.W_OK | os.X_OK):
        return Path(tempfile.gettempdir())
    return SHARED_MEMORY if shutil.disk_usage(SHARED_MEMORY).free >= ENOUGH else Path(tempfile.gettempdir())
