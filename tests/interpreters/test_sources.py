"""Only genuine tarballs are used, from the nearest place that has them."""

import functools
import http.server
import io
import threading
from pathlib import Path

import pytest

from ftguide.ground.files import sha256
from ftguide.interpreters import network, sources
from ftguide.interpreters.model import InterpreterError
from ftguide.interpreters.network import Network
from ftguide.interpreters.sources import Release, fetch, pool_file, pool_folders, recognise
from tests.chance import seen
from tests.interpreters.conftest import LINE, FakeNetwork, Machine

TARGETS = """\
http://mirror.example/debian-security/\tmain\tDebian
http://mirror.example/debian/\tmain\tDebian
http://mirror.example/debian/\tmain\tDebian
http://mirror.example/debian/\tcontrib\tDebian
https://vendor.test/apt/\tmain\tVendor
cdrom:[Debian 13]/\tmain\tDebian
file:/srv/mirror/\tmain\tDebian
http://archive.ubuntu.com/ubuntu/\tuniverse\tUbuntu
"""


def bring(machine: Machine, **changed: object) -> sources.Tarball:
    values = {
        "say": machine.say,
        "network": machine.network,
        "releases": (machine.release,),
        "targets": "http://mirror.test/debian/\tmain\tDebian\n",
    }
    return fetch(LINE, machine.shelf.downloads, **(values | changed))  # type: ignore[arg-type]


def test_the_table_is_well_formed():
    assert len({release.sha256 for release in sources.RELEASES}) == len(sources.RELEASES)
    for release in sources.RELEASES:
        assert len(bytes.fromhex(release.sha256)) == 32
    assert {release.line for release in sources.RELEASES} == {"3.13", "3.14", "3.15"}


def test_addresses_follow_both_archives_customs():
    release, candidate = Release("3.14.7", ""), Release("3.15.0rc2", "")
    assert release.url == "https://www.python.org/ftp/python/3.14.7/Python-3.14.7.tar.xz"
    assert candidate.url == "https://www.python.org/ftp/python/3.15.0/Python-3.15.0rc2.tar.xz"
    assert pool_file(release) == "p/python3.14/python3.14_3.14.7.orig.tar.xz"
    assert pool_file(candidate) == "p/python3.15/python3.15_3.15.0~rc2.orig.tar.xz"


def test_pools_are_derived_from_apts_targets():
    assert pool_folders(TARGETS) == (
        "http://mirror.example/debian/pool/main",
        "http://archive.ubuntu.com/ubuntu/pool/universe",
        "http://mirror.example/debian-security/pool/main",
        "https://vendor.test/apt/pool/main",
    )


def test_pools_are_derived_without_apts_lists():
    """Images throw the lists away; apt then leaves the origin as it was asked for."""
    assert pool_folders("http://mirror.example/debian/\tmain\t$(ORIGIN)\n") == (
        "http://mirror.example/debian/pool/main",
    )
    assert pool_folders("") == ()


def test_python_org_comes_first(machine: Machine):
    machine.network.routes = (sources.PYTHON_ORG,)
    machine.network.files = {
        machine.release.url: machine.tarball,
        machine.pool_url: machine.tarball,
    }
    tarball = bring(machine)
    assert machine.network.asked == [machine.release.url]
    assert tarball.path == machine.shelf.downloads / machine.release.file_name
    assert sha256(tarball.path) == machine.release.sha256


def test_apts_mirror_serves_where_python_org_does_not(machine: Machine):
    machine.network.routes = (sources.PYTHON_ORG,)
    machine.network.files = {machine.pool_url: machine.tarball}
    tarball = bring(machine)
    assert machine.network.asked == [machine.release.url, machine.pool_url]
    assert "apt" in tarball.origin
    assert machine.told("www.python.org", "404")
    assert machine.told("downloading", "mirror.test")


def test_without_a_route_python_org_is_not_tried(machine: Machine):
    machine.network.files = {machine.pool_url: machine.tarball}
    bring(machine)
    assert machine.network.asked == [machine.pool_url]


def test_a_verified_tarball_is_kept(machine: Machine):
    machine.network.files = {machine.pool_url: machine.tarball}
    bring(machine)
    machine.network.files = {}
    assert bring(machine).origin == "a tarball fetched earlier"


def test_a_kept_tarball_that_changed_is_fetched_again(machine: Machine):
    machine.network.files = {machine.pool_url: machine.tarball}
    bring(machine).path.write_bytes(b"damaged")
    assert "apt" in bring(machine).origin


def test_a_wrong_checksum_is_not_used_and_leaves_nothing(machine: Machine):
    forged = machine.root / "forged"
    forged.write_bytes(b"something else")
    machine.network.files = {machine.pool_url: forged}
    with pytest.raises(InterpreterError, match="--tarball"):
        bring(machine)
    assert machine.told("mirror.test", "SHA-256", "not used")
    assert list(machine.shelf.downloads.iterdir()) == []


