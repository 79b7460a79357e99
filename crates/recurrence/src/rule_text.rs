//! Rules as calendars write them: `DTSTART`, `RRULE`, `RDATE`, `EXDATE`.

use std::str::FromStr;

use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;

use crate::rule::{Parsed, Piece, Source};
use crate::{Limit, ParseError, Rule, RuleSet, Timetable, Until, Zoned};

/// What a text with `DTSTART`, `RRULE`, `RDATE` and `EXDATE` says.
///
/// A line may be folded: a line break with a space or a tab after it is no
/// line break. Of a period in `RDATE`, its start counts.
///
/// ```
/// use jiff::civil::date;
/// use recurrence::RuleText;
///
/// let text: RuleText = "DTSTART;TZID=America/New_York:19970902T090000\n\
///                       RRULE:FREQ=DAILY;\n COUNT=3\n\
///                       EXDATE:19970903T090000"
///     .parse()?;
/// assert_eq!(text.start(), Some(date(1997, 9, 2).at(9, 0, 0, 0)));
/// assert_eq!(text.zone(), Some("America/New_York"));
/// let set = text.into_set(None)?;
/// assert_eq!(set.after(date(1997, 9, 2).at(9, 0, 0, 0)), Some(date(1997, 9, 4).at(9, 0, 0, 0)));
/// # Ok::<(), recurrence::ParseError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RuleText {
    start: Option<Given>,
    rules: Vec<Rule>,
    added: Vec<Given>,
    excepted: Vec<Given>,
    /// The clock of the first time that names one; it is also that of times
    /// that name none.
    clock: Option<TimeZone>,
    without_start: ParseError,
    /// The first time by another clock.
    other_clock: Option<ParseError>,
    /// The first `RDATE` or `EXDATE` that is a date alone.
    date_alone: Option<ParseError>,
}

/// A date or a time, by a clock if one is named.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Given {
    moment: Until,
    clock: Option<TimeZone>,
}

impl RuleText {
    /// The start that the text gives: `DTSTART`, on a line of its own or, as
    /// Moov once had it, among the parts of the rule.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use recurrence::RuleText;
    ///
    /// let text: RuleText = "FREQ=DAILY;DTSTART=20460101T150405Z;COUNT=6".parse()?;
    /// assert_eq!(text.start(), Some(date(2046, 1, 1).at(15, 4, 5, 0)));
    /// # Ok::<(), recurrence::ParseError>(())
    /// ```
    pub fn start(&self) -> Option<DateTime> {
        self.start.as_ref().map(Given::shown)
    }

    /// The zone in which the text gives its times: the first `TZID`, or `UTC`
    /// where a time that ends in `Z` comes before it. Times that name no zone
    /// are by the clocks of that one; if none does, it is for the caller to say
    /// by which clocks they are.
    ///
    /// ```
    /// use recurrence::RuleText;
    ///
    /// let text: RuleText = "FREQ=DAILY;DTSTART=20460101T150405Z".parse()?;
    /// assert_eq!(text.zone(), Some("UTC"));
    /// let text: RuleText = "FREQ=DAILY;DTSTART=20460101T150405".parse()?;
    /// assert_eq!(text.zone(), None);
    /// # Ok::<(), recurrence::ParseError>(())
    /// ```
    pub fn zone(&self) -> Option<&str> {
        self.clock.as_ref()?.iana_name()
    }

