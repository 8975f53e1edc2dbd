"""The people of the kill rounds: they write on several boards over one jamboree.v1 socket, survive every
crash of the hub in one process, and know of each word whether the hub called it saved."""

import asyncio
import random

import pycrdt
from rig.own import Board, OwnClient

WORDS, NOTES = "words", "notes"


class Writer(OwnClient):
    """Adds words nobody else adds, takes some of them back, and types into a shared text.

    A note in `unsaved` and `saved` is (word, present): what the board must show for that word.
    """

    def __init__(self, hub, room: str, name: str, seed: str):
        super().__init__(hub, room, name)
        self.name, self.random, self.count = name, random.Random(seed), 0
        self.mine: dict[str, list[str]] = {}

    def add_board(self, board: str):
        self.boards[board] = Board(board)

    def write(self, board: str):
        """One edit: mostly a new word, sometimes one of the own words goes again."""
        mine = self.mine.setdefault(board, [])
        if mine and self.random.random() < 0.2:
            word = mine.pop(self.random.randrange(len(mine)))
            self.edit(board, lambda doc: doc.get(WORDS, type=pycrdt.Map).pop(word), (word, False))
            return
        self.count += 1
        word = f"{self.name}.{self.count}"
        mine.append(word)

        def change(doc):
            doc.get(WORDS, type=pycrdt.Map)[word] = self.count
            text = doc.get(NOTES, type=pycrdt.Text)
            # Near the end, where the others are writing too.
            text.insert(max(0, len(text) - self.random.randrange(8)), word[-3:])

        self.edit(board, change, (word, True))

    async def write_until(self, stop: asyncio.Event, board: str, pause: float):
        """Writes at random moments until told to stop or cut off by the hub's death."""
        while not stop.is_set() and self.connected:
            self.write(board)
            await asyncio.sleep(self.random.expovariate(1 / pause))

    def complaints(self) -> list[str]:
        """Refusals of any kind: in these rounds nobody does anything that may be refused."""
        found = []
        for board in self.boards.values():
            found += [f"{self.name}: reject {row} on {board.name}" for row in board.rejects]
            found += [f"{self.name}: denied ({why}) on {board.name}" for why in board.denied]
        return found


def words(doc: pycrdt.Doc) -> set[str]:
    return set(doc.get(WORDS, type=pycrdt.Map).to_py())


def notes(doc: pycrdt.Doc) -> str:
    """The shared text. By its type: a document that never wrote there does not know it by name."""
    return str(doc.get(NOTES, type=pycrdt.Text))


def final_words(known) -> dict[str, bool]:
    """What must be shown for each word, by what is known of it: gone wins, for no word comes back."""
    expected: dict[str, bool] = {}
    for word, present in known:
        expected[word] = expected.get(word, True) and present
    return expected


def broken_promises(saved, doc: pycrdt.Doc, allowed_gone) -> list[str]:
    """Saved words that are missing, and words whose removal was saved but that are there again.

    A word may be gone although only its addition was called saved: its removal was sent, and may have
    reached the disk before the hub could say so.
    """
    there = words(doc)
    broken = []
    for word, present in final_words(saved).items():
        if present and word not in there and word not in allowed_gone:
            broken.append(f"missing: {word}")
        elif not present and word in there:
            broken.append(f"back again: {word}")
    return broken
