"""Reports are split, cleaned and shortened without losing what they say."""

from ftguide.native.sanitize import reports

FRAMES = "\n".join(
    f"    #{n} f{n} /var/b7/../Python-3.14.7/Objects/a.c:{n}:1 (python3.14t+0x{n}f) (BuildId: ab{n})"
    for n in range(1, 9)
)
REPORT = f"""\
WARNING: ThreadSanitizer: data race (pid=4711)
  Write of size 8 at 0x7f0000000000 by thread T1:
    #0 sum_to /home/me/repo/examples/sanitizer/before/racy.c:23:18 (racy.so+0x2fba) (BuildId: fe54)
{FRAMES}

  Thread T1 'Thread-1 (run)' (tid=4712, running) created by main thread at:
    #0 pthread_create <null> (python3.14t+0xe7ab1) (BuildId: 23c1)

SUMMARY: ThreadSanitizer: data race /home/me/repo/examples/sanitizer/before/racy.c:23:18 in sum_to
"""
OUTPUT = f"hello\n==================\n{REPORT}==================\n{REPORT}==================\nbye\n"
PLACES = (("/home/me/repo", "<repo>"), ("/home/me", "<home>"))


def test_a_run_is_split_into_its_reports():
    assert reports.split(OUTPUT) == [REPORT, REPORT]
    assert reports.split("nothing to see\n") == []
    assert reports.split("WARNING: ThreadSanitizer: data race (pid=1)\n  cut") == [
        "WARNING: ThreadSanitizer: data race (pid=1)\n  cut\n"
    ]


def test_a_clean_report_names_no_machine():
    text = reports.clean(REPORT, PLACES)
    for gone in ("/home", "/var", "4711", "4712", "BuildId", "+0x2fba"):
        assert gone not in text
    assert "#0 sum_to <repo>/examples/sanitizer/before/racy.c:23:18\n" in text
    assert "#3 f3 <cpython>/Objects/a.c:3:1\n" in text
    assert "#0 pthread_create <null> (python3.14t+0xe7ab1)\n" in text
    assert len(text.splitlines()) == len(REPORT.splitlines())


def test_the_functions_of_a_source_are_found():
    assert reports.functions(REPORT, "racy.c") == {"sum_to"}
    assert reports.functions("    #0 0x7f34 in visit <repo>/before/racy.c:144:19\n", "racy.c") == {
        "visit"
    }
    assert reports.functions(REPORT, "other.c") == set()


def test_a_long_stack_is_folded_and_counted():
    text = reports.shorten(reports.clean(REPORT, PLACES), "racy.c")
    assert "    #0 sum_to <repo>" in text
    assert "    … 6 more frames\n" in text
    assert "#0 pthread_create" in text
    assert text.count("more frames") == 1
    deep = REPORT.replace("f7 /var/b7/../Python-3.14.7/Objects/a.c", "f7 /x/racy.c")
    assert "#7 f7 /x/racy.c:7:1" in reports.shorten(deep, "racy.c")


def test_shadow_memory_is_left_out():
    text = "==12==ERROR: AddressSanitizer: x\nSUMMARY: y\n"
    assert reports.split(text) == ["==12==ERROR: AddressSanitizer: x\nSUMMARY: y\n"]
    assert reports.clean(text, ()) == "==…==ERROR: AddressSanitizer: x\nSUMMARY: y\n"


def test_reports_that_name_the_extension_come_first():
    foreign = REPORT.replace("sum_to", "f0").replace("racy.c", "other.c")
    first, second = reports.read(foreign + REPORT, "racy.c", PLACES)
    assert (first.functions, second.functions) == ({"sum_to"}, frozenset())
    assert first.text == reports.clean(REPORT, PLACES)
    assert reports.read("nothing to see\n", "racy.c", PLACES) == []
