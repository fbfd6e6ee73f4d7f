"""What the board's tests are handed."""

from tests.unit.board.boards import board_of

__all__ = ["board_of"]
