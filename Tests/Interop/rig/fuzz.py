"""Fresh random sessions: Node plays them with Yjs and with our engine as writers (drivers/fuzz.js), and here
`pycrdt` gets the same updates. Three engines by three makers, one result."""

import json
import os
import random
import subprocess
from pathlib import Path

import pycrdt
import pytest

from .hub import BINARY

DRIVER = Path(__file__).resolve().parents[1] / "drivers" / "fuzz.js"
# What is said of them at the end of a run, passed or not.
FRESH_SESSIONS = pytest.StashKey[str]()


class Fuzzer:
    """A Node process and ours behind it. `play` raises AssertionError with what differs."""

    def __init__(self):
        environment = {"NODE_PATH": "/usr/share/nodejs", **os.environ}
        self.node = subprocess.Popen(
            ["node", DRIVER, BINARY],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        self.written_by_us = self.compared_with_pycrdt = 0

    def __enter__(self) -> "Fuzzer":
        return self

    def __exit__(self, *_):
        self.node.stdin.close()
        self.node.wait(20)
        self.node.stdout.close()

    def say(self, line: dict) -> dict:
        self.node.stdin.write(json.dumps(line) + "\n")
        self.node.stdin.flush()
        answer = self.node.stdout.readline()
        assert answer, f"node ended at {line}"
        return json.loads(answer)

    def problem(self, seed: int) -> str | None:
        """What differs in a session, if anything does."""
        try:
            self.play(seed)
        except AssertionError as error:
            return str(error)

    def play(self, seed: int):
        session = self.say({"seed": seed})
        assert "error" not in session, session["error"]
        self.written_by_us += session["written"]
        # yrs cuts surrogate pairs in another way, and would differ from every Yjs.
        if not session["cuts"]:
            self.judge_with_pycrdt(seed, session)

    def judge_with_pycrdt(self, seed: int, session: dict):
        document = pycrdt.Doc(client_id=5)
        updates = [bytes.fromhex(update) for update in session["updates"]]
        # In any order; then as they were written, for yrs does not always come back to what waits.
        mixed = random.Random(seed).sample(updates, len(updates))
        for update in mixed[:: seed % 3 + 1] + updates:
            document.apply_update(update)
        state = vector(document.get_state())
        assert state == session["vector"], f"pycrdt has {state}, not {session['vector']}"
        found = self.say({"check": document.get_update().hex()})
        assert found == {"difference": None}, f"pycrdt: {found}"
        shown = {
            "m": plain(document.get("m", type=pycrdt.Map)),
            "a": plain(document.get("a", type=pycrdt.Array)),
        }
        for name, value in shown.items():
            assert is_alike(value, session["shown"][name]), f"pycrdt shows {name}: {value}"
        text = document.get("t", type=pycrdt.Text)
        runs = [run["insert"] for run in session["shown"]["t"] if isinstance(run["insert"], str)]
        assert str(text) == "".join(runs), f"pycrdt shows t: {text}"
        self.compared_with_pycrdt += 1


def vector(data: bytes) -> dict[str, int]:
    """A state vector as {client: clock}."""
    numbers, number, shift = [], 0, 0
    for byte in data:
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            numbers.append(number)
            number = shift = 0
    return {str(client): clock for client, clock in zip(numbers[1::2], numbers[2::2], strict=True)}


def plain(value):
    """A shared type of pycrdt as Python has it. (`to_py` refuses XML.)"""
    if isinstance(value, pycrdt.Map):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, pycrdt.Array):
        return [plain(inner) for inner in value]
    return str(value) if isinstance(value, pycrdt.Text) else value


def is_alike(theirs, shown) -> bool:
    """Whether a value of pycrdt is what was shown. How XML is written is everybody's own affair."""
    if isinstance(shown, dict) and len(shown) == 1:
        ((name, inner),) = shown.items()
        match name:
            case "$xml" | "$undefined":
                return True
            case "$map" | "$array":
                return is_alike(theirs, inner)
            case "$text":
                return theirs == "".join(run["insert"] for run in inner if isinstance(run["insert"], str))
            case "$bytes":
                return bytes(theirs) == bytes.fromhex(inner)
            case "$number":
                return theirs == float(inner)
    if isinstance(shown, dict):
        return theirs.keys() == shown.keys() and all(is_alike(theirs[key], shown[key]) for key in shown)
    if isinstance(shown, list):
        return len(theirs) == len(shown) and all(map(is_alike, theirs, shown))
    return theirs == shown