    /// The rules, without their start.
    ///
    /// ```
    /// let text: recurrence::RuleText = "RRULE:FREQ=DAILY".parse()?;
    /// assert_eq!(text.rules(), ["FREQ=DAILY".parse()?]);
    /// # Ok::<(), recurrence::ParseError>(())
    /// ```
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The times, as clocks of the text's own [zone](RuleText::zone) show
    /// them. A start in the text comes before the one given here; there must be
    /// one of the two.
    ///
    /// All times must be by one clock. A day that is added or taken away whole
    /// would have no time of day, which is right only for rules that start at
    /// midnight.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use recurrence::RuleText;
    ///
    /// let text: RuleText = "FREQ=DAILY".parse()?;
    /// let start = date(2026, 1, 1).at(9, 0, 0, 0);
    /// assert_eq!(text.clone().into_set(Some(start))?.first(), Some(start));
    /// assert_eq!(
    ///     text.into_set(None).unwrap_err().to_string(),
    ///     "DTSTART at character 11: found nothing; \
    ///      expected DTSTART=, a date such as 20271231T235959Z to start from",
    /// );
    ///
    /// let reason = |text: &str| {
    ///     text.parse::<RuleText>().and_then(|text| text.into_set(None)).unwrap_err().to_string()
    /// };
    /// assert_eq!(
    ///     reason("DTSTART;TZID=Asia/Bangkok:20260101T090000\nRDATE:20260102T020000Z"),
    ///     "RDATE at character 49: found `20260102T020000Z`; \
    ///      expected a time by the same clock as the times before it, Asia/Bangkok",
    /// );
    /// assert_eq!(
    ///     reason("DTSTART:20260101T090000\nRRULE:FREQ=DAILY\nEXDATE:20260103"),
    ///     "EXDATE at character 49: found `20260103`; \
    ///      expected a date and time such as 20271231T235959, as the rule has times of day",
    /// );
    /// # Ok::<(), recurrence::ParseError>(())
    /// ```
    pub fn into_set(mut self, start: Option<DateTime>) -> Result<RuleSet, ParseError> {
        match self.other_clock.take() {
            Some(other_clock) => Err(other_clock),
            None => self.collected(start),
        }
    }

    /// The times, as instants by the clocks of a zone. A text by another clock,
    /// or by several, is put by this one; the start given here is by it already.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use jiff::tz::TimeZone;
    /// use recurrence::RuleText;
    ///
    /// let bangkok = TimeZone::get("Asia/Bangkok").unwrap();
    /// let text: RuleText = "DTSTART:20260101T020000Z\nRRULE:FREQ=MONTHLY".parse()?;
    /// let zoned = text.into_zoned(None, bangkok)?;
    /// assert_eq!(zoned.first(), Some("2026-01-01T02:00:00Z".parse().unwrap()));
    /// assert_eq!(
    ///     zoned.set().first(),
    ///     Some(date(2026, 1, 1).at(9, 0, 0, 0)),
    ///     "what the clocks of Bangkok show",
    /// );
    ///
    /// let without_start: RuleText = "RRULE:FREQ=MONTHLY".parse()?;
    /// let error = without_start.into_zoned(None, TimeZone::UTC).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "DTSTART at character 19: found nothing; \
    ///      expected DTSTART=, a date such as 20271231T235959Z to start from",
    /// );
    /// # Ok::<(), recurrence::ParseError>(())
    /// ```
    pub fn into_zoned(
        mut self,
        start: Option<DateTime>,
        zone: TimeZone,
    ) -> Result<Zoned, ParseError> {
        let usual = self.clock.clone();
        let times = self.start.iter_mut().chain(&mut self.added).chain(&mut self.excepted);
        times.for_each(|time| time.put_by(&zone, usual.as_ref()));
        if let Some(clock) = usual.filter(|clock| *clock != zone) {
            for rule in &mut self.rules {
                if let Limit::Until(Until::Local(time)) = rule.limit
                    && let Ok(instant) = clock.to_timestamp(time)
                {
                    rule.limit = Limit::Until(Until::Utc(TimeZone::UTC.to_datetime(instant)));
                }
            }
        }
        Ok(Zoned::new(self.collected(start)?, zone))
    }

    fn collected(self, start: Option<DateTime>) -> Result<RuleSet, ParseError> {
        let start = self.start().or(start);
        let mut set = RuleSet::new();
        if let Some(date_alone) = self.date_alone
            && start.is_some_and(|start| start.time() != Time::midnight())
        {
            return Err(date_alone);
        }
        if !self.rules.is_empty() || (self.added.is_empty() && start.is_none()) {
            let start = start.ok_or(self.without_start)?;
            for rule in &self.rules {
                set.insert(Timetable::new(*rule, start));
            }
        } else if let Some(start) = start {
            set.add(start);
        }
        self.added.iter().for_each(|time| set.add(time.shown()));
        self.excepted.iter().for_each(|time| set.except(time.shown()));
        Ok(set)
    }
}

