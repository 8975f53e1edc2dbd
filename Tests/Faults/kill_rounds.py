"""kill -9 at random moments: nothing that was called saved is missing, ever.

In each round 20 people write on a running hub over jamboree.v1 until it is killed with SIGKILL at a random
moment (while they write, or while they are still connecting). Then, in this order:

1. `jamboree verify` calls the data folder clean.
2. The hub starts again, and a newcomer with an empty document, the first to join, so that nobody can have
   given anything back yet, finds every saved word and no word whose removal was saved.
3. All 20 come back with what they know, nobody is refused, everything becomes saved, and all documents
   are equal to the newcomer's and contain every word ever written.

Boards change every few rounds; at the end every board is read once more after a clean end and start.

usage: kill_rounds.py [--rounds 100] [--writers 20] [--seed N] [--folder DIR] [--junitxml FILE]
Prints the seed, one line every ten rounds, and `N passed, M failed` of rounds; exits 1 if any failed.
"""

import argparse
import asyncio
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Interop"))

from rig.hub import Hub  # noqa: E402
from rig.own import OwnClient  # noqa: E402
from writers import Writer, broken_promises, final_words, notes, words  # noqa: E402

ROOM = "kill-rounds"
ROUNDS_PER_BOARD = 10
PAUSE = 0.04  # seconds between one writer's edits, on average


class Rounds:
    """The state that outlives the hub: the people, and every promise that they were given."""

    def __init__(self, hub: Hub, writers: int, seed: int):
        self.hub, self.random = hub, random.Random(seed)
        self.writers = [Writer(hub, ROOM, f"w{i}", f"{seed} {i}") for i in range(writers)]
        for writer in self.writers:
            writer.boards.clear()
        self.saved: dict[str, set] = {}
        self.known: dict[str, set] = {}
        self.kills = {"writing": 0, "connecting": 0}

    def gather(self):
        """Copies what each writer knows to be saved, and all that was ever written."""
        for writer in self.writers:
            for name, board in writer.boards.items():
                self.saved.setdefault(name, set()).update(board.saved)
                self.known.setdefault(name, set()).update(board.saved | board.unsaved)

    async def until_killed(self, board: str):
        """Everybody connects and writes; the hub dies at a random moment of it."""
        early = self.random.random() < 0.2
        delay = self.random.uniform(0, 0.1) if early else self.random.uniform(0.05, 0.7)
        stop = asyncio.Event()

        async def work(writer: Writer):
            if not writer.connected:
                await writer.connect()
            await writer.write_until(stop, board, PAUSE)

        if early:
            for writer in self.writers:
                writer.abort()
        tasks = [asyncio.create_task(work(writer)) for writer in self.writers]
        await asyncio.sleep(delay)
        self.kills["connecting" if early else "writing"] += 1
        self.hub.process.kill()
        self.hub.process.wait()
        died = time.monotonic()
        stop.set()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            # The hub is dead: a cut connection is what must happen. Anything else is a finding.
            if isinstance(result, BaseException) and not isinstance(result, OSError):
                raise result
        # What the hub managed to say before it died is still in the sockets.
        while any(writer.connected for writer in self.writers) and time.monotonic() - died < 5:
            await asyncio.sleep(0.005)
        self.hub.process = None
        self.gather()

    async def check_promises(self, boards: list[str]):
        """A newcomer, alone with the hub, finds all that was called saved."""
        newcomer = await OwnClient(self.hub, ROOM, "newcomer", "bot", boards).connect()
        broken = []
        for name in boards:
            board = newcomer.boards[name]
            board.apply_incoming()
            gone = {word for word, there in self.known.get(name, ()) if not there}
            broken += broken_promises(self.saved.get(name, ()), board.doc, gone)
        newcomer.abort()
        assert not broken, f"{len(broken)} broken promises, the first: {broken[:5]}"

    async def converge(self, board: str):
        """All come back; everything becomes saved; all see the same, and nothing written is missing."""
        await asyncio.gather(*(writer.connect() for writer in self.writers))
        await asyncio.gather(*(writer.wait_saved() for writer in self.writers))
        self.gather()
        expected = final_words(self.known.get(board, ()))
        wanted = {word for word, present in expected.items() if present}
        deadline = time.monotonic() + 10
        while True:
            late = [writer for writer in self.writers if not self._has(writer, board, wanted)]
            if not late:
                break
            assert time.monotonic() < deadline, f"did not converge on {board}: " + "; ".join(
                self._lack(writer, board, wanted) for writer in late[:3]
            )
            await asyncio.sleep(0.01)
        complaints = [line for writer in self.writers for line in writer.complaints()]
        assert not complaints, complaints[:5]

    def _has(self, writer: Writer, board: str, wanted: set[str]) -> bool:
        if not wanted:
            return True
        mine, first = writer.boards[board], self.writers[0].boards[board]
        mine.apply_incoming()
        return (
            not mine.unsaved and words(mine.doc) == wanted and notes(mine.doc) == notes(first.doc)
        )

    def _lack(self, writer: Writer, board: str, wanted: set[str]) -> str:
        """Where a writer differs that did not converge."""
        mine, first = writer.boards[board], self.writers[0].boards[board]
        there = words(mine.doc)
        return (
            f"{writer.name}: connected {writer.connected}, unsaved {sorted(mine.unsaved)[:3]}, "
            f"lacks {sorted(wanted - there)[:3]}, has beyond {sorted(there - wanted)[:3]}, "
            f"notes {notes(mine.doc)!r} beside {notes(first.doc)!r}, {mine.summary()}"
        )

    async def round(self, number: int):
        board = f"board-{number // ROUNDS_PER_BOARD}"
        if number % ROUNDS_PER_BOARD == 0:
            for writer in self.writers:
                writer.abort()
                writer.boards.clear()
                writer.add_board(board)
        await self.until_killed(board)
        await asyncio.to_thread(self.hub.run, "verify", self.hub.data)
        await asyncio.to_thread(self.hub.start)
        boards = (
            [board]
            if number < ROUNDS_PER_BOARD
            else [board, f"board-{number // ROUNDS_PER_BOARD - 1}"]
        )
        await self.check_promises(boards)
        await self.converge(board)

    async def finish(self):
        """A clean end, a start, and every board that ever was, once more."""
        for writer in self.writers:
            await writer.close()
        assert await asyncio.to_thread(self.hub.stop) == 0
        await asyncio.to_thread(self.hub.run, "verify", self.hub.data)
        await asyncio.to_thread(self.hub.start)
        await self.check_promises(sorted(self.known))
        self.hub.assert_sound()
        assert await asyncio.to_thread(self.hub.stop) == 0


