"""Random sessions on Debian's Yjs: every call there gives the same bytes as the same call here."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from rig.hub import BINARY

DRIVER = Path(__file__).parent / "drivers" / "session.js"


def record(seed: int, steps: int) -> list[dict]:
    environment = {"NODE_PATH": "/usr/share/nodejs", **os.environ}
    done = subprocess.run(
        ["node", DRIVER, str(seed), str(steps)], capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def answers(lines: list) -> list[dict]:
    given = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    done = subprocess.run([BINARY, "doc", "session"], input=given, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("seed", range(1, 25))
def test_the_same_calls_give_the_same_bytes(seed):
    rows = record(seed, 80)
    found = answers([row["line"] for row in rows])
    assert len(found) == len(rows)
    compared = 0
    for number, (row, answer) in enumerate(zip(rows, found, strict=True)):
        expected = row["expect"]
        if "subdocuments" in answer:
            answer["subdocuments"].sort()
        if expected is None:
            assert "error" not in answer, f"row {number}: {row['line']}"
        elif expected.get("update") != "*":
            assert answer == expected, f"row {number}: {row['line']}"
            compared += 1
    assert compared > 50
