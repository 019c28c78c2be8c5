"""One thread writes. Everyone else hands it a piece of work and waits.

Those who wait at the same moment share one transaction, and so one flush to disk: each
piece runs inside a savepoint of its own, all are committed once, and only then does anyone
learn the result. One that is alone needs no savepoint. A piece must be short: no network, no
ciphers, no waiting.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import closing
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, RootTransaction
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError

from gateway.domain.errors import IntakeClosed
from gateway.store.faults import Clash, Classify

T = TypeVar("T")
LARGEST_BATCH = 64

_SAVEPOINT = "SAVEPOINT piece"
_RELEASE = "RELEASE SAVEPOINT piece"
_UNDO = "ROLLBACK TO SAVEPOINT piece"
"""As text: SQLAlchemy's own is built and compiled anew each time, which takes longer than most
statements of a piece, while the database is locked."""


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
        ``busy`` or ``store``. Where a server's answer to a commit was lost, the work may be
        durable nevertheless.
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
            transaction = self._begun()
            with closing(transaction.connection), transaction:
                if len(batch) == 1:
                    batch[0].attempt_alone(transaction)
                else:
                    for piece in batch:
                        piece.attempt(transaction.connection)
        except SQLAlchemyError as error:
            failure = IntakeClosed(self._classify(error))
        except BaseException:  # whoever waits must hear of it, whatever it is
            failure = IntakeClosed("store")
        for piece in batch:
            piece.resolve(failure)

    def _begun(self) -> RootTransaction:
        """A new transaction. A connection that was found dead is replaced once: nothing has been
        done yet. From here on nothing is ever done twice, least of all a commit whose answer did
        not come."""
        try:
            return self._begin()
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        return self._begin()

    def _begin(self) -> RootTransaction:
        connection = self._engine.connect()
        try:
            return connection.begin()
        except BaseException:
            connection.close()
            raise


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
        connection.exec_driver_sql(_SAVEPOINT)
        self._run(connection)
        if self._error is not None:
            connection.exec_driver_sql(_UNDO)
        connection.exec_driver_sql(_RELEASE)

    def attempt_alone(self, transaction: RootTransaction) -> None:
        """Runs the work in the transaction itself, which nobody shares with it: a savepoint
        takes as long as a statement."""
        self._run(transaction.connection)
        if self._error is not None:
            transaction.rollback()

    def _run(self, connection: Connection) -> None:
        try:
            self._result = self._work(connection)
        except IntegrityError:
            self._error = Clash()
        except (DataError, UnicodeError):
            # No database keeps it. The second holds what could not be written down.
            self._error = IntakeClosed("store")
        except SQLAlchemyError:
            raise
        except Exception as error:  # it belongs to the caller, who gets it
            self._error = error

    def resolve(self, failure: BaseException | None) -> None:
        error = failure or self._error
        if error is not None:
            self.done.set_exception(error)
        else:
            self.done.set_result(self._result)
