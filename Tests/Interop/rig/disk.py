"""A disk whose writes and syncs fail as the test says: Tests/Faults/disk_faults.c, preloaded into the hub.

Tests that only need a full disk run as well on a real one with RIG_DISK=mount: a file system of 16 MiB in
memory. That needs root, and stays mounted if the tests are killed, so nobody gets it unasked. The preloaded
library is the stricter of the two: every write to a file fails, none of them whole, while a real disk still
takes what fits into blocks that a file already has.
"""

import errno
import os
import shutil
import subprocess
from pathlib import Path

from .hub import ROOT

SOURCE = ROOT / "Tests" / "Faults" / "disk_faults.c"


class FaultyDisk:
    """The control folder of the preloaded library. `environment` goes to the hub."""

    def __init__(self, folder: Path):
        self.control = Path(folder) / "faults"
        self.control.mkdir()
        self.environment = {
            "LD_PRELOAD": str(built_library()),
            "JAMBOREE_FAULTS": str(self.control),
        }

    def fill(self):
        self._set("full")

    def free(self):
        (self.control / "full").unlink()

    def fail_syncs(self, of: str = ""):
        """From now on every sync fails, or those of paths that contain `of`."""
        self._set("sync", of)

    def fail_one_sync(self, of: str = ""):
        """Only the next sync, or the next of a path that contains `of`, fails."""
        self._set("sync-once", of)

    def heal_syncs(self):
        (self.control / "sync").unlink()

    def syncs(self) -> list[tuple[bool, int, str]]:
        """Every sync so far: whether it succeeded, the file's size, its path."""
        notes = self.control / "syncs"
        lines = notes.read_text().splitlines() if notes.exists() else []
        rows = [line.split(" ", 2) for line in lines]
        return [(word == "ok", int(size), path) for word, size, path in rows]

    def failed(self, part: str) -> list[str]:
        """Paths with `part` in them whose sync failed, in order."""
        return [path for ok, _, path in self.syncs() if not ok and part in path]

    def lose_what_was_never_synced(self, data: Path) -> int:
        """What a power cut may do to the log: each segment keeps what was synced. The bytes lost."""
        lost = 0
        for segment in sorted((data / "wal").resolve().glob("*.log")):
            synced = [size for ok, size, path in self.syncs() if ok and path == str(segment)]
            keep = max(synced, default=0)
            lost += max(segment.stat().st_size - keep, 0)
            if segment.stat().st_size > keep:
                os.truncate(segment, keep)
        return lost

    def _set(self, name: str, text: str = ""):
        draft = self.control / f"{name}.draft"
        draft.write_text(text)
        draft.rename(self.control / name)

    def close(self):
        pass


class SmallDisk:
    """A file system of 16 MiB in memory, mounted where the data folder will be."""

    environment: dict[str, str] = {}

    def __init__(self, folder: Path):
        self.place = Path(folder) / "data"
        self.place.mkdir()
        options = "size=16m,mode=0700"
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "jamboree-test", self.place],
            capture_output=True,
            text=True,
        )
        if done.returncode:
            self.place.rmdir()
            raise OSError(f"RIG_DISK=mount: {done.stderr.strip()}")

    def fill(self):
        """Writes a file until nothing more fits."""
        with open(self.place / "filler", "ab", buffering=0) as filler:
            for size in (1 << 16, 1 << 12, 1):
                try:
                    while filler.write(b"x" * size):
                        pass
                except OSError as error:
                    assert error.errno == errno.ENOSPC, error

    def free(self):
        (self.place / "filler").unlink()

    def close(self):
        subprocess.run(["umount", "--lazy", self.place], check=True)


def is_mounted() -> bool:
    """Which disk `small_disk` gives: the real one, or the preloaded library."""
    kind = os.environ.get("RIG_DISK") or "library"
    assert kind in ("library", "mount"), f"RIG_DISK is library or mount, not {kind}"
    return kind == "mount"


def small_disk(folder: Path) -> SmallDisk | FaultyDisk:
    """A disk that can be filled."""
    return SmallDisk(folder) if is_mounted() else FaultyDisk(folder)


def built_library() -> Path:
    """Compiled once for each version of its source."""
    library = ROOT / ".build" / "disk_faults.so"
    if not library.exists() or library.stat().st_mtime < SOURCE.stat().st_mtime:
        compiler = next(filter(shutil.which, [os.environ.get("CC", "cc"), "gcc", "clang"]), None)
        assert compiler, "the tests with failing disks need a C compiler: cc, gcc or clang"
        draft = library.with_suffix(".draft")
        flags = ["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror"]
        subprocess.run([compiler, *flags, "-o", draft, SOURCE, "-ldl"], check=True)
        draft.rename(library)
    return library
