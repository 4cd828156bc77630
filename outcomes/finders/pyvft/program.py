"""PyVFT takes the programs as they are: python -m pyvft program.py TEST; run.py reads its report."""

import sys
import threading

from races import RACES

state = RACES[sys.argv[1]]()
threads = [threading.Thread(target=state.actor1), threading.Thread(target=state.actor2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("GIL", sys._is_gil_enabled())