def test_every_version_of_the_line_is_tried_newest_first(machine: Machine):
    newer = Release(f"{LINE}.2", "f" * 64)
    machine.network.files = {machine.pool_url: machine.tarball}
    tarball = bring(machine, releases=(newer, machine.release))
    assert tarball.release is machine.release
    assert [url.rpartition("_")[2] for url in machine.network.asked] == [
        f"{LINE}.2.orig.tar.xz",
        f"{LINE}.1.orig.tar.xz",
    ]


def test_without_any_source_the_error_says_what_to_carry_over(machine: Machine):
    with pytest.raises(InterpreterError) as caught:
        bring(machine, targets="")
    assert machine.release.url in str(caught.value)
    assert f"--tarball {machine.release.file_name}" in str(caught.value)


def test_an_unknown_line_names_the_known_ones(machine: Machine):
    with pytest.raises(InterpreterError, match=r"No tarball of Python 3\.98 .*3\.97"):
        fetch(
            "3.98",
            machine.shelf.downloads,
            say=machine.say,
            network=FakeNetwork(),
            releases=(machine.release,),
        )


def test_a_tarball_given_is_recognised_by_its_sum(machine: Machine, tmp_path: Path):
    renamed = tmp_path / "any-name"
    renamed.write_bytes(machine.tarball.read_bytes())
    assert recognise(renamed, LINE, (machine.release,)).release is machine.release


@pytest.mark.parametrize("content", [None, b"", b"truncated"])
def test_a_tarball_given_that_is_none_is_named(machine: Machine, tmp_path: Path, content):
    path = tmp_path / "file.tar.xz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InterpreterError, match=str(path)):
        recognise(path, LINE, (machine.release,))


def test_a_tarball_of_another_line_is_refused(machine: Machine):
    with pytest.raises(InterpreterError, match="not a release this checkout knows"):
        recognise(machine.tarball, "3.14", (machine.release, *sources.RELEASES))


def test_hosts_that_swallow_packets_do_not_hold_anything_up(monkeypatch):
    """Every knock still hangs when the answer comes: nothing waits longer than the limit."""
    silence = threading.Event()
    hanging, given_up = [], []

    def swallow(address, timeout):
        hanging.append(address[0])
        silence.wait(250)
        given_up.append(address[0])
        raise TimeoutError

    monkeypatch.setattr(network, "CONNECT_SECONDS", 0.2)
    monkeypatch.setattr(network.socket, "create_connection", swallow)
    monkeypatch.setattr(network.urllib.request, "getproxies", dict)
    try:
        answer = Network().reachable("https://a.test", "https://b.test", "https://c.test")
        assert given_up == []
        assert answer == (False, False, False)
        seen(lambda: sorted(hanging), lambda hosts: hosts == ["a.test", "b.test", "c.test"])
    finally:
        silence.set()


def test_with_a_proxy_it_is_the_proxy_that_must_answer(monkeypatch):
    knocked = []
    monkeypatch.setattr(network, "CONNECT_SECONDS", 60.0)
    monkeypatch.setattr(
        network.socket,
        "create_connection",
        lambda address, timeout: knocked.append(address) or io.BytesIO(),
    )
    monkeypatch.setattr(
        network.urllib.request, "getproxies", lambda: {"https": "http://proxy.test:3128"}
    )
    monkeypatch.setattr(network.urllib.request, "proxy_bypass", lambda host: False)
    assert Network().reachable("https://www.python.org") == (True,)
    assert knocked == [("proxy.test", 3128)]


def test_a_refused_connection_is_no_route(monkeypatch):
    def refuse(address, timeout):
        raise ConnectionRefusedError

    monkeypatch.setattr(network.socket, "create_connection", refuse)
    assert Network().reachable("https://www.python.org") == (False,)


@pytest.fixture
def server(tmp_path: Path, monkeypatch):
    """Serve a folder on this machine, past any proxy; yields its address and the folder."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(network, "CONNECT_SECONDS", 60.0)
    monkeypatch.setattr(network, "STALL_SECONDS", 60.0)
    folder = tmp_path / "served"
    folder.mkdir()

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *words):
            pass

    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as serving:
        thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{serving.server_port}", folder
        serving.shutdown()
        thread.join()


def test_a_download_arrives_whole_and_reports_itself(server, tmp_path: Path):
    address, folder = server
    data = bytes(range(256)) * 4096
    (folder / "file").write_bytes(data)
    heard = []
    Network().download(
        f"{address}/file",
        tmp_path / "got",
        progress=lambda done, total: heard.append((done, total)),
        proxy="http://not-used.invalid:1",
    )
    assert (tmp_path / "got").read_bytes() == data
    assert heard[-1] == (len(data), len(data))
    assert Network().reachable(address) == (True,)


def test_a_missing_file_is_said_with_the_servers_words(server, tmp_path: Path):
    address, _ = server
    with pytest.raises(OSError, match="the server answered 404"):
        Network().download(f"{address}/none", tmp_path / "x", progress=lambda done, total: None)
