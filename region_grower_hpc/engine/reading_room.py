"""Memory for what is read, which serves again once nobody refers to it."""

from __future__ import annotations

#: Bytes taken from the system at once.
BLOCK_BYTES = 1 << 20
#: Blocks kept for later: those of a shard of cells.
KEPT_BLOCKS = 12


class ReadingRoom:
    """Gives memory out of large blocks.

    The pages of new memory cost the system several times what it costs to read into them. A block
    is used again when no view of it is left, which Python knows: it refuses to resize a bytearray
    that has one.
    """

    def __init__(self) -> None:
        self._blocks: list[bytearray] = []
        #: bytes of the last block that are given away.
        self._used = BLOCK_BYTES

    def take(self, length: int) -> memoryview:
        """Writable memory of `length` bytes, nobody else's as long as a view of it lives."""
        if not 0 < length <= BLOCK_BYTES:
            return memoryview(bytearray(length))
        if self._used + length > BLOCK_BYTES:
            self._next_block()
        start, self._used = self._used, self._used + length
        return memoryview(self._blocks[-1])[start : self._used]

    def _next_block(self) -> None:
        free = next((block for block in self._blocks if _has_no_views(block)), None)
        if free is None:
            free = bytearray(BLOCK_BYTES)
        self._blocks = [*(block for block in self._blocks if block is not free), free]
        # A block that is let go lives on as long as its views.
        del self._blocks[:-KEPT_BLOCKS]
        self._used = 0


def _has_no_views(block: bytearray) -> bool:
    try:
        block.append(0)
    except BufferError:
        return False
    block.pop()
    return True
