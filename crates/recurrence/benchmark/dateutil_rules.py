"""The questions of src/main.rs, asked of python-dateutil."""

import sys
import time
from datetime import timedelta
from itertools import islice

from dateutil.rrule import rrulestr


def per_second(work):
    best = 0
    for _ in range(3):
        start, until, done = time.process_time(), time.monotonic() + 0.15, 0
        while time.monotonic() < until:
            done += work()
        best = max(best, done / (time.process_time() - start))
    return round(best)


for line in open(sys.argv[1]):
    name, start, text = line.rstrip("\n").split("\t")
    rule = rrulestr(f"DTSTART:{start}\nRRULE:{text}")
    far = rule._dtstart + timedelta(seconds=315_576_000)
    after = per_second(lambda: (rule.after(far), 1)[1])
    iterate = per_second(lambda: sum(1 for _ in islice(rule, 1_000)))
    print(f"dateutil\t{name}\t{after}\t{iterate}\t", flush=True)
