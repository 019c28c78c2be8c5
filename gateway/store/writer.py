"""One thread writes. Everyone else hands it a piece of work and waits.

Those who wait at the same moment share one transaction, and so one flush to disk: each
piece runs inside a savepoint of its own, all are committed once, and only then does anyone
learn the result. A piece must be short: no network, no ciphers, no waiting.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from gateway.domain.errors import IntakeClosed
from gateway.store.faults import Clash, Classify

T = TypeVar("T")
LARGEST_BATCH = 64


class Writer:
    """The only way to change the database from this process."""

    def __init__(self, engine: Engine, classify: Classify) -> None:
        self._engine = engine
        self._classify = classify
        self._waiting: queue.SimpleQueue[_Piece | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="outbox-writer", daemon=True)
        self._thread.start()

    def run(self, work: Callable[[Connection], T]) -> T:
        """The result of ``work(connection)``, once it is durable.

        An error of the work rolls back its own changes only and is raised here (a broken
        UNIQUE as :class:`~gateway.store.faults.Clash`). Where the
        storage fails, every piece of the batch fails: :class:`IntakeClosed` with ``disk``,
        ``busy`` or ``store``.
        """
        piece = _Piece(work)
        with self._lock:
            if self._closed:
                raise IntakeClosed("store")
            self._waiting.put(piece)
        result: T = piece.done.result()
        return result

    def close(self) -> None:
        """Finishes what waits, then stops the thread."""
        with self._lock:
            already, self._closed = self._closed, True
        if not already:
            self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        going = True
        while going:
            batch = []
            piece = self._waiting.get()
            while piece is not None:
                batch.append(piece)
                if len(batch) == LARGEST_BATCH:
                    break
                try:
                    piece = self._waiting.get_nowait()
                except queue.Empty:
                    break
            going = piece is not None
            if batch:
                self._write(batch)

    def _write(self, batch: list[_Piece]) -> None:
        failure: BaseException | None = None
        try:
            with self._engine.begin() as connection:
                for piece in batch:
                    piece.attempt(connection)
        except SQLAlchemyError as error:
            failure = IntakeClosed(self._classify(error))
        except BaseException:  # whoever waits must hear of it, whatever it is
            failure = IntakeClosed("store")
        for piece in batch:
            piece.resolve(failure)


class _Piece:
    __slots__ = ("_error", "_result", "_work", "done")

    def __init__(self, work: Callable[[Connection], Any]) -> None:
        self._work = work
        self._result: Any = None
        self._error: BaseException | None = None
        self.done: Future[Any] = Future()

    def attempt(self, connection: Connection) -> None:
        """Runs the work in a savepoint. A failure of the storage is raised with the savepoint
        left as it is: SQLite may have rolled back the whole transaction, and it with it."""
        savepoint = connection.begin_nested()
        try:
            self._result = self._work(connection)
        except IntegrityError:
            self._error = Clash()
        except DataError:
            self._error = IntakeClosed("store")
        except SQLAlchemyError:
            raise
        except Exception as error:  # it belongs to the caller, who gets it
            self._error = error
        if self._error is None:
            savepoint.commit()
        else:
            savepoint.rollback()

    def resolve(self, failure: BaseException | None) -> None:
        error = failure or self._error
        if error is not None:
            self.done.set_exception(error)
        else:
            self.done.set_result(self._result)
