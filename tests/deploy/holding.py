"""Run by `test_embedded` as a process of its own: starts the embedded database and holds it."""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path

import psycopg

from deploy.embedded import start

signal.signal(signal.SIGINT, signal.default_int_handler)  # also where the tests run behind `&`
embedded = start(Path(sys.argv[1]))
with psycopg.connect(embedded.dsn("throughcare_owner"), autocommit=True) as connection:
    connection.execute("create table if not exists public.starts (at timestamptz)")
    connection.execute("insert into public.starts values (clock_timestamp())")
    (starts,) = connection.execute("select count(*) from public.starts").fetchone() or (0,)
    try:
        print(starts, embedded.server_pid, flush=True)
        while True:
            time.sleep(0.05)
    except KeyboardInterrupt:
        connection.execute("select 1")
        print("the database outlived Ctrl-C", flush=True)
embedded.stop()
