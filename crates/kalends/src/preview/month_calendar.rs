//! Small calendars of months, with the days marked on which a rule falls.

use std::collections::BTreeMap;
use std::fmt::Write;

use jiff::civil::{Date, DateTime};
use serde_json::Value;

use super::texts;

/// Side by side, so that they fit into 80 columns.
const MONTHS_IN_A_ROW: usize = 3;
/// Seven days of three characters.
const MONTH_WIDTH: usize = 21;
/// Six weeks at most, below the name of the month and those of the weekdays.
const MONTH_HEIGHT: usize = 8;
const BETWEEN_MONTHS: &str = "   ";
const WEEKDAYS: &str = "Mo Tu We Th Fr Sa Su ";

/// What a day is marked with, the strongest last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Mark {
    /// A date was moved away from it.
    MovedAway,
    /// A date whose move is not known.
    Unknown,
    /// A date.
    Due,
}

impl Mark {
    const ALL: [(Mark, char, &str); 3] = [
        (Mark::Due, '*', "due"),
        (Mark::MovedAway, '-', "moved away"),
        (Mark::Unknown, '?', "not known whether it moves"),
    ];

    fn character(self) -> char {
        Mark::ALL
            .iter()
            .find(|(mark, ..)| *mark == self)
            .map_or(' ', |(_, character, _)| *character)
    }

    /// What a terminal shows it in: reverse, dim, underlined.
    const fn style(self) -> &'static str {
        match self {
            Mark::Due => "\x1b[7m",
            Mark::MovedAway => "\x1b[2m",
            Mark::Unknown => "\x1b[4m",
        }
    }
}

/// The days that are marked.
#[derive(Debug)]
pub(super) struct Marks(BTreeMap<Date, Mark>);

impl Marks {
    /// Those of an answer: by the clocks of its zone, if it has one.
    pub(super) fn of(answer: &Value) -> Marks {
        let mut marks = BTreeMap::new();
        let mut mark = |text: &str, with: Mark| {
            if let Some(date) = date(text) {
                let mark = marks.entry(date).or_insert(with);
                *mark = with.max(*mark);
            }
        };
        let shown = if answer["local"].is_array() { "local" } else { "dates" };
        texts(answer, shown).for_each(|date| mark(date, Mark::Due));
        texts(answer, "unknown").for_each(|date| mark(date, Mark::Unknown));
        let moved = answer["moved"].as_array().into_iter().flatten();
        moved
            .filter_map(|moved| moved["from"].as_str())
            .for_each(|date| mark(date, Mark::MovedAway));
        Marks(marks)
    }

    /// The months that have a mark, and what the marks mean; in styles for a terminal.
    pub(super) fn drawn(&self, for_terminal: bool) -> String {
        let mut months: Vec<_> = self.0.keys().map(|date| date.first_of_month()).collect();
        months.dedup();
        let mut drawn = String::new();
        for row in months.chunks(MONTHS_IN_A_ROW) {
            let months: Vec<_> = row.iter().map(|first| self.month(*first, for_terminal)).collect();
            for line in 0..MONTH_HEIGHT {
                let lines = months.iter().filter_map(|month| month.get(line));
                let line = lines.cloned().collect::<Vec<_>>().join(BETWEEN_MONTHS);
                drawn.push_str(line.trim_end());
                drawn.push('\n');
            }
        }
        let has = |mark| self.0.values().any(|other| *other == mark);
        let legend: Vec<_> = { Mark::ALL.iter() }
            .filter(|(mark, ..)| has(*mark))
            .map(|(_, character, meaning)| format!("{character} {meaning}"))
            .collect();
        if !legend.is_empty() {
            let _ = writeln!(drawn, "{}", legend.join("   "));
        }
        drawn
    }

    /// Lines of the same width.
    fn month(&self, first: Date, for_terminal: bool) -> Vec<String> {
        let mut lines = vec![
            format!("{:^MONTH_WIDTH$}", first.strftime("%B %Y").to_string()),
            WEEKDAYS.to_owned(),
        ];
        let before = usize::from(first.weekday().to_monday_zero_offset().unsigned_abs());
        let mut week = " ".repeat(3 * before);
        let mut width = 3 * before;
        let days = std::iter::successors(Some(first), |day| day.tomorrow().ok());
        for day in days.take_while(|day| day.month() == first.month()) {
            week.push_str(&self.day(day, for_terminal));
            width += 3;
            if width == MONTH_WIDTH {
                lines.push(std::mem::take(&mut week));
                width = 0;
            }
        }
        week.push_str(&" ".repeat(MONTH_WIDTH - width));
        lines.push(week);
        lines.resize(MONTH_HEIGHT, " ".repeat(MONTH_WIDTH));
        lines
    }

    /// Three characters: the day and its mark.
    fn day(&self, date: Date, for_terminal: bool) -> String {
        match self.0.get(&date) {
            None => format!("{:>2} ", date.day()),
            Some(mark) if for_terminal => {
                format!("{}{:>2}\x1b[0m{}", mark.style(), date.day(), mark.character())
            }
            Some(mark) => format!("{:>2}{}", date.day(), mark.character()),
        }
    }
}

/// The date in a date, or in a date and time, as it stands there.
fn date(text: &str) -> Option<Date> {
    let day = text.split_once('T').map_or(text, |(day, _)| day);
    day.parse::<DateTime>().ok().map(DateTime::date)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_month_is_drawn_with_its_days_marked() {
        let answer = json!({
            "dates": ["2026-02-02", "2026-02-28"],
            "moved": [{ "from": "2026-02-01", "to": "2026-02-02" }],
        });
        let drawn = "\u{20}   February 2026\n\
                     Mo Tu We Th Fr Sa Su\n\
                     \u{20}                  1-\n\
                     \u{20}2* 3  4  5  6  7  8\n\
                     \u{20}9 10 11 12 13 14 15\n\
                     16 17 18 19 20 21 22\n\
                     23 24 25 26 27 28*\n\
                     \n\
                     * due   - moved away\n";
        assert_eq!(Marks::of(&answer).drawn(false), drawn);
    }

    #[test]
    fn only_months_with_a_mark_are_drawn_three_in_a_row() {
        let dates: Vec<_> = [1, 4, 7, 10].map(|month| format!("2026-{month:02}-15")).to_vec();
        let drawn = Marks::of(&json!({ "dates": dates })).drawn(false);
        assert!(drawn.lines().all(|line| line.len() <= 80));
        let names: Vec<_> = drawn.lines().filter(|line| line.contains("2026")).collect();
        assert_eq!(
            names
                .iter()
                .map(|line| line.split_whitespace().collect::<Vec<_>>())
                .collect::<Vec<_>>(),
            [vec!["January", "2026", "April", "2026", "July", "2026"], vec!["October", "2026"]]
        );
    }

    #[test]
    fn in_a_zone_the_days_are_those_that_its_clocks_show() {
        let answer = json!({
            "dates": ["2026-01-31T17:30:00Z"], "local": ["2026-02-01T00:30:00+07:00"],
        });
        assert!(Marks::of(&answer).drawn(false).contains(" 1*"));
        assert!(Marks::of(&answer).drawn(false).contains("February"));
    }

    #[test]
    fn for_a_terminal_days_are_styled_and_nothing_else_is() {
        let drawn = Marks::of(&json!({ "dates": ["2026-02-10"] })).drawn(true);
        assert_eq!(drawn.matches("\x1b[7m10\x1b[0m*").count(), 1);
        assert_eq!(drawn.matches('\x1b').count(), 2);
    }
}
