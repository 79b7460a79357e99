//! Whatever a rule says, its questions agree with each other. The first line is
//! a start, the second a time to ask about, the rest a rule.
#![no_main]

use jiff::civil::DateTime;
use libfuzzer_sys::fuzz_target;
use recurrence::{Rule, Timetable};

fn check(text: &str) -> Option<()> {
    let mut lines = text.splitn(3, '\n');
    let start: DateTime = lines.next()?.parse().ok()?;
    let time: DateTime = lines.next()?.parse().ok()?;
    let rule: Rule = lines.next()?.parse().ok()?;
    let timetable = Timetable::new(rule, start);

    let after = timetable.after(time);
    assert_eq!(timetable.iter_from(time).find(|found| *found > time), after);
    if let Some(after) = after {
        assert!(after > time && timetable.contains(after));
        let before = timetable.before(after);
        assert!(before.is_none_or(|before| before <= time));
        let through = timetable.count_between(start, after);
        assert_eq!(timetable.nth(through.checked_sub(1)?), Some(after));
    }
    let first_few: Vec<_> = timetable.iter().take(20).collect();
    assert!(first_few.is_sorted_by(|one, other| one < other));
    assert_eq!(first_few.first().copied(), timetable.first());
    for (index, time) in (0..).zip(&first_few) {
        assert_eq!(timetable.nth(index), Some(*time));
    }
    Some(())
}

fuzz_target!(|text: &str| {
    check(text);
});