async def run(options, folder: Path) -> int:
    hub = Hub(folder)
    await asyncio.to_thread(hub.start)
    rounds = Rounds(hub, options.writers, options.seed)
    started, passed, failed = time.monotonic(), 0, 0
    try:
        for number in range(options.rounds):
            try:
                async with asyncio.timeout(60):
                    await rounds.round(number)
                hub.assert_sound()
                passed += 1
            except Exception as error:
                failed += 1
                print(
                    f"round {number} (seed {options.seed}): {type(error).__name__}: {error}",
                    flush=True,
                )
                break  # what follows would only repeat it
            if number % 10 == 9:
                saved = sum(len(notes) for notes in rounds.saved.values())
                known = sum(len(notes) for notes in rounds.known.values())
                print(
                    f"{number + 1} rounds, {time.monotonic() - started:.0f} s: {known} edits, {saved} "
                    f"called saved, none missing; killed {rounds.kills}",
                    flush=True,
                )
        if not failed:
            try:
                await rounds.finish()
            except Exception as error:
                failed += 1
                print(f"the last look (seed {options.seed}): {type(error).__name__}: {error}")
    finally:
        hub.close()
    if options.junitxml:
        write_junit(options.junitxml, passed, failed)
    print(
        f"kill rounds: {passed} passed, {failed} failed, {time.monotonic() - started:.0f} s, "
        f"seed {options.seed}"
    )
    return 1 if failed or passed < options.rounds else 0


def write_junit(path: Path, passed: int, failed: int):
    path.write_text(
        f'<testsuites><testsuite name="kill rounds" tests="{passed + failed}" '
        f'failures="{failed}"/></testsuites>\n'
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--writers", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--folder", type=Path, help="keeps the data there (must be new)")
    parser.add_argument("--junitxml", type=Path, help="where the counts go")
    options = parser.parse_args()
    print(
        f"kill rounds: {options.rounds} rounds, {options.writers} writers, seed {options.seed}",
        flush=True,
    )
    folder = options.folder or Path(tempfile.mkdtemp(prefix="jamboree-kill-"))
    folder.mkdir(parents=True, exist_ok=True)
    code = asyncio.run(run(options, folder))
    if code and not options.folder:
        print(f"data and log are kept in {folder}")
    elif not options.folder:
        shutil.rmtree(folder, ignore_errors=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
