//! The parts of a rule, one after another, and how they go together.

use std::ops::RangeInclusive;

use super::{ParseError, value};
use crate::Until;
use crate::rule::{By, Frequency, Limit, Rule, Skip};
use crate::signed_set::SignedSet;
use crate::weekdays::WEEK;

/// The longest text that is read, in bytes. Each list at its longest fits.
pub(crate) const TEXT_LENGTH_MAX: usize = 16_384;

/// What of a text an error repeats, in characters.
const FOUND_LENGTH_MAX: usize = 40;

/// A text, of which a part is being read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source<'text> {
    whole: &'text str,
    /// The part of it that holds a rule, and where it starts, in bytes.
    part: &'text str,
    offset: usize,
}

/// A piece of a text, and where it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece<'text> {
    pub(super) text: &'text str,
    source: Source<'text>,
    offset: usize,
}

/// A rule as its text says it, with the start if that is in the text.
#[derive(Debug)]
pub(crate) struct Parsed<'text> {
    pub(crate) rule: Rule,
    pub(crate) start: Option<Start<'text>>,
}

/// `DTSTART` between the other parts, as Moov once had it.
#[derive(Debug)]
pub(crate) struct Start<'text> {
    pub(crate) moment: Until,
    pub(crate) piece: Piece<'text>,
}

impl<'text> Source<'text> {
    pub(crate) fn whole(text: &'text str) -> Result<Source<'text>, ParseError> {
        let source = Source { whole: text, part: text, offset: 0 };
        if text.len() > TEXT_LENGTH_MAX {
            let expected = format!("at most {TEXT_LENGTH_MAX} bytes");
            return Err(source.piece(text, 0).refused("the rule", &expected));
        }
        Ok(source)
    }

    /// A part of the text, which starts at this byte of the whole.
    pub(crate) fn narrowed(self, part: &'text str, offset: usize) -> Source<'text> {
        Source { part, offset, ..self }
    }

    pub(crate) fn text(self) -> &'text str {
        self.part
    }

    /// At a byte of the part.
    pub(crate) fn piece(self, text: &'text str, at: usize) -> Piece<'text> {
        Piece { text, source: self, offset: self.offset + at }
    }

    pub(crate) fn end(self) -> Piece<'text> {
        self.piece("", self.part.len())
    }
}

impl<'text> Piece<'text> {
    pub(crate) fn text(&self) -> &'text str {
        self.text
    }

    /// Nothing, where the piece ends.
    pub(super) fn end(&self) -> Piece<'text> {
        Piece { text: "", source: self.source, offset: self.offset + self.text.len() }
    }

    pub(super) fn without_quotes(&self) -> Piece<'text> {
        match self.text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
            Some(text) => Piece { text, source: self.source, offset: self.offset + 1 },
            None => *self,
        }
    }

    pub(super) fn offset(&self) -> usize {
        self.offset
    }

    /// The piece, as a text of its own, in the same whole.
    pub(super) fn source(&self) -> Source<'text> {
        self.source.narrowed(self.text, self.offset)
    }

    pub(crate) fn refused(&self, part: &str, expected: &str) -> ParseError {
        let before = self.source.whole.get(..self.offset).unwrap_or(self.source.whole);
        let mut found: String = self.text.chars().take(FOUND_LENGTH_MAX).collect();
        if found.len() < self.text.len() {
            found.push('…');
        }
        ParseError {
            part: part.to_owned(),
            position: before.chars().count() + 1,
            found,
            expected: expected.to_owned(),
        }
    }

    /// What stands on either side of the first such character, if there is
    /// one.
    pub(super) fn split_once(&self, at: char) -> Option<(Piece<'text>, Piece<'text>)> {
        let (left, right) = self.text.split_once(at)?;
        let right = Piece {
            text: right,
            source: self.source,
            offset: self.offset + left.len() + at.len_utf8(),
        };
        Some((Piece { text: left, ..*self }, right))
    }

    pub(super) fn split(&self, at: char) -> impl Iterator<Item = Piece<'text>> + use<'text> {
        let mut rest = Some(*self);
        std::iter::from_fn(move || {
            let piece = rest.take()?;
            let Some((first, others)) = piece.split_once(at) else { return Some(piece) };
            rest = Some(others);
            Some(first)
        })
    }
}

/// What has been read so far; of a part given twice, where it was first.
#[derive(Default)]
struct Seen<'text> {
    names: Vec<&'static str>,
    values: Vec<Piece<'text>>,
}

impl<'text> Seen<'text> {
    fn value(&self, name: &str) -> Option<Piece<'text>> {
        let mut named = self.names.iter().zip(&self.values);
        named.find(|(seen, _)| **seen == name).map(|(_, value)| *value)
    }
}

const NAMES: [&str; 17] = [
    "FREQ",
    "INTERVAL",
    "COUNT",
    "UNTIL",
    "WKST",
    "BYMONTH",
    "BYWEEKNO",
    "BYYEARDAY",
    "BYMONTHDAY",
    "BYDAY",
    "BYHOUR",
    "BYMINUTE",
    "BYSECOND",
    "BYSETPOS",
    "RSCALE",
    "SKIP",
    "DTSTART",
];

