"""What is packed comes back byte for byte; what is damaged, foreign or a bomb is refused and says why."""

import json
import lzma
import re
from pathlib import Path

import msgspec
import pytest

from ftguide.ground import files
from ftguide.ground.files import ROOT
from ftguide.suite.record import packing, store
from ftguide.suite.record.model import Line
from tests import synthetic

MOST = 2**28
PAGE = ROOT / "source" / "benchmarks" / "method.md"


def lines_of(stored):
    return b"".join(msgspec.json.encode(Line(block=block)) + b"\n" for block in stored.blocks)


@pytest.fixture(scope="module")
def text():
    return lines_of(
        synthetic.stored(
            blocks=4, truth={"nbody": synthetic.SINGLE, "mandelbrot": synthetic.SCALES}
        )
    )


def with_laps(text, laps=3):
    """Time every value of one worker in laps that add up to it, as calibrated runs do."""
    records = [json.loads(line) for line in text.splitlines()]
    for record in records:
        for arm in record["block"]["arms"].values():
            if len(arm["spans"][0]) == 1:
                took = [stop - start for ((start, stop),) in arm["spans"]]
                arm["laps"] = [[each - 2 * (each // 3), *[each // 3] * (laps - 1)] for each in took]
    return b"".join(msgspec.json.encode(record) + b"\n" for record in records)


def parts(packed):
    head, _, rest = lzma.decompress(packed).partition(b"\n")
    size = json.loads(head)["text"]
    return json.loads(head), rest[:size], rest[size:]


def made(head, text, planes):
    return lzma.compress(json.dumps(head).encode() + b"\n" + text + planes)


def test_lines_come_back_byte_for_byte_and_their_readings_lie_apart(text):
    assert b'"laps":[[' in with_laps(text)
    for lines in (text, with_laps(text), text * 2, b"", b"\n", text.replace(b"\n", b"\n\n")):
        packed = packing.pack(lines)
        assert packing.unpack(packed, MOST) == lines
        head, kept, planes = parts(packed)
        assert len(planes) == 8 * head["numbers"]
        assert bool(head["numbers"]) is bool(lines.strip())
        assert b'"spans":[' not in kept
    assert packing.pack(text) == packing.pack(text)


def test_lines_of_the_first_suites_have_no_laps(text):
    lines = text.replace(b',"laps":[]', b"")
    packed = packing.pack(lines)
    assert packing.unpack(packed, MOST) == lines
    assert parts(packed)[0]["numbers"]


def test_other_lines_lie_between_the_blocks_as_they_were(text):
    first, *rest = text.splitlines(keepends=True)
    others = [Line(loops={"nbody": 3}), Line(single_loops={"x": 1})]
    lines = b"".join([first, *(msgspec.json.encode(each) + b"\n" for each in others), *rest])
    packed = packing.pack(lines)
    assert packing.unpack(packed, MOST) == lines
    assert parts(packed)[0]["numbers"]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: text.replace(b'"steal":', b' "steal":', 1), id="spelling"),
        pytest.param(lambda text: text[:-1], id="cut-off-line-feed"),
        pytest.param(lambda text: text[:-30], id="cut-off-line"),
        pytest.param(lambda text: text.replace(b'"order":[[', b'"order":[["nobody",', 1), id="arm"),
        pytest.param(lambda text: text.replace(b'"laps":[]', b'"laps":[[1]]', 1), id="laps"),
        pytest.param(lambda text: re.sub(rb"\[\[\[\d+", b"[[[1.5", text, count=1), id="float"),
        pytest.param(
            lambda text: re.sub(rb"\[\[\[\d+", b"[[[" + b"9" * 30, text, count=1), id="64 bit"
        ),
        pytest.param(
            lambda text: text.replace(b'"spans":[[[', b'"spans":7,"x":[[[', 1), id="count"
        ),
        pytest.param(lambda text: text.replace(b'"block":{', b'"block":[],"x":{', 1), id="block"),
        pytest.param(lambda _: b"\xff\x00" * 50 + b"\n", id="no-text"),
        pytest.param(lambda _: b"[" * 5000 + b"\n", id="nested"),
        pytest.param(lambda _: b"7\n", id="no-record"),
    ],
)
def test_lines_of_another_shape_come_back_as_well(text, change):
    changed = change(text)
    assert changed != text
    assert packing.unpack(packing.pack(changed), MOST) == changed


