"""A disk in memory that forgets: what was not flushed may be gone, or there by half, when the
power fails. SQLite writes to it through a VFS of its own.

What a loss leaves of a file is what was flushed, and any of the later writes, each torn at
512 bytes; of a folder, the names that were flushed, and any of the later changes. A file's
first flush takes its name with it for journals, as SQLite's own unix VFS does.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import apsw

SECTOR = 512
JOURNALS = apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_SUPER_JOURNAL
Change = tuple[int, bytes | None]
"""A write (offset, data), or a truncation (size, None)."""


class Data:
    """One file's content: as programs see it, as it was flushed, and what lies between."""

    def __init__(self, flushed: bytes = b"", *, takes_its_name: bool = False) -> None:
        self.seen = bytearray(flushed)
        self.flushed = flushed
        self.since: list[Change] = []
        self.takes_its_name = takes_its_name

    def change(self, change: Change) -> None:
        """Done at once for programs; on the platters only after a flush."""
        _apply(self.seen, change)
        self.since.append(change)

    def flush(self) -> None:
        """Makes all of it durable."""
        self.flushed, self.since = bytes(self.seen), []

    def left(self, chance: random.Random) -> Data:
        """What a loss of power leaves of it."""
        kept = bytearray(self.flushed)
        share = chance.choice((0.0, 0.5, 0.9, 1.0))
        most = chance.choice((len(self.since), chance.randint(0, len(self.since))))
        for offset, data in self.since[:most]:
            if data is None:
                if chance.random() <= share:
                    _apply(kept, (offset, None))
                continue
            for at in range(0, len(data), SECTOR):
                if chance.random() <= share:
                    _apply(kept, (offset + at, data[at : at + SECTOR]))
        return Data(bytes(kept))


class Disk:
    """One folder. ``on_change`` is called after everything that a loss could undo."""

    def __init__(self, names: dict[str, Data] | None = None) -> None:
        self.names = names or {}
        self.flushed_names = dict(self.names)
        self.since: list[tuple[str, Data | None]] = []
        self.on_change: Callable[[], None] = lambda: None

    def create(self, name: str, *, takes_its_name: bool) -> Data:
        """A new and empty file."""
        data = self.names[name] = Data(takes_its_name=takes_its_name)
        self.since.append((name, data))
        return data

    def delete(self, name: str, *, flush: bool) -> None:
        """Takes a name away; for good when the folder is flushed, too."""
        del self.names[name]
        self.since.append((name, None))
        if flush:
            self.flush()
        self.on_change()

    def flush(self) -> None:
        """Makes the names durable."""
        self.flushed_names, self.since = dict(self.names), []

    def left(self, chance: random.Random) -> Disk:
        """The disk as it is found when the power is back."""
        names = dict(self.flushed_names)
        share = chance.choice((0.0, 0.5, 1.0))
        for name, data in self.since:
            if chance.random() <= share:
                if data is None:
                    names.pop(name, None)
                else:
                    names[name] = data
        left: dict[int, Data] = {}
        for data in names.values():
            left.setdefault(id(data), data.left(chance))
        return Disk({name: left[id(data)] for name, data in names.items()})


class ForgetfulVFS(apsw.VFS):
    """Gives SQLite the files of :class:`Disk` objects: ``/<number of the disk>/<name>``."""

    def __init__(self) -> None:
        self.name = "forgetful"
        self.disks: dict[str, Disk] = {}
        super().__init__(self.name, base="")

    def _place(self, path: str) -> tuple[Disk, str]:
        _, number, name = path.split("/")
        return self.disks[number], name

    def xOpen(self, name: object, flags: list[int]) -> OpenFile:  # noqa: N802  # SQLite's name
        path = name.filename() if isinstance(name, apsw.URIFilename) else str(name)
        flags[1] = flags[0]
        if name is None:
            return OpenFile(Disk(), Data())
        disk, short = self._place(path)
        data = disk.names.get(short)
        if data is None:
            if not flags[0] & apsw.SQLITE_OPEN_CREATE:
                raise apsw.CantOpenError
            data = disk.create(short, takes_its_name=bool(flags[0] & JOURNALS))
        return OpenFile(disk, data)

    def xDelete(self, path: str, flush: bool) -> None:  # noqa: N802  # SQLite's name
        disk, name = self._place(path)
        if name not in disk.names:
            error = apsw.IOError()
            error.extendedresult = apsw.SQLITE_IOERR_DELETE_NOENT
            raise error
        disk.delete(name, flush=flush)

    def xAccess(self, path: str, _flags: int) -> bool:  # noqa: N802  # SQLite's name
        disk, name = self._place(path)
        return name in disk.names

    def xFullPathname(self, name: str) -> str:  # noqa: N802  # SQLite's name
        return name


class OpenFile:
    """One open file, as SQLite calls it. There is one connection to a disk, so no locks."""

    def __init__(self, disk: Disk, data: Data) -> None:
        self._disk = disk
        self._data = data

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        return bytes(self._data.seen[offset : offset + amount])

    def xWrite(self, written: bytes, offset: int) -> None:  # noqa: N802
        self._data.change((offset, bytes(written)))
        self._disk.on_change()

    def xTruncate(self, size: int) -> None:  # noqa: N802
        self._data.change((size, None))
        self._disk.on_change()

    def xSync(self, _flags: int) -> None:  # noqa: N802
        self._data.flush()
        if self._data.takes_its_name:
            self._data.takes_its_name = False
            self._disk.flush()
        self._disk.on_change()

    def xFileSize(self) -> int:  # noqa: N802
        return len(self._data.seen)

    def xLock(self, _level: int) -> None:  # noqa: N802
        """Always free."""

    def xUnlock(self, _level: int) -> None:  # noqa: N802
        """Always free."""

    def xCheckReservedLock(self) -> bool:  # noqa: N802
        return False

    def xFileControl(self, _op: int, _pointer: int) -> bool:  # noqa: N802
        return False

    def xSectorSize(self) -> int:  # noqa: N802
        return 4096

    def xDeviceCharacteristics(self) -> int:  # noqa: N802
        return apsw.SQLITE_IOCAP_POWERSAFE_OVERWRITE

    def xClose(self) -> None:  # noqa: N802
        """What is not flushed stays so."""


def _apply(content: bytearray, change: Change) -> None:
    offset, data = change
    if data is None:
        del content[offset:]
        return
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data
