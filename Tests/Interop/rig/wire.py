"""The few encodings that the rig writes by hand: lib0 numbers and strings, y-websocket and jamboree.v1
messages (Protocol/wire.md). Everything inside an update is left to pycrdt and Yjs."""

SYNC, AWARENESS, AUTH, QUERY_AWARENESS = 0, 1, 2, 3
STEP1, STEP2, UPDATE = 0, 1, 2
SAVED, REJECT, OPEN, OPENED = 10, 11, 12, 13


def uint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(0x80 | (value & 127))
        value >>= 7
    out.append(value)
    return bytes(out)


def buf(data: bytes) -> bytes:
    return uint(len(data)) + data


def text(value: str) -> bytes:
    return buf(value.encode())


class Reader:
    """Reads lib0 values one after the other; IndexError when the bytes end."""

    def __init__(self, data: bytes):
        self.data, self.at = data, 0

    @property
    def done(self) -> bool:
        return self.at >= len(self.data)

    def uint(self) -> int:
        value = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7

    def buf(self) -> bytes:
        length = self.uint()
        if self.at + length > len(self.data):
            raise IndexError("a length beyond the end")
        self.at += length
        return self.data[self.at - length : self.at]

    def text(self) -> str:
        return self.buf().decode()

    def rest(self) -> bytes:
        return self.data[self.at :]


def sync(kind: int, payload: bytes) -> bytes:
    return bytes([SYNC, kind]) + buf(payload)


def state_vector(data: bytes) -> dict[int, int]:
    reader = Reader(data)
    return {reader.uint(): reader.uint() for _ in range(reader.uint())}
