"""Wires to workers: strangers are sent away, answers may come in pieces, what is no answer is an error."""

import socket
import struct
import threading

import pytest

from ftguide.suite.observe.wire import Worker, accepted


def call(port, greeting):
    wire = socket.create_connection(("127.0.0.1", port))
    wire.sendall(greeting)
    return wire


def test_workers_that_call_back_are_told_from_strangers_and_ordered_by_number():
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)
        port = server.getsockname()[1]
        greetings = (b"GET / HTTP/1.1\r\n", b"token0001\n", b"token0000\n")
        callers = [call(port, greeting) for greeting in greetings]
        first, second = accepted(server, "token", 2)
        first.sendall(b"0")
        second.sendall(b"1")
        stranger, one, zero = callers
        assert (zero.recv(1), one.recv(1), stranger.recv(1)) == (b"0", b"1", b"")
        for wire in (first, second, *callers):
            wire.close()


def test_who_says_nothing_or_hangs_up_holds_nobody_up():
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(3)
        port = server.getsockname()[1]
        silent, gone, worker = (call(port, greeting) for greeting in (b"", b"", b"token0000\n"))
        gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        gone.close()  # with a reset
        (wire,) = accepted(server, "token", 1)
        assert wire.gettimeout() is None, "a worker may take its time"
        wire.sendall(b"0")
        assert (worker.recv(1), silent.recv(1)) == (b"0", b"")
        for each in (wire, worker, silent):
            each.close()


def test_an_answer_that_comes_with_the_greeting_is_not_lost():
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)
        caller = call(server.getsockname()[1], b"token0000\n[1, 2]\n")
        (wire,) = accepted(server, "token", 1)
        assert Worker(wire, None).receive() == [1, 2]
        caller.close()
        wire.close()


def test_who_does_not_call_is_not_waited_for():
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        with pytest.raises(TimeoutError):
            accepted(server, "token", 1)


@pytest.fixture
def pair():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Worker(ours, None), theirs


def test_an_answer_may_come_in_pieces(pair):
    worker, other = pair
    other.sendall(b"[1, ")
    assert worker.receive() is None
    other.sendall(b"2]\n{'next'")
    assert worker.receive() == [1, 2]
    other.sendall(b": 3}\n")
    assert worker.receive() == {"next": 3}


def test_the_end_and_nonsense_are_errors_and_a_command_to_the_dead_is_none(pair):
    worker, other = pair
    other.sendall(b"import os\n")
    with pytest.raises((ValueError, SyntaxError)):
        worker.receive()
    threading.Thread(target=other.close).start()
    with pytest.raises(EOFError):
        worker.receive()
    for _ in range(3):
        worker.send("end")