impl<'text> Parsed<'text> {
    pub(crate) fn of(source: &Source<'text>) -> Result<Parsed<'text>, ParseError> {
        parse(source)
    }
}

fn parse<'text>(source: &Source<'text>) -> Result<Parsed<'text>, ParseError> {
    let text = source.text().trim_end_matches([' ', '\t', '\r', '\n', ';']);
    let after_prefix = match text.get(..6) {
        Some(prefix) if prefix.eq_ignore_ascii_case("RRULE:") => 6,
        _ => 0,
    };
    let parts = source.piece(text.get(after_prefix..).unwrap_or(""), after_prefix);
    let seen = read_parts(&parts)?;
    let Some(frequency) = seen.value("FREQ") else {
        return Err(source
            .piece("", text.len())
            .refused("FREQ", "FREQ=, the period that the rule counts in"));
    };
    let mut rule = Rule::every_one(one_of(&frequency, "FREQ", &Frequency::ALL)?);
    let mut start = None;
    for (name, value) in seen.names.iter().zip(&seen.values) {
        read_part(&mut rule, name, value)?;
        if *name == "DTSTART" {
            start = Some(Start { moment: value::moment(value, name)?, piece: *value });
        }
    }
    check_together(&rule, &seen)?;
    Ok(Parsed { rule, start })
}

fn read_parts<'text>(parts: &Piece<'text>) -> Result<Seen<'text>, ParseError> {
    let mut seen = Seen::default();
    for part in parts.split(';') {
        let Some((name, value)) = part.split_once('=') else {
            return Err(part.refused("the rule", "a part such as FREQ=DAILY"));
        };
        let Some(known) = NAMES.into_iter().find(|known| known.eq_ignore_ascii_case(name.text))
        else {
            return Err(name.refused("the rule", &format!("one of {}", NAMES.join(", "))));
        };
        if seen.value(known).is_some() {
            return Err(name.refused(known, "each part at most once"));
        }
        seen.names.push(known);
        seen.values.push(value);
    }
    Ok(seen)
}

fn read_part(rule: &mut Rule, name: &str, value: &Piece<'_>) -> Result<(), ParseError> {
    let by = &mut rule.by;
    match name {
        "INTERVAL" => rule.every = value::whole(value, name)?,
        "COUNT" => rule.limit = Limit::Count(value::whole(value, name)?),
        "UNTIL" => rule.limit = Limit::Until(value::moment(value, name)?),
        "WKST" => rule.week_start = value::weekday(value, name)?,
        "SKIP" => rule.skip = one_of(value, name, &Skip::ALL)?,
        "RSCALE" => one_of(value, name, &[((), "GREGORIAN")])?,
        "BYMONTH" => {
            by.months = u16::try_from(bits(value, name, 1..=12)? >> 1).unwrap_or(0);
        }
        "BYHOUR" => by.hours = u32::try_from(bits(value, name, 0..=23)?).unwrap_or(0),
        "BYMINUTE" => by.minutes = bits(value, name, 0..=59)?,
        "BYSECOND" => by.seconds = bits(value, name, 0..=60)?,
        "BYWEEKNO" => by.weeks = numbers(value, name, 53)?,
        "BYMONTHDAY" => by.month_days = numbers(value, name, 31)?,
        "BYYEARDAY" => by.year_days = numbers(value, name, 366)?,
        "BYSETPOS" => by.positions = numbers(value, name, 366)?,
        "BYDAY" => read_weekdays(by, value)?,
        _ => {}
    }
    Ok(())
}

/// A name out of a few.
fn one_of<Value: Copy>(
    value: &Piece<'_>,
    part: &str,
    names: &[(Value, &'static str)],
) -> Result<Value, ParseError> {
    let named = names.iter().find(|(_, name)| name.eq_ignore_ascii_case(value.text));
    named.map(|(value, _)| *value).ok_or_else(|| {
        let names: Vec<_> = names.iter().map(|(_, name)| *name).collect();
        let expected = match names.as_slice() {
            [others @ .., last] if !others.is_empty() => {
                format!("{} or {last}", others.join(", "))
            }
            names => names.concat(),
        };
        value.refused(part, &expected)
    })
}

fn bits(value: &Piece<'_>, part: &str, range: RangeInclusive<u32>) -> Result<u64, ParseError> {
    let mut bits = 0;
    for number in value.split(',') {
        bits |= 1_u64 << value::within(&number, part, range.clone())?;
    }
    Ok(bits)
}

fn numbers<const WORDS: usize>(
    value: &Piece<'_>,
    part: &str,
    max: i16,
) -> Result<SignedSet<WORDS>, ParseError> {
    let mut set = SignedSet::EMPTY;
    for number in value.split(',') {
        set.insert(value::signed(&number, part, max)?);
    }
    Ok(set)
}

fn read_weekdays(by: &mut By, value: &Piece<'_>) -> Result<(), ParseError> {
    for piece in value.split(',') {
        let (number, weekday) = value::numbered_weekday(&piece)?;
        match number {
            None => by.weekdays |= 1 << weekday.to_monday_zero_offset(),
            Some(number) => {
                let of_week = WEEK.into_iter().zip(&mut by.numbered_weekdays);
                for (_, numbers) in of_week.filter(|(day, _)| *day == weekday) {
                    numbers.insert(number);
                }
            }
        }
    }
    Ok(())
}

/// What RFC 5545 and RFC 7529 rule out for parts that are right each by itself.
fn check_together(rule: &Rule, seen: &Seen<'_>) -> Result<(), ParseError> {
    let refuse = |name: &str, expected: &str| match seen.value(name) {
        Some(piece) => Err(piece.refused(name, expected)),
        None => Ok(()),
    };
    if seen.value("COUNT").is_some() {
        refuse("UNTIL", "either UNTIL or COUNT, not both")?;
    }
    if seen.value("RSCALE").is_none() {
        refuse("SKIP", "RSCALE=GREGORIAN beside SKIP")?;
    }
    rule.conflict().map_or(Ok(()), |conflict| refuse(conflict.part, conflict.expected))
}