def test_what_is_cut_off_or_changed_is_noticed_wherever_it_is(text):
    packed = packing.pack(text)
    for length in (0, 5, len(packed) // 2, len(packed) - 1):
        with pytest.raises(packing.PackingError):
            packing.unpack(packed[:length], MOST)
    for place in range(0, len(packed), max(1, len(packed) // 50)):
        with pytest.raises(packing.PackingError):
            packing.unpack(
                packed[:place] + bytes([packed[place] ^ 0x40]) + packed[place + 1 :], MOST
            )
    with pytest.raises(packing.PackingError, match="something follows its end"):
        packing.unpack(packed + b"\0" * 4, MOST)


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ({"format": 2}, "it has format 2, and this checkout reads 1"),
        ({"numbers": 1}, "not as long as its head says"),
        ({"text": -1}, "not as long as its head says"),
        ({"text": "all"}, "its first line is not a head"),
    ],
)
def test_a_head_that_does_not_fit_is_refused(text, head, told):
    old, kept, planes = parts(packing.pack(text))
    with pytest.raises(packing.PackingError, match=told):
        packing.unpack(made({**old, **head}, kept, planes), MOST)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda kept, numbers: (kept, numbers + b"\0" * 8), "more numbers than its lines tell"),
        (lambda kept, numbers: (kept, numbers[:-8]), "fewer numbers than its lines tell"),
        (
            lambda kept, numbers: (kept.replace(b'"spans":1', b'"spans":-1', 1), numbers),
            "do not fit",
        ),
        (
            lambda kept, numbers: (kept.replace(b'"spans":1', b'"spans":99999999999', 1), numbers),
            "fewer numbers",
        ),
        (
            lambda kept, numbers: (kept.replace(b'"spans":1', b'"spans":"1"', 1), numbers),
            "do not fit",
        ),
        (
            lambda kept, numbers: (kept.replace(b'"order":[[', b'"order":[["x",', 1), numbers),
            "do not fit",
        ),
        (lambda kept, numbers: (b"[" * 5000 + kept, numbers), "do not fit"),
    ],
)
def test_lines_and_numbers_that_do_not_fit_each_other_are_refused(text, change, told):
    head, kept, planes = parts(packing.pack(text))
    kept, planes = change(kept, planes)
    head = {**head, "text": len(kept), "numbers": len(planes) // 8}
    with pytest.raises(packing.PackingError, match=told):
        packing.unpack(made(head, kept, planes), MOST)


def test_a_bomb_is_refused_for_what_it_unpacks_to_and_for_the_memory_it_asks_for(text):
    bomb = lzma.compress(b"\n" * 50_000_000)
    assert len(bomb) < 10_000
    with pytest.raises(files.TooLargeError, match="more than 1000000 bytes"):
        packing.unpack(bomb, 1_000_000)
    # Small as a file and unpacked by xz, large as lines: a byte of text and an integer make more text.
    packed = packing.pack(text)
    inner = len(lzma.decompress(packed))
    assert inner < len(text)
    with pytest.raises(files.TooLargeError):
        packing.unpack(packed, inner)
    greedy = lzma.compress(b"{}", filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 2**28}])
    with pytest.raises(packing.PackingError, match=r"[Mm]emory"):
        packing.unpack(greedy, MOST)


def test_a_damaged_file_of_a_run_is_named_with_the_remedy(tmp_path, text):
    path = tmp_path / store.BLOCKS
    path.write_bytes(packing.pack(text)[:-9])
    with pytest.raises(store.StoreError) as raised:
        store.text_of(path)
    assert str(raised.value).startswith(f"{path}: cannot be unpacked (it is cut off). Restore it")
    path.write_bytes(packing.pack(text[:-1]))
    with pytest.raises(store.StoreError, match=r"blocks\.xz: its last line is cut off"):
        store.read_lines(tmp_path)


def test_every_spelling_says_the_same(tmp_path, text):
    lines = with_laps(text)
    contents = {
        store.BLOCKS: packing.pack(lines),
        store.GZIP: files.pack(lines),
        store.GROWING: lines,
    }
    assert (*contents,) == store.SPELLINGS
    for name, content in contents.items():
        folder = tmp_path / name
        folder.mkdir()
        (folder / name).write_bytes(content)
        assert store.blocks_path(folder) == folder / name
        assert store.text_of(folder / name) == lines
        assert store.packed(folder / name) == contents[store.BLOCKS]
        assert len(store.read_lines(folder)) == lines.count(b"\n")
    assert store.blocks_path(tmp_path) == tmp_path / store.BLOCKS


def program():
    """Return the program of the page about the method that reads a packed run."""
    (code,) = [
        block
        for block in re.findall(r"```\{snippet\}\n(.*?)```", PAGE.read_text(), re.DOTALL)
        if "lzma" in block
    ]
    return "\n".join(line for line in code.splitlines() if not line.startswith(":")).strip()


@pytest.mark.parametrize("laps", [False, True])
def test_the_program_of_the_page_reads_what_we_read(tmp_path, monkeypatch, capsys, text, laps):
    lines = with_laps(text) if laps else text
    (tmp_path / store.BLOCKS).write_bytes(packing.pack(lines))
    monkeypatch.chdir(tmp_path)
    exec(compile(program(), str(PAGE), "exec"), {})
    expected = []
    for line in store.read_lines(tmp_path):
        block, seen, end = line.block, {}, 0
        for name in (name for turn in block.order for name in turn):
            arm, at = block.arms[name], seen.setdefault(name, 0)
            seen[name] += 1
            spans = arm.spans[at]
            took = list(arm.laps[at]) if arm.laps else [stop - start for start, stop in spans]
            expected.append(f"{block.workload} {name} {[start - end for start, _ in spans]} {took}")
            end = max(stop for _, stop in spans)
    assert capsys.readouterr().out.splitlines() == expected


def published():
    results = ROOT / store.RESULTS
    folders = [store.folder_of(results, each) for each in store.read_index(results).runs]
    return sorted(folder for folder in folders if store.blocks_path(folder).exists())


@pytest.mark.parametrize("folder", published(), ids=lambda folder: Path(folder).name)
def test_published_values_are_packed_as_today(folder):
    assert store.blocks_path(folder).name == store.BLOCKS
