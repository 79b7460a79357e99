"""Random rules, asked of this crate and of python-dateutil.

    ./compare            the short form: 20,000 rules, under a minute
    ./compare --long     the long form: 2,000,000 rules

The same --seed gives the same rules. A difference is printed with the rule, and
the exit status is 1.

Left out, because dateutil does not read RFC 5545 there: BYWEEKNO 52, 53 and
their negatives; BYDAY with numbered and plain weekdays mixed (dateutil takes
what both have, the RFC what either has); and, for FREQ=WEEKLY with BYSETPOS, a
start that is not the first day of its week (dateutil counts positions in the
first week from the start).
"""

import argparse
import itertools
import multiprocessing
import random
import signal
import subprocess
import sys
from datetime import datetime, timedelta

from dateutil import rrule
from dateutil.rrule import rrulestr

WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
FREQUENCIES = ["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"]
TIMES_MAX = 12
# How many periods dateutil may look at for the times of one rule, where a year it has not seen
# counts as ten; some of its searches take minutes. What it has found by then is compared. Where it
# looks at no period, the processor's time is the limit.
DATEUTIL_PERIODS = 400
DATEUTIL_SECONDS = 0.004


class TooLong(Exception):
    pass


def interrupt(*_):
    raise TooLong


class Periods(rrule._iterinfo):
    """What dateutil knows of a period, until it has looked at too many."""

    left = 0

    def rebuild(self, year, month):
        self.look_at(10 if year != self.lastyear else 1)
        super().rebuild(year, month)

    def ddayset(self, year, month, day):
        self.look_at(1)
        return super().ddayset(year, month, day)

    def look_at(self, periods):
        Periods.left -= periods
        if Periods.left < 0:
            raise TooLong


rrule._iterinfo = Periods


def some(random, numbers, most=4):
    return random.sample(list(numbers), random.randint(1, min(most, len(numbers))))


def signed(limit):
    return [number for number in range(-limit, limit + 1) if number]


def joined(numbers):
    return ",".join(str(number) for number in numbers)


def random_rule(random):
    frequency = random.choice(FREQUENCIES)
    parts = [f"FREQ={frequency}"]
    long = frequency in ("YEARLY", "MONTHLY", "WEEKLY", "DAILY")
    if random.random() < 0.5:
        parts.append(f"INTERVAL={random.choice([1, 2, 3, 4, 5, 7, 12, 24, 60, 61, 90, 100, 400])}")
    by = []
    if random.random() < 0.3:
        by.append("BYMONTH=" + joined(some(random, range(1, 13))))
    has_weeks = frequency == "YEARLY" and random.random() < 0.15
    if has_weeks:
        weeks = [number for number in range(-51, 52) if number and number >= -50]
        by.append("BYWEEKNO=" + joined(some(random, weeks)))
    if frequency in ("YEARLY", "HOURLY", "MINUTELY", "SECONDLY") and random.random() < 0.2:
        by.append("BYYEARDAY=" + joined(some(random, signed(366))))
    if frequency != "WEEKLY" and random.random() < 0.3:
        by.append("BYMONTHDAY=" + joined(some(random, random.choice([signed(31), [28, 29, 30, 31, -31, -29]]))))
    if random.random() < 0.35:
        days = some(random, WEEKDAYS)
        if frequency in ("YEARLY", "MONTHLY") and not has_weeks and random.random() < 0.5:
            in_months = frequency == "MONTHLY" or any(part.startswith("BYMONTH=") for part in by)
            limit = 5 if in_months else 53
            days = [f"{random.choice(signed(limit))}{day}" for day in days]
        by.append("BYDAY=" + ",".join(days))
    few = 0.15 if long else 0.3
    if random.random() < few:
        by.append("BYHOUR=" + joined(some(random, range(24))))
    if random.random() < few:
        by.append("BYMINUTE=" + joined(some(random, range(60))))
    if random.random() < few:
        by.append("BYSECOND=" + joined(some(random, range(60))))
    if by and random.random() < 0.25:
        positions = random.choice([signed(3), signed(10), signed(366)])
        by.append("BYSETPOS=" + joined(some(random, positions)))
    week_start = "MO"
    if random.random() < 0.3:
        week_start = random.choice(WEEKDAYS)
        parts.append(f"WKST={week_start}")
    start = datetime(1990, 1, 1) + timedelta(seconds=random.randrange(40 * 365 * 86_400))
    if frequency == "WEEKLY" and any(part.startswith("BYSETPOS") for part in by):
        start -= timedelta(days=(start.weekday() - WEEKDAYS.index(week_start)) % 7)
    limit = random.random()
    if limit < 0.3:
        parts.append(f"COUNT={random.randint(1, 40)}")
    elif limit < 0.5:
        until = start + timedelta(seconds=random.randrange(1, 10 ** random.randint(4, 9)))
        parts.append(f"UNTIL={until:%Y%m%dT%H%M%S}")
    random.shuffle(by)
    return start, ";".join(parts + by)