impl Given {
    /// What the clock shows; of a date, its midnight.
    fn shown(&self) -> DateTime {
        match self.moment {
            Until::Date(date) => date.to_datetime(Time::midnight()),
            Until::Local(time) | Until::Utc(time) => time,
        }
    }

    /// What another clock shows at the same instant. A date stays.
    fn put_by(&mut self, zone: &TimeZone, usual: Option<&TimeZone>) {
        let clock = self.clock.as_ref().or(usual).filter(|clock| *clock != zone);
        let is_date = matches!(self.moment, Until::Date(_));
        if let Some(clock) = clock.filter(|_| !is_date)
            && let Ok(instant) = clock.to_timestamp(self.shown())
        {
            self.moment = Until::Local(zone.to_datetime(instant));
        }
    }
}

impl FromStr for RuleText {
    type Err = ParseError;

    /// Lines of `DTSTART`, `RRULE`, `RDATE` and `EXDATE`, or a rule alone.
    /// `EXRULE` is refused: RFC 5545 has done away with it.
    ///
    /// ```
    /// use recurrence::RuleText;
    ///
    /// let reason = |text: &str| text.parse::<RuleText>().unwrap_err().to_string();
    /// assert_eq!(
    ///     reason("DTSTART:20260101T090000\nRRULE:FREQ=DAILY;COUNT=0"),
    ///     "COUNT at character 48: found `0`; expected a whole number from 1 to 4294967295",
    /// );
    /// assert_eq!(
    ///     reason("EXRULE:FREQ=DAILY"),
    ///     "EXRULE at character 1: found `EXRULE`; \
    ///      expected EXDATE with the times to take away, as RFC 5545 knows no EXRULE",
    /// );
    /// assert_eq!(
    ///     reason("DTSTART;TZID=Europe/Atlantis:20260101T090000"),
    ///     "TZID at character 14: found `Europe/Atlantis`; \
    ///      expected the name of a time zone, such as Asia/Bangkok",
    /// );
    /// ```
    fn from_str(text: &str) -> Result<RuleText, ParseError> {
        let source = Source::whole(text)?;
        let Some((unfolded, folds)) = unfolded(text) else { return read(source) };
        let of_text = |error: ParseError| error.of_longer_text(&folds);
        let read = Source::whole(&unfolded).and_then(read).map_err(of_text)?;
        Ok(RuleText {
            without_start: of_text(read.without_start),
            other_clock: read.other_clock.map(of_text),
            date_alone: read.date_alone.map(of_text),
            ..read
        })
    }
}

/// The text without its folds, and where they were: before which character,
/// and how many characters long. Nothing if it has none.
fn unfolded(text: &str) -> Option<(String, Vec<(usize, usize)>)> {
    let is_folded = text.contains("\n ") || text.contains("\n\t");
    if !is_folded {
        return None;
    }
    let (mut unfolded, mut folds) = (String::new(), Vec::new());
    let mut lines = text.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        let Some(next) = lines.peek_mut().filter(|next| next.starts_with([' ', '\t'])) else {
            unfolded.push_str(line);
            continue;
        };
        let kept = line.trim_end_matches(['\r', '\n']);
        unfolded.push_str(kept);
        let left_out = line.chars().count() - kept.chars().count() + 1;
        folds.push((unfolded.chars().count() + 1, left_out));
        *next = next.get(1..).unwrap_or("");
    }
    Some((unfolded, folds))
}

