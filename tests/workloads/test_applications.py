"""The oracles of applications and event loops by other means, and what their threads share."""

from __future__ import annotations

import asyncio
import binascii
import html
import json
import random
import re
from collections import Counter
from decimal import Decimal, localcontext

import pytest

from benchmarks.workloads import (
    applications,
    applications_ngrams,
    applications_pagerank,
    asyncio_loops,
)
from benchmarks.workloads.declare import WrongAnswerError


def test_answers_written_by_hand():
    """Every answer put together again, with the standard library's own tools where it has some."""
    price = "10.00 usd 258"  # one a character of "blue <pen>", and the second currency
    item = html.escape("blue <pen>")
    query = html.escape("thé & crème")
    rows = "".join(
        f'<li class="{("even", "odd")[row % 2]}">{query} {row}</li>' for row in range(12)
    )
    lines = [(number, 250) for number in range(1, 9)]
    total = sum(count * price for count, price in lines)
    title = "<html><title>corner shop</title>"
    bodies = [
        ("200 OK", f"{title}<h1>Item {item}</h1><p>{price}</p></html>"),
        ("200 OK", f"{title}<h1>{query}</h1><ul>{rows}</ul></html>"),
        ("200 OK", json.dumps({"buyer": "Zoë & co", "total": total, "lines": len(lines)})),
        ("200 OK", '{"shop": "corner shop", "status": "up"}'),
        ("404 Not Found", ""),
        ("413 Content Too Large", ""),
    ]
    answers = []
    for status, body in bodies:
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body.encode())}\r\n"
        answers.append(f"{head}Server: workload\r\nCache-Control: no-store\r\n\r\n{body}".encode())
    site = applications.Site()
    assert [applications._answer(site, raw) for raw in applications._requests(0)] == answers
    everything = b"".join(answers)
    assert len(answers) == applications.REQUESTS
    assert len(everything) == applications.ANSWER_BYTES
    assert binascii.crc32(everything) == applications.CHECKSUM


def test_requests_are_what_a_browser_would_send():
    for raw in applications._requests(0):
        head, _, body = raw.decode().partition("\r\n\r\n")
        assert re.fullmatch(r"(GET|POST) /\S+ HTTP/1\.1", head.splitlines()[0])
        assert (body != "") == head.startswith("POST")


def test_serving_changes_nothing_that_is_shared():
    site = applications.Site()
    before = repr((site.config, site.routes, site.templates))
    applications._serve(applications._requests(0), site, 2)
    assert repr((site.config, site.routes, site.templates)) == before


def test_word_pairs_by_regular_expression():
    text = applications_ngrams._chunk()
    words = r"(?m)(?=(?:^|(?<= ))(\S+) (\S+))"
    pairs = Counter(match.groups() for match in re.finditer(words, text))
    assert pairs == applications_ngrams._count(text)
    assert (pairs.total(), len(pairs)) == (
        applications_ngrams.PAIRS,
        applications_ngrams.DIFFERENT,
    )


def test_a_lost_count_is_noticed():
    corpus = applications_ngrams.Corpus()
    ledgers = [applications_ngrams.Ledger(worker) for worker in range(2)]
    tallies = [applications_ngrams._count_and_merge(one, corpus, 2) for one in ledgers]
    applications_ngrams._check_tables(tallies, 2)
    pair = random.Random(1).choice(list(corpus.table))
    corpus.table[pair] -= 1
    with pytest.raises(WrongAnswerError, match="pairs in the table"):
        applications_ngrams._check_tables(tallies, 2)
    other = next(one for one in corpus.table if one != pair)
    corpus.table[other] += 1
    with pytest.raises(WrongAnswerError, match="checksum"):
        applications_ngrams._check_tables(tallies, 2)


def test_the_table_stops_growing():
    corpus = applications_ngrams.Corpus()
    ledger = applications_ngrams.Ledger(0)
    applications_ngrams._count_and_merge(ledger, corpus, 1)
    size = len(corpus.table)
    applications_ngrams._count_and_merge(ledger, corpus, 5)
    assert len(corpus.table) == size


def test_pools_of_threads_and_processes_do_the_same():
    _, threads, processes = applications_ngrams.WORKLOADS
    assert (threads.run, threads.check, threads.cpus) == (
        processes.run,
        processes.check,
        processes.cpus,
    )
    assert processes.remedy == threads.slug


