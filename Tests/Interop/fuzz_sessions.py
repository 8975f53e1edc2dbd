#!/usr/bin/env python3
"""Plays fresh random sessions (rig/fuzz.py) until it is stopped, and names the seeds of those that fail.

usage: fuzz_sessions.py [FIRST_SEED]       each seed is a session; the first is chosen by the clock
Environment: FUZZ_SECONDS, after which it ends; JAMBOREE, the binary. Exit code 1 if any session failed.
"""

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from rig.fuzz import Fuzzer  # noqa: E402


def main() -> int:
    first = int(sys.argv[1]) if len(sys.argv) > 1 else int(time.time() * 10) % 2**31
    end = time.monotonic() + float(os.environ.get("FUZZ_SECONDS") or "inf")
    played = failed = 0
    print(f"sessions: from seed {first}", flush=True)
    while time.monotonic() < end:
        # New processes now and then: a session must not depend on those before.
        with Fuzzer() as fuzzer:
            for _ in range(500):
                if time.monotonic() >= end:
                    break
                seed, played = first + played, played + 1
                if problem := fuzzer.problem(seed):
                    failed += 1
                    print(f"sessions: seed {seed} failed: {problem}", flush=True)
        print(f"sessions: {played} played, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
