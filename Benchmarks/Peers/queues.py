"""No-op messages per second through another queue on PostgreSQL: queues.py pgqueuer|pgmq URL MESSAGES WORKERS

Each worker is a process. Prints one JSON object with the rate of claim and finish; the queue is filled before the clock runs. The
queue lives in a database of its own on the server of URL, which is dropped again.
"""
import asyncio
import importlib.resources
import json
import multiprocessing
import sys
import time
from urllib.parse import urlsplit, urlunsplit

import asyncpg

DATABASE = "bench_peer_queue"
BATCH = 1_000


def at(url, database):
    return urlunsplit(urlsplit(url)._replace(path="/" + database))


class PgQueuer:
    async def fill(self, url, messages):
        from pgqueuer.db import AsyncpgDriver
        from pgqueuer.queries import Queries

        connection = await asyncpg.connect(url)
        queries = Queries(AsyncpgDriver(connection))
        await queries.install()
        for start in range(0, messages, BATCH):
            count = min(BATCH, messages - start)
            await queries.enqueue(["nothing"] * count, [b"x" * 100] * count, [0] * count)
        await connection.close()

    async def work(self, url):
        from pgqueuer.db import AsyncpgDriver
        from pgqueuer.qm import QueueManager
        from pgqueuer.queries import Queries
        from pgqueuer.models import Job
        from pgqueuer.types import QueueExecutionMode

        connection = await asyncpg.connect(url)
        manager = QueueManager(Queries(AsyncpgDriver(connection)))

        @manager.entrypoint("nothing")
        async def nothing(job: Job) -> None:
            pass

        await manager.run(batch_size=BATCH, mode=QueueExecutionMode.drain)
        await connection.close()

    async def left(self, connection):
        return await connection.fetchval("SELECT count(*) FROM pgqueuer")


class PGMQ:
    async def fill(self, url, messages):
        connection = await asyncpg.connect(url)
        await connection.execute("CREATE SCHEMA IF NOT EXISTS pgmq")
        await connection.execute(importlib.resources.files("pgmq.sql").joinpath("pgmq.sql").read_text())
        await connection.execute("SELECT pgmq.create('nothing')")
        await connection.execute(
            "SELECT count(*) FROM (SELECT pgmq.send('nothing', jsonb_build_object('payload', repeat('x', 100)))"
            f" FROM generate_series(1, {messages})) sent"
        )
        await connection.close()

    async def work(self, url):
        connection = await asyncpg.connect(url)
        read = await connection.prepare(f"SELECT msg_id FROM pgmq.read('nothing', 60, {BATCH})")
        delete = await connection.prepare("SELECT count(*) FROM pgmq.delete('nothing', $1::bigint[])")
        while ids := [row[0] for row in await read.fetch()]:
            await delete.fetchval(ids)
        await connection.close()

    async def left(self, connection):
        return await connection.fetchval("SELECT count(*) FROM pgmq.q_nothing")


TOOLS = {"pgqueuer": PgQueuer, "pgmq": PGMQ}


def worker(tool, url, ready, go):
    # Imported before the clock runs.
    __import__(tool)
    ready.release()
    go.wait()
    asyncio.run(TOOLS[tool]().work(url))


async def database(url, *statements):
    connection = await asyncpg.connect(url)
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


async def left(tool, url):
    connection = await asyncpg.connect(url)
    count = await TOOLS[tool]().left(connection)
    await connection.close()
    return count


def main(tool, url, messages, workers):
    peer = at(url, DATABASE)
    asyncio.run(database(url, f"DROP DATABASE IF EXISTS {DATABASE}", f"CREATE DATABASE {DATABASE}"))
    try:
        asyncio.run(TOOLS[tool]().fill(peer, messages))
        asyncio.run(database(peer, "VACUUM ANALYZE"))
        context = multiprocessing.get_context("spawn")
        ready, go = context.Semaphore(0), context.Event()
        processes = [context.Process(target=worker, args=(tool, peer, ready, go)) for _ in range(workers)]
        for process in processes:
            process.start()
        for _ in processes:
            ready.acquire()
        started = time.monotonic()
        go.set()
        for process in processes:
            process.join()
        seconds = time.monotonic() - started
        if remaining := asyncio.run(left(tool, peer)):
            sys.exit(f"{remaining} messages are left")
        print(json.dumps({"finish": messages / seconds}))
    finally:
        asyncio.run(database(url, f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)"))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