fn read(source: Source<'_>) -> Result<RuleText, ParseError> {
    let mut read = RuleText {
        start: None,
        rules: Vec::new(),
        added: Vec::new(),
        excepted: Vec::new(),
        clock: None,
        without_start: source
            .end()
            .refused("DTSTART", "DTSTART=, a date such as 20271231T235959Z to start from"),
        other_clock: None,
        date_alone: None,
    };
    for line in source.lines() {
        read.read_line(line)?;
    }
    if read.rules.is_empty() && read.added.is_empty() && read.start.is_none() {
        return Err(source.end().refused("the text", "a rule such as FREQ=DAILY"));
    }
    Ok(read)
}

impl RuleText {
    fn read_line(&mut self, line: Source<'_>) -> Result<(), ParseError> {
        let Some(property) = line.property() else { return self.read_rule(line) };
        let clock = property.zone().map(|name| {
            let known = TimeZone::get(name.text()).ok();
            let expected = "the name of a time zone, such as Asia/Bangkok";
            known.ok_or_else(|| name.refused("TZID", expected))
        });
        let clock = clock.transpose()?;
        match property.name.text().to_ascii_uppercase().as_str() {
            "RRULE" => self.read_rule(property.value_source()),
            "DTSTART" => {
                let moment = property.value.moment("DTSTART")?;
                self.read_start(&property.name, &property.value, moment, clock)
            }
            "RDATE" => {
                for piece in property.values() {
                    let moment = piece.beginning("RDATE")?;
                    self.check_is_no_date(&piece, "RDATE", moment);
                    let time = self.given(&piece, "RDATE", moment, clock.clone());
                    self.added.push(time);
                }
                Ok(())
            }
            "EXDATE" => {
                for piece in property.values() {
                    let moment = piece.moment("EXDATE")?;
                    self.check_is_no_date(&piece, "EXDATE", moment);
                    let time = self.given(&piece, "EXDATE", moment, clock.clone());
                    self.excepted.push(time);
                }
                Ok(())
            }
            "EXRULE" => Err(property.name.refused(
                "EXRULE",
                "EXDATE with the times to take away, as RFC 5545 knows no EXRULE",
            )),
            _ => Err(property.name.refused("the text", "one of DTSTART, RRULE, RDATE and EXDATE")),
        }
    }

    fn read_rule(&mut self, source: Source<'_>) -> Result<(), ParseError> {
        let Parsed { rule, start } = Parsed::of(&source)?;
        if let Some(start) = start {
            self.read_start(&start.piece, &start.piece, start.moment, None)?;
        }
        self.rules.push(rule);
        Ok(())
    }

    fn read_start(
        &mut self,
        name: &Piece<'_>,
        value: &Piece<'_>,
        moment: Until,
        clock: Option<TimeZone>,
    ) -> Result<(), ParseError> {
        if self.start.is_some() {
            return Err(name.refused("DTSTART", "one start"));
        }
        self.start = Some(self.given(value, "DTSTART", moment, clock));
        Ok(())
    }

    /// A time, by the clock that its line names or its `Z` does.
    fn given(
        &mut self,
        piece: &Piece<'_>,
        part: &str,
        moment: Until,
        clock: Option<TimeZone>,
    ) -> Given {
        let clock = match moment {
            Until::Utc(_) => Some(TimeZone::UTC),
            Until::Local(_) => clock,
            Until::Date(_) => None,
        };
        match (&self.clock, &clock) {
            (None, Some(_)) => self.clock.clone_from(&clock),
            (Some(first), Some(other)) if first != other && self.other_clock.is_none() => {
                let name = first.iana_name().unwrap_or_default();
                let expected = format!("a time by the same clock as the times before it, {name}");
                self.other_clock = Some(piece.refused(part, &expected));
            }
            _ => {}
        }
        Given { moment, clock }
    }

    fn check_is_no_date(&mut self, piece: &Piece<'_>, part: &str, moment: Until) {
        if matches!(moment, Until::Date(_)) && self.date_alone.is_none() {
            let expected = "a date and time such as 20271231T235959, as the rule has times of day";
            self.date_alone = Some(piece.refused(part, expected));
        }
    }
}
