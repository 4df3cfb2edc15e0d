"""``keys``: a copy of persons' keys, and putting back what was lost of them.

A copy belongs neither beside the database's nor beside the master key. It refuses to open a key.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

import psycopg
from cyclopts import App

from deploy.commands.house import opened
from deploy.commands.output import CONFLICT, FAILED, Json, Stopped, note, say
from deploy.kept import now
from projections import schema
from projections.connections import open_pool
from projections.keys_backup import NotACopyOfKeys, OfAnotherMaster, backed_up, restored

app = App(name="keys", help="Copies of persons' keys.")


@app.command
def backup(path: Path, /) -> None:
    """Copy every key, wrapped as it rests, into a new file that only you may read."""
    only_ours = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        with os.fdopen(os.open(path, only_ours, stat.S_IRUSR | stat.S_IWUSR), "wb") as file:
            with opened() as house, open_pool(house.database.dsn(schema.KEYS), most=1) as pool:
                many = sum(file.write(line) > 0 for line in backed_up(pool, now())) - 2
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise Stopped(f"{path} is there already: name a new file", CONFLICT) from None
    except OSError as unwritten:
        raise Stopped(f"{path} cannot be written: {unwritten.strerror}", FAILED) from None
    note(f"{many} keys in {path}: keep it apart from the database and from the master key")


@app.command
def restore(path: Path, /, *, json: Json = False) -> None:
    """Put back keys that are not there. Nothing that is there changes; who is erased stays so."""
    with opened() as house, open_pool(house.database.dsn(schema.KEYS), most=1) as pool:
        try:
            with path.open("rb") as file:
                back = restored(pool, file, house.keys.master)
        except OSError as unread:
            raise Stopped(f"{path} cannot be read: {unread.strerror}", FAILED) from None
        except NotACopyOfKeys as wrong:
            raise Stopped(f"{path} is no whole copy of keys ({wrong})", FAILED) from None
        except OfAnotherMaster as other:
            raise Stopped(
                f"the keys in {path} are of master key {other}, and this place has "
                f"{house.keys.master}: give the master key they were wrapped by, "
                "THROUGHCARE_MASTER_KEY_FILE; nothing was put back",
                CONFLICT,
            ) from None
        with psycopg.connect(house.database.dsn(schema.PROJECT)) as connection:
            erased = {person for (person,) in connection.execute("select person from views.erased")}
        again = sorted(erased.intersection(back))
        for person in again:
            house.keys.destroy(person)
        say([{"put_back": len(back), "destroyed_again": len(again)}], json=json)
