//! Answers questions about rules, one a line, for comparison with other
//! libraries: `start TAB rule TAB question TAB argument`, where the question
//! is `first` (so many), `after`, `before` or `count` (before a time), or
//! `nth`.

use std::error::Error;
use std::io::{BufRead, BufWriter, Write, stdin, stdout};

use jiff::civil::DateTime;
use recurrence::{Rule, Timetable};

fn main() -> Result<(), Box<dyn Error>> {
    let mut answers = BufWriter::new(stdout().lock());
    for line in stdin().lock().lines() {
        let line = line?;
        let mut fields = line.split('\t');
        let mut field = || fields.next().ok_or("a line needs four fields, with tabs between them");
        let (start, rule, question, argument) = (field()?, field()?, field()?, field()?);
        match answer(start, rule, question, argument) {
            Ok(answer) => writeln!(answers, "{answer}")?,
            Err(error) => writeln!(answers, "error: {error}")?,
        }
    }
    Ok(())
}

fn answer(
    start: &str,
    rule: &str,
    question: &str,
    argument: &str,
) -> Result<String, Box<dyn Error>> {
    let timetable = Timetable::new(rule.parse::<Rule>()?, start.parse()?);
    let text = |time: Option<DateTime>| time.map_or("none".to_owned(), |time| time.to_string());
    Ok(match question {
        "first" => {
            let times = timetable.iter().take(argument.parse()?);
            times.map(|time| time.to_string()).collect::<Vec<_>>().join(" ")
        }
        "after" => text(timetable.after(argument.parse()?)),
        "before" => text(timetable.before(argument.parse()?)),
        "nth" => text(timetable.nth(argument.parse()?)),
        "count" => timetable.count_between(timetable.start(), argument.parse()?).to_string(),
        _ => return Err("the question is none of first, after, before, count and nth".into()),
    })
}
