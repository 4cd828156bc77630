"""What is to be measured: the catalogue, presets, plans, and a reader's own code.

The terms of measuring, each defined here and used alike in code, records and pages:

value
    The time of one arm's turn: some milliseconds of the workload, or one call of it, as many *loops* on
    every build. pyperf calls it so, too. Short ones are timed in equal *laps*.
warm-up
    What is run and not timed: a block's, until caches, specialised bytecode and allocators have settled,
    and the loops before each value, which refill what the other arms evicted.
round
    A turn of every arm, in an order that is drawn, and mirrored in the next round.
block
    Fresh processes of all arms of one workload, alive at once and taking turns for some rounds. Blocks
    differ by hash seed and memory layout; they are what is replicated, and k blocks are k observations.
arm
    One build in one mode, see `ftguide.ground.vocabulary`: what is measured against another arm.
replicate
    A second copy of an arm (`-again` in its name), which differs from the first in nothing. Their ratio,
    which should be 1, is what measuring itself does.
noise floor
    How far from 1 the ratio of two replicates may lie, its interval included. Within it no difference is
    claimed, and no sameness.
oracle
    A workload's `check`: the answer known beforehand, compared after every value.
controller
    The process that starts the arms and gives them their turns; the others are *workers*.
core set
    One or two workloads of each question: what the quick preset measures.
user code
    What a reader brings with `--mine`. It has no oracle.
"""
