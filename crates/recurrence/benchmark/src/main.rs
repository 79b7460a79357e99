//! How fast the next time and the times one after another are found, beside
//! the `rrule` crate, for the rules of `rules.tsv`.
//!
//! Figures are times a second of processor time on one core, the best of three
//! runs: a busy machine changes them little. `after` asks for the next time ten years after the start, and a
//! little later at each question.

use std::hint::black_box;
use std::time::{Duration, Instant};

use chrono::TimeZone as _;
use jiff::ToSpan as _;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use recurrence::{Date, DaysOfMonth, Ordinal, Recurrence, Rule, Timetable, Weekday, Zoned};

const RUN: Duration = Duration::from_millis(150);
const RULES: &str = include_str!("../rules.tsv");

/// The most that anything is done a second; `work` says how many it did.
fn per_second(mut work: impl FnMut() -> u64) -> f64 {
    (0..3)
        .map(|_| {
            let (start, on_processor) = (Instant::now(), processor_seconds());
            let mut done = 0;
            while start.elapsed() < RUN {
                done += work();
            }
            done as f64 / (processor_seconds() - on_processor)
        })
        .fold(0.0, f64::max)
}

/// Of this process so far, as Linux counts them.
fn processor_seconds() -> f64 {
    let status = std::fs::read_to_string("/proc/self/schedstat").expect("this is Linux");
    let nanoseconds = status.split(' ').next().and_then(|field| field.parse::<f64>().ok());
    nanoseconds.expect("the first field is a number") / 1e9
}

fn after(timetable: &Timetable) -> f64 {
    let far = timetable.start() + 10.years();
    let questions: Vec<DateTime> = (0..1_000).map(|step| far + (step * 7_919_i64).seconds()).collect();
    per_second(|| {
        for question in &questions {
            black_box(black_box(timetable).after(*question));
        }
        1_000
    })
}

fn zoned_after(timetable: &Timetable) -> f64 {
    let zone = TimeZone::get("America/New_York").expect("zones are bundled");
    let zoned = Zoned::new(timetable.clone(), zone);
    let far = (timetable.start() + 10.years()).to_zoned(TimeZone::UTC).expect("in range").timestamp();
    per_second(|| {
        for step in 0..1_000_i64 {
            black_box(black_box(&zoned).after(far + (step * 7_919).seconds()));
        }
        1_000
    })
}

fn iterate(timetable: &Timetable) -> f64 {
    per_second(|| black_box(timetable).iter().take(10_000).map(|time| black_box(time)).count() as u64)
}

fn rrule_crate(start: &str, rule: &str) -> Option<(f64, f64)> {
    let set: rrule::RRuleSet = format!("DTSTART:{start}Z\nRRULE:{rule}").parse().ok()?;
    let iterated = per_second(|| {
        black_box(&set).into_iter().take(2_000).map(|time| black_box(time)).count() as u64
    });
    let first = *set.get_dt_start();
    let far = rrule::Tz::UTC.timestamp_opt(first.timestamp() + 315_576_000, 0).single()?;
    let after = per_second(|| {
        black_box(set.clone().after(far).all(1));
        1
    });
    Some((after, iterated))
}

fn main() {
    if std::env::args().any(|argument| argument == "--stored") {
        return stored();
    }
    println!("library\trule\tafter\titerate\tafter_in_zone");
    for line in RULES.lines() {
        let mut fields = line.split('\t');
        let (Some(name), Some(start), Some(rule)) = (fields.next(), fields.next(), fields.next()) else {
            continue;
        };
        let parsed: Rule = rule.parse().expect("the rules are right");
        let start_time: DateTime = start.parse().expect("the starts are right");
        let timetable = Timetable::new(parsed, start_time);
        println!(
            "kalends\t{name}\t{:.0}\t{:.0}\t{:.0}",
            after(&timetable),
            iterate(&timetable),
            zoned_after(&timetable)
        );
        if std::env::args().any(|argument| argument == "--alone") {
            continue;
        }
        match rrule_crate(start, rule) {
            Some((after, iterated)) => println!("rrule crate\t{name}\t{after:.0}\t{iterated:.0}\t"),
            None => println!("rrule crate\t{name}\trefused\trefused\t"),
        }
    }
    dates();
    stored();
}

/// What a payment costs that reads its recurrence from a queue row, asks for the next
/// date, hands itself on and writes it again: bytes, and payments a second.
fn stored() {
    let days = |days: &[u8]| DaysOfMonth::new(days).expect("days exist");
    let text = |text: &str| text.parse::<Rule>().expect("rules are right");
    let made = |rule: Result<Rule, recurrence::RuleError>| rule.expect("rules are right");
    let rules = [
        ("stored: every day", made(Rule::days(1))),
        ("stored: the 31st or the last", made(Rule::months_on_days(1, days(&[31])))),
        ("stored: the last Friday", made(Rule::months_on_weekday(1, Ordinal::Last, Weekday::Friday))),
        ("stored: FREQ=MONTHLY;BYMONTHDAY=15", text("FREQ=MONTHLY;BYMONTHDAY=15")),
        ("stored: FREQ=WEEKLY;COUNT=52;BYDAY=MO,FR", text("FREQ=WEEKLY;COUNT=52;BYDAY=MO,FR")),
        (
            "stored: the last working day, COUNT=36",
            text("FREQ=MONTHLY;COUNT=36;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"),
        ),
        ("stored: FREQ=YEARLY", text("FREQ=YEARLY")),
    ];
    println!("size of Rule {}, Recurrence {}, Timetable {}", size_of::<Rule>(), size_of::<Recurrence>(), size_of::<Timetable>());
    for (name, rule) in rules {
        let start = Date::constant(2026, 1, 1);
        let recurrence =
            Recurrence::new(rule, start, Date::constant(2126, 1, 1)).expect("in order");
        let row = postcard::to_stdvec(&recurrence).expect("it is stored");
        let mut buffer = [0; 1_024];
        let paid = per_second(|| {
            for _ in 0..1_000 {
                let read: Recurrence = postcard::from_bytes(black_box(&row)).expect("it is read");
                black_box(read.after(black_box(start)));
                let handed_on = black_box(read);
                black_box(postcard::to_slice(&handed_on, &mut buffer).expect("it is written"));
            }
            1_000
        });
        println!("kalends\t{name} ({} bytes)\t{paid:.0}\t\t", row.len());
    }
}

/// The rules that the constructors make, as dates without times.
fn dates() {
    let days = |days: &[u8]| DaysOfMonth::new(days).expect("days exist");
    let rules = [
        ("dates: every day", Rule::days(1)),
        ("dates: the 1st, 16th and 31st", Rule::months_on_days(1, days(&[1, 16, 31]))),
        ("dates: the 31st or the last", Rule::months_on_days(1, days(&[31]))),
        ("dates: the last Friday", Rule::months_on_weekday(1, Ordinal::Last, Weekday::Friday)),
    ];
    for (name, rule) in rules {
        let start = Date::constant(2026, 1, 1);
        let recurrence = Recurrence::new(rule.expect("rules are right"), start, Date::MAX).expect("in order");
        let questions: Vec<Date> = (0..1_000).map(|day| start + (3_653 + day).days()).collect();
        let after = per_second(|| {
            for question in &questions {
                black_box(black_box(&recurrence).after(*question));
            }
            1_000
        });
        let iterated = per_second(|| {
            let mut count = 0;
            for date in black_box(&recurrence).iter().take(10_000) {
                black_box(date);
                count += 1;
            }
            count
        });
        println!("kalends\t{name}\t{after:.0}\t{iterated:.0}\t");
    }
}
