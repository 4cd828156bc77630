"""Machines that nobody here owns: 16 and 64 CPUs, hardware threads, NUMA nodes."""

import pytest

from ftguide.ground import topology
from ftguide.ground.topology import Topology, cpu_list, spread


def machine(root, *, cores, threads, nodes=1, apart=True):
    """Make sysfs as Linux shows it; `apart`: the second threads of all cores are numbered after the first."""
    number = cores * threads
    core_of = [cpu % cores if apart else cpu // threads for cpu in range(number)]
    for cpu, core in enumerate(core_of):
        folder = root / "cpu" / f"cpu{cpu}" / "topology"
        folder.mkdir(parents=True)
        siblings = [other for other in range(number) if core_of[other] == core]
        text = ",".join(map(str, siblings))
        (folder / "thread_siblings_list").write_text(f"{text}\n")
    for node in range(nodes):
        folder = root / "node" / f"node{node}"
        folder.mkdir(parents=True)
        own = [cpu for cpu in range(number) if core_of[cpu] * nodes // cores == node]
        (folder / "cpulist").write_text(",".join(map(str, own)))
    return topology.read(root)


@pytest.mark.parametrize("apart", [True, False])
@pytest.mark.parametrize(
    ("cores", "threads", "nodes"), [(8, 2, 1), (16, 1, 1), (32, 2, 2), (64, 1, 4)]
)
def test_workers_get_a_core_each_before_any_core_gets_two(tmp_path, cores, threads, nodes, apart):
    made = machine(tmp_path, cores=cores, threads=threads, nodes=nodes, apart=apart)
    assert (len(made.cores), len(made.nodes)) == (cores, nodes)
    order = spread(range(cores * threads), made)
    core_of = {cpu: core for core in made.cores for cpu in core}
    for thread in range(threads):
        used = [core_of[cpu] for cpu in order[thread * cores : (thread + 1) * cores]]
        assert len(set(used)) == cores
    assert sorted(order) == list(range(cores * threads))


def test_cpus_that_may_not_be_used_are_left_out(tmp_path):
    made = machine(tmp_path, cores=4, threads=2)  # 0 and 4 are one core, 1 and 5, …
    assert spread([0, 4, 5, 2], made) == (0, 2, 5, 4)


def test_a_system_that_does_not_tell_keeps_the_order_of_numbers(tmp_path):
    assert topology.read(tmp_path) == Topology((), ())
    assert spread([3, 1, 2], Topology((), ())) == (1, 2, 3)


@pytest.mark.parametrize(
    ("text", "cpus"),
    [
        ("0-3,8\n", (0, 1, 2, 3, 8)),
        ("0", (0,)),
        ("", ()),
        ("\n", ()),
        ("all", ()),
        ("1-2-3", ()),
        ("٣", ()),
        ("1,,2", (1, 2)),
    ],
)
def test_lists_of_cpus_are_read(text, cpus):
    assert cpu_list(text) == cpus


def test_a_file_that_cannot_be_read_is_as_if_it_were_not_there(tmp_path):
    made = machine(tmp_path, cores=2, threads=1)
    (tmp_path / "cpu" / "cpu1" / "topology" / "thread_siblings_list").write_bytes(b"\xff\xfe")
    assert topology.read(tmp_path).cores == made.cores[:1]
