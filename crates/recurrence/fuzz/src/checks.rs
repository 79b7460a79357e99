//! What must hold of any text: for the fuzz targets, and for the test that
//! replays what they kept.

use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan};
use recurrence::words::Plain;
use recurrence::{
    Calendar, Fold, Gap, Limit, NamedCalendar, ParseError, Roll, Rule, RuleSet, RuleText,
    Timetable, Until, Zoned,
};

/// Any text is a rule or is refused at a place in it, and what is a rule reads
/// back the same and has words.
pub(crate) fn parse(text: &str) {
    match text.parse::<Rule>() {
        Ok(rule) => {
            assert_eq!(rule.to_string().parse(), Ok(rule), "{text}");
            assert!(!Plain::rule(&rule).to_string().is_empty(), "{text}");
        }
        Err(error) => check_place(text, &error),
    }
    let start: DateTime = "2026-01-31T09:00:00".parse().unwrap();
    match text.parse::<RuleText>() {
        Ok(rules) => {
            if let Err(error) = rules.clone().into_set(None) {
                check_place(text, &error);
            }
            match rules.into_zoned(Some(start), zone("Europe/Paris")) {
                Ok(zoned) => assert!(!Plain::zoned(&zoned).to_string().is_empty(), "{text}"),
                Err(error) => check_place(text, &error),
            }
        }
        Err(error) => check_place(text, &error),
    }
}

fn check_place(text: &str, error: &ParseError) {
    assert!((1..=text.chars().count() + 1).contains(&error.position()), "{text}: {error}");
    assert!(!error.expected().is_empty(), "{text}: {error}");
}

/// A start, a time to ask about and a rule, a line each; then lines of one
/// more rule (`RRULE:…`), a time added (`+…`) or taken away (`-…`), a zone with
/// policies (`@Europe/Paris end both`), or a roll (`%following 3`, by the
/// calendar of that number).
pub(crate) fn expand(text: &str) -> Option<()> {
    let mut lines = text.split('\n');
    let start: DateTime = lines.next()?.parse().ok()?;
    let time: DateTime = lines.next()?.parse().ok()?;
    let rule: Rule = lines.next()?.parse().ok()?;
    let timetable = Timetable::new(rule, start);
    questions(&timetable, time, text);

    let mut timetables = vec![timetable.clone()];
    let (mut added, mut excepted) = (vec![], vec![]);
    let (mut in_zone, mut rolled) = (None, None);
    for line in lines.take(8) {
        let rest = line.get(1..).unwrap_or_default();
        match line.chars().next() {
            Some('+') => added.extend(rest.parse::<DateTime>()),
            Some('-') => excepted.extend(rest.parse::<DateTime>()),
            Some('@') => in_zone = Some(rest),
            Some('%') => rolled = Some(rest),
            _ => {
                let rule = line.strip_prefix("RRULE:").and_then(|rule| rule.parse().ok());
                timetables.extend(rule.map(|rule| Timetable::new(rule, start)));
            }
        }
    }
    let is_alone = timetables.len() == 1 && added.is_empty() && excepted.is_empty();
    let mut set = RuleSet::new();
    for timetable in &timetables {
        set.insert(timetable.clone());
    }
    for time in added {
        set.add(time);
    }
    for time in excepted {
        set.except(time);
    }
    if !is_alone {
        of_set(&set, &timetables, time, text);
    }
    if let Some(rolled) = rolled {
        of_roll(&set, time, rolled, text);
    }
    if let Some(in_zone) = in_zone {
        of_zone(&set, time, in_zone, text)?;
    }
    Some(())
}

/// A timetable's questions agree with each other.
fn questions(timetable: &Timetable, time: DateTime, text: &str) {
    let after = timetable.after(time);
    assert_eq!(timetable.iter_from(time).find(|found| *found > time), after, "{text}");
    if let Some(after) = after {
        assert!(after > time && timetable.contains(after), "{text}");
        assert!(timetable.before(after).is_none_or(|before| before <= time), "{text}");
        let through = timetable.count_between(timetable.start(), after);
        assert_eq!(through.checked_sub(1).and_then(|it| timetable.nth(it)), Some(after), "{text}");
    }
    let first_few: Vec<_> = timetable.iter().take(20).collect();
    assert!(first_few.is_sorted_by(|one, other| one < other), "{text}");
    assert_eq!(first_few.first().copied(), timetable.first(), "{text}");
    for (index, time) in (0..).zip(&first_few) {
        assert_eq!(timetable.nth(index), Some(*time), "{text}");
    }
    assert!(!Plain::timetable(timetable).to_string().is_empty());
}

/// A set has the times of its rules and those added, less those taken away.
fn of_set(set: &RuleSet, timetables: &[Timetable], time: DateTime, text: &str) {
    const MANY: usize = 40;
    let excepted: Vec<_> = set.excepted().collect();
    let mut expected: Vec<_> = timetables
        .iter()
        .flat_map(|timetable| timetable.iter_from(time).take(MANY + excepted.len()))
        .chain(set.added().filter(|added| *added >= time))
        .filter(|time| !excepted.contains(time))
        .collect();
    expected.sort_unstable();
    expected.dedup();
    expected.truncate(MANY);
    let mut found = vec![];
    let mut next = set.on_or_after(time);
    while let Some(time) = next.filter(|_| found.len() < MANY) {
        found.push(time);
        next = set.after(time);
    }
    assert_eq!(found, expected, "{text}");
    for pair in found.windows(2) {
        assert_eq!(set.before(pair[1]), Some(pair[0]), "{text}");
        assert!(set.contains(pair[0]), "{text}");
    }
    assert!(!Plain::set(set).to_string().is_empty());
}

