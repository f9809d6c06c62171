"""A process that reads one file and nothing else, so that its memory is the portal's and not the bench's."""

from __future__ import annotations

import resource
import time
from multiprocessing.connection import Connection

import django

django.setup()

from django.db import connection

from pages.exchange import preview


def read_apart(pipe: Connection, database: str) -> None:
    """Of the file that comes through the pipe: how many rows it has when all is clean (else 0), seconds of processor
    time, peak in MiB."""
    connection.settings_dict["NAME"] = database
    data = pipe.recv_bytes()
    began = time.process_time()
    found = preview(data)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    pipe.send((len(found.rows) if found.is_clean else 0, time.process_time() - began, peak))
