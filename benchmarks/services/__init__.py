"""The web application that the group `services` measures: four routes, written for three frameworks' ways.

`work` is what the routes do, the other modules serve it. They run inside the measured interpreters, which
get the packages of `benchmarks/extras/services.txt`.
"""
