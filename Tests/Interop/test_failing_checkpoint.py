"""A room that cannot be written to its files when the last person has left: it stays, that is reported, and
tried again; whoever enters has everything, also after a kill."""

import asyncio

import pytest
from rig.own import OwnClient, content, put, read_board
from rig.socket import refusal
from rig.stock import until

ROOMS = ("returned-to", "tried-again", "killed-with")


def block(hub, room: str) -> None:
    """A file where the folder for the boards has to be: no checkpoint of the room can succeed."""
    folder = hub.data / "rooms" / "demo" / room
    folder.mkdir(mode=0o700, parents=True)
    (folder / "boards").write_text("in the way\n")


def unblock(hub, room: str) -> None:
    (hub.data / "rooms" / "demo" / room / "boards").unlink()


async def write(hub, room: str, key: str, blocked: bool = False) -> None:
    client = await OwnClient(hub, room, "author").connect()
    if blocked:
        block(hub, room)  # only now: it could not be opened so
    client.edit("main", put(key, room), key)
    await client.wait_saved()
    await client.close()


async def keys(hub, room: str) -> set[str]:
    return set(content(await read_board(hub, room)))


def complaints(hub, room: str) -> int:
    return sum("cannot save a room" in line and room in line for line in hub.log().splitlines())


@pytest.mark.seconds(90)
async def test_an_idle_room_whose_checkpoint_fails_is_kept_reported_and_tried_again(hub):
    for room in ROOMS:
        await write(hub, room, "first", blocked=True)
    # Ten seconds empty, then it is to be saved and let go; after a failure again five seconds later.
    await until(lambda: all(complaints(hub, room) for room in ROOMS), 30, "the failures in the log")
    unblock(hub, "tried-again")
    await write(hub, "returned-to", "second")
    assert await keys(hub, "returned-to") == {"first", "second"}
    await until(lambda: hub.board_file("tried-again").exists(), 20, "a later try")
    # From here on the one has no more failures, while the other goes on failing.
    counts = {room: complaints(hub, room) for room in ("tried-again", "killed-with")}
    await until(
        lambda: complaints(hub, "killed-with") > counts["killed-with"], 20, "another failure"
    )
    assert complaints(hub, "tried-again") == counts["tried-again"]

    hub.kill()
    found = await asyncio.to_thread(hub.run, "verify", hub.data, check=False)
    assert found.returncode == 1 and "boards" in found.stdout + found.stderr, found
    unblock(hub, "returned-to")
    await asyncio.to_thread(hub.start)
    assert await keys(hub, "returned-to") == {"first", "second"}
    assert await keys(hub, "tried-again") == {"first"}
    # What lies in the way keeps this one room closed, not the hub, and is named.
    path = hub.path("killed-with", token=hub.token("author"))
    refused = await refusal(hub.port, path)
    assert refused.status == 503 and refused.json["error"] == "room-damaged"
    assert "killed-with/boards" in hub.log()
    unblock(hub, "killed-with")
    assert await keys(hub, "killed-with") == {"first"}
