"""Say which thread runs `tp_dealloc` of a node that one thread made and another dropped."""

import gc
import threading
import time

import lifetime

gc.disable()  # only where the program says so


def named(name, function, *arguments):
    thread = threading.Thread(target=function, args=arguments, name=name)
    thread.start()
    return thread


def freed(names):
    """Name the threads that freed a node since the last call."""
    found = [names[thread] for what, thread, _ in lifetime.take_events() if what == "freed"]
    return "freed by " + found[0] if found else "not freed"


def wait_until_freed(names):
    while (answer := freed(names)) == "not freed":
        time.sleep(0.001)
    return answer


def make_then(box, made, afterwards):
    box.append(lifetime.Node())
    made.set()
    afterwards()


def run(what, afterwards, *then):
    """Let a maker make a node and go on with `afterwards`, drop it elsewhere, and look."""
    box, made = [], threading.Event()
    maker = named("maker", make_then, box, made, afterwards)
    made.wait()
    if afterwards is nothing:
        maker.join()
    while afterwards is lifetime.wait_at_the_gate and not lifetime.is_at_the_gate():
        time.sleep(0.001)  # until then the maker still runs Python code
    dropper = named("dropper", box.clear)
    names = {maker.ident: "maker", dropper.ident: "dropper"}
    dropper.join()
    answer = wait_until_freed(names) if afterwards is run_python else freed(names)
    print(f"{what:40}", answer)
    for words, function in then if answer == "not freed" else ():
        collector = named("collector", function)
        collector.join()
        if function is go_on:
            maker.join()
        names[collector.ident] = "collector"
        print(f"  {words:38}", freed(names))
    go_on()
    stop.set()
    maker.join()
    lifetime.close_gate()
    stop.clear()


def nothing():
    pass


def run_python():
    while not stop.is_set():
        pass


def go_on():
    lifetime.open_gate()


def collect():
    gc.collect()


stop = threading.Event()
run("the maker runs Python code:", run_python)
run("the maker has ended:", nothing)
run("the maker waits in C, detached:", lifetime.wait_at_the_gate, ("then it goes on:", go_on))
run(
    "the maker waits in C, detached:",
    lifetime.wait_at_the_gate,
    ("then another thread collects:", collect),
)
