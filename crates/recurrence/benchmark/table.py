"""What was measured, as two tables: one rule a line, one library a column."""

import sys

LIBRARIES = ["kalends", "rrule crate", "dateutil", "rrule.js", "libical"]


def short(figure):
    """Three figures, and thousands or millions."""
    try:
        number = float(figure)
    except ValueError:
        return figure or "-"
    for unit, size in (("M", 1e6), ("k", 1e3)):
        if number >= size:
            return f"{number / size:.3g} {unit}" if number < 1e3 * size else f"{number / size:.0f} {unit}"
    return f"{number:.3g}"


def main():
    rules, figures, alone = [], {}, []
    for line in open(sys.argv[1]):
        fields = line.rstrip("\n").split("\t")
        if len(fields) < 4 or fields[0] == "library":
            continue
        library, rule, after, iterate = fields[:4]
        if rule.startswith(("dates:", "stored:")):
            alone.append((rule, after, iterate))
            continue
        if rule not in rules:
            rules.append(rule)
        figures[library, rule] = (after, iterate)
    for index, question in enumerate(["the next time, ten years after the start", "times one after another"]):
        print(f"\n{question}, a second\n")
        print("| rule | " + " | ".join(LIBRARIES) + " |")
        print("|---" + "|---:" * len(LIBRARIES) + "|")
        for rule in rules:
            shown = [short(figures.get((library, rule), ("", ""))[index]) for library in LIBRARIES]
            print(f"| {rule} | " + " | ".join(shown) + " |")
    print("\nkalends alone, a second\n\n| | after, or payments | dates one after another |\n|---|---:|---:|")
    for rule, after, iterate in alone:
        print(f"| {rule} | {short(after)} | {short(iterate)} |")


main()