def test_pagerank_with_fifty_digits():
    graph = applications_pagerank._graph()
    assert len(graph) == applications_pagerank.PAGES
    assert {len(links) for links in graph.values()} == {applications_pagerank.LINKS}
    assert all(page not in links for page, links in graph.items())
    with localcontext() as context:
        context.prec = 50
        damping, pages = Decimal("0.85"), Decimal(len(graph))
        ranks = dict.fromkeys(graph, 1 / pages)
        for _ in range(applications_pagerank.ROUNDS):
            # By page that is linked, where the workload goes by page that links.
            ranks = {
                page: (1 - damping) / pages
                + damping
                * sum(ranks[one] / len(links) for one, links in graph.items() if page in links)
                for page in graph
            }
        squares = sum(rank * rank for rank in ranks.values())
    assert round(float(squares), 15) == applications_pagerank.SQUARES
    assert max(ranks, key=ranks.get) == applications_pagerank.BEST


@pytest.mark.parametrize("setup", [asyncio_loops._loop, asyncio_loops._line, asyncio_loops._wires])
def test_every_worker_has_a_loop_of_its_own(setup):
    loops = [getattr(one, "loop", one) for one in map(setup, range(2))]
    assert loops[0] is not loops[1]
    assert all(isinstance(loop, asyncio.AbstractEventLoop) for loop in loops)


def test_waiting_takes_the_time_it_says(monkeypatch):
    """The answer is not there before the timer has sent it: without one, nobody is answered."""
    wires = asyncio_loops._wires(0)
    started = wires.loop.time()
    asyncio_loops._check_answers([asyncio_loops._wait(wires, None, 2)], 2)
    assert wires.loop.time() - started >= 2 * asyncio_loops.FAR_AWAY
    monkeypatch.setattr(wires.loop, "call_later", lambda *_: None)

    async def impatient():
        async with asyncio.timeout(0.05):
            await asyncio_loops._ask_all(wires, 1)

    with pytest.raises(TimeoutError):
        wires.loop.run_until_complete(impatient())


@pytest.mark.interpreters
def test_what_is_shared_is_counted(python, target):
    """Nothing that threads read together is immortal, or its counting would cost nothing."""
    command = """
import sys
from benchmarks.workloads import applications, applications_ngrams, applications_pagerank
graph = applications_pagerank._graph()
assert not any(map(sys._is_immortal, graph)) and not any(map(sys._is_immortal, graph.values()))
assert not any(map(sys._is_interned, graph))
name = next(iter(graph))
linked = [link for links in graph.values() for link in links if link == name]
assert len(linked) > 1 and all(link is name for link in linked)
site = applications.Site()
for value in (site, site.config, site.routes, site.templates, site.config["name"],
              site.config["limit"], site.config["currencies"]["usd"], site.config["headers"][0]):
    assert not sys._is_immortal(value), value
one, two = applications._requests(0), applications._requests(1)
assert all(a == b and a is not b for a, b in zip(one, two, strict=True))
corpus = applications_ngrams.Corpus()
applications_ngrams._merge(corpus.table, applications_ngrams._count(corpus.chunk))
assert not any(map(sys._is_immortal, (corpus, corpus.table, corpus.chunk, *corpus.table)))
"""
    done = python(target, "-P", "-c", command)
    assert done.returncode == 0, done.stderr


@pytest.mark.interpreters
def test_everything_runs_in_an_interpreter_of_its_own(python, target):
    """What can be split over workers can be split over interpreters, imports included."""
    inside = """
from benchmarks.workloads import applications, applications_ngrams
from benchmarks.workloads import applications_pagerank, asyncio_loops
for module in (applications, applications_ngrams, applications_pagerank, asyncio_loops):
    for workload in module.WORKLOADS:
        if not workload.single_only:
            shared, local = workload.setup_shared(), workload.setup_local(0)
            workload.check([workload.run(local, shared, 2)], 2)
            print(workload.slug)
"""
    command = f"from concurrent import interpreters; interpreters.create().exec({inside!r})"
    done = python(target, "-P", "-c", command)
    assert done.stdout.split() == [
        *("request", "ngrams", "pagerank"),
        *("asyncio-gather", "asyncio-call-soon", "asyncio-streams", "io-wait"),
    ], done.stderr