/// A date goes to a business day, and to the nearest on its side.
fn of_roll(set: &RuleSet, time: DateTime, rolled: &str, text: &str) {
    let (name, number) = rolled.split_once(' ').unwrap_or((rolled, "0"));
    let number: usize = number.parse().unwrap_or(0);
    let calendar = NamedCalendar::ALL[number % NamedCalendar::ALL.len()].calendar();
    let roll = match name {
        "following" => Roll::Following,
        "preceding" => Roll::Preceding,
        "modified_following" => Roll::ModifiedFollowing,
        "modified_preceding" => Roll::ModifiedPreceding,
        _ => Roll::EndOfMonth,
    };
    let mut next = set.on_or_after(time);
    for _ in 0..20 {
        let Some(due) = next else { break };
        check_roll(roll, due.date(), calendar, text);
        next = set.after(due);
    }
    assert!(!Plain::set(set).rolled(roll, calendar).to_string().is_empty());
}

fn check_roll(roll: Roll, due: Date, calendar: &Calendar, text: &str) {
    let Ok(paid) = roll.roll(due, calendar) else { return };
    assert_eq!(calendar.is_business_day(paid), Ok(true), "{text}: {due}");
    let stays_in_month = paid.first_of_month() == due.first_of_month();
    match roll {
        Roll::Following => assert!(paid >= due, "{text}: {due}"),
        Roll::Preceding => assert!(paid <= due, "{text}: {due}"),
        _ => assert!(stays_in_month, "{text}: {due}"),
    }
    let between = match roll {
        Roll::EndOfMonth => (paid, due.last_of_month()),
        _ => (paid.min(due), paid.max(due)),
    };
    let mut day = between.0;
    while day <= between.1 {
        let is_in_between = day != paid;
        assert!(!is_in_between || calendar.is_business_day(day) != Ok(true), "{text}: {due}");
        let Ok(next) = day.tomorrow() else { break };
        day = next;
    }
}

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

/// The instants are those that the clocks of the zone show at the civil times,
/// by the policies, looked up one by one.
fn of_zone(set: &RuleSet, time: DateTime, in_zone: &str, text: &str) -> Option<()> {
    let mut words = in_zone.split(' ');
    let zone = zone(words.next()?);
    let mut zoned = Zoned::new(set.clone(), zone.clone());
    for word in words {
        zoned = match word {
            "shift" => zoned.with_gap(Gap::Shift),
            "end" => zoned.with_gap(Gap::End),
            "omit" => zoned.with_gap(Gap::Omit),
            "first" => zoned.with_fold(Fold::First),
            "second" => zoned.with_fold(Fold::Second),
            "both" => zoned.with_fold(Fold::Both),
            _ => zoned,
        };
    }
    let from = zone.to_timestamp(time).ok()?;
    let mut found = vec![];
    let mut next = zoned.on_or_after(from);
    while let Some(instant) = next.filter(|_| found.len() < 60) {
        found.push(instant);
        next = zoned.after(instant);
    }
    assert!(found.is_sorted_by(|one, other| one < other), "{text}");
    for pair in found.windows(2) {
        assert_eq!(zoned.before(pair[1]), Some(pair[0]), "{text}");
        assert_eq!(zoned.on_or_before(pair[0]), Some(pair[0]), "{text}");
        let civil = zoned.civil_of(pair[0]);
        assert!(civil.is_some(), "{text}: {}", pair[0]);
    }
    assert!(!Plain::zoned(&zoned).to_string().is_empty());

    // An end in UTC is for the instants alone.
    let ends_in_utc =
        |timetable: &Timetable| matches!(timetable.rule().limit(), Limit::Until(Until::Utc(_)));
    if set.timetables().iter().any(ends_in_utc) {
        return None;
    }
    // No gap is longer than a day, and no fold.
    let early = time.checked_sub(50.hours()).ok()?;
    let mut expected = vec![];
    let mut civil = set.on_or_after(early);
    for _ in 0..200 {
        let Some(this) = civil else { break };
        expected.extend(placed(&zoned, this).into_iter().filter(|instant| *instant >= from));
        civil = set.after(this);
    }
    // What follows may still come before the last few.
    let end = civil.and_then(|civil| civil.checked_sub(50.hours()).ok());
    let end = end.and_then(|end| zone.to_timestamp(end).ok());
    expected.sort_unstable();
    expected.dedup();
    expected.retain(|instant| civil.is_none() || end.is_some_and(|end| *instant < end));
    let many = expected.len().min(found.len());
    assert_eq!(found[..many], expected[..many], "{text}");
    Some(())
}

fn placed(zoned: &Zoned, civil: DateTime) -> Vec<Timestamp> {
    let zone = zoned.zone();
    let at = |offset: jiff::tz::Offset| offset.to_timestamp(civil).ok();
    let both = match zone.to_ambiguous_timestamp(civil).offset() {
        AmbiguousOffset::Unambiguous { offset } => [at(offset), None],
        AmbiguousOffset::Gap { before, .. } => match zoned.gap() {
            Gap::Shift => [at(before), None],
            Gap::End => {
                let shifted =
                    at(before).and_then(|shifted| shifted.checked_add(1.nanosecond()).ok());
                [shifted.and_then(|it| zone.preceding(it).next()).map(|it| it.timestamp()), None]
            }
            Gap::Omit => [None, None],
        },
        AmbiguousOffset::Fold { before, after } => match zoned.fold() {
            Fold::First => [at(before), None],
            Fold::Second => [at(after), None],
            Fold::Both => [at(before), at(after)],
        },
    };
    both.into_iter().flatten().collect()
}