def expected(start, rule, random):
    """What dateutil answers, and the further questions that its answers allow."""
    times = []
    complete = True
    try:
        rules = rrulestr(rule, dtstart=start)
        Periods.left = DATEUTIL_PERIODS
        signal.setitimer(signal.ITIMER_VIRTUAL, DATEUTIL_SECONDS)
        for time in rules:
            times.append(time)
            if len(times) > TIMES_MAX:
                complete = False
                break
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    except TooLong:
        complete = False
    except ValueError as error:
        # It finds out some of the rules that never match, and says so thus.
        if not str(error).startswith("Invalid"):
            raise
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    if not complete and not times:
        return None
    text = [time.isoformat() for time in times]
    shown = TIMES_MAX if complete else min(len(times), TIMES_MAX)
    questions = [("first", str(shown), " ".join(text[:shown]))]
    if times:
        index = random.randrange(min(len(times), TIMES_MAX))
        time = times[index]
        questions.append(("nth", str(index), text[index]))
        before = text[index - 1] if index else "none"
        questions.append(("before", time.isoformat(), before))
        if index + 1 < len(times):
            questions.append(("after", time.isoformat(), text[index + 1]))
            near = time + (times[index + 1] - time) / 2
            questions.append(("after", near.isoformat(), text[index + 1]))
        elif complete and rules_end_by_themselves(rule):
            questions.append(("after", time.isoformat(), "none"))
        questions.append(("count", time.isoformat(), str(index + 1)))
    return questions


def rules_end_by_themselves(rule):
    return "COUNT" in rule or "UNTIL" in rule


def compare(task):
    expand, seed, count = task
    generator = random.Random(seed)
    signal.signal(signal.SIGVTALRM, interrupt)
    batch, skipped = [], 0
    for _ in range(count):
        start, rule = random_rule(generator)
        try:
            questions = expected(start, rule, generator)
        except TooLong:  # The time was up just when it had stopped looking.
            questions = None
        if questions is None:
            skipped += 1
            continue
        batch += [(start.isoformat(), rule, *question) for question in questions]
    lines = "".join("\t".join(question[:4]) + "\n" for question in batch)
    answers = subprocess.run([expand], input=lines, capture_output=True, text=True, check=True)
    pairs = itertools.zip_longest(batch, answers.stdout.split("\n")[:-1])
    different = [(question, answer) for question, answer in pairs if answer != question[4]]
    return count - skipped, len(batch), skipped, different


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--expand", required=True, help="the program that answers for this crate")
    arguments.add_argument("--long", action="store_true")
    arguments.add_argument("--rules", type=int)
    arguments.add_argument("--seed", type=int, default=5545)
    arguments = arguments.parse_args()
    count = arguments.rules or (2_000_000 if arguments.long else 20_000)
    size = min(1_000, count)
    tasks = [(arguments.expand, arguments.seed + index, size) for index in range(count // size)]
    compared = asked = skipped = differences = 0
    with multiprocessing.Pool() as pool:
        for rules, questions, left_out, different in pool.imap_unordered(compare, tasks):
            compared, asked, skipped = compared + rules, asked + questions, skipped + left_out
            for question, answer in different:
                differences += 1
                if differences <= 20:
                    print("DTSTART {} {}\n  {} {}\n  dateutil {}\n  ours     {}".format(*question, answer))
    print(f"{compared} rules compared, {asked} questions, {differences} differences; {skipped} rules "
          f"left out, of which dateutil found no time within {DATEUTIL_PERIODS} periods")
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
