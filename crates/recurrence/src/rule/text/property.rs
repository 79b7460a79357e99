//! The lines around a rule: `DTSTART`, `RDATE`, `EXDATE`.

use super::parts::{Piece, Source};
use super::{ParseError, value};
use crate::Until;

/// A line such as `DTSTART;TZID=America/New_York:19970902T090000`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Property<'text> {
    pub(crate) name: Piece<'text>,
    parameters: Piece<'text>,
    pub(crate) value: Piece<'text>,
}

impl<'text> Source<'text> {
    /// Its lines, without those that are empty.
    pub(crate) fn lines(self) -> impl Iterator<Item = Source<'text>> {
        self.piece(self.text(), 0).split('\n').filter_map(move |line| {
            let text = line.text().trim_end_matches('\r');
            (!text.trim().is_empty()).then(|| self.narrowed(text, line.offset()))
        })
    }

    /// Nothing if the line is a rule alone.
    pub(crate) fn property(self) -> Option<Property<'text>> {
        let (head, value) = self.piece(self.text(), 0).split_once(':')?;
        let (name, parameters) = match head.split_once(';') {
            Some((name, parameters)) => (name, parameters),
            None => (head, head.end()),
        };
        Some(Property { name, parameters, value })
    }
}

impl<'text> Property<'text> {
    /// The name of the zone in `;TZID=America/New_York`.
    pub(crate) fn zone(&self) -> Option<Piece<'text>> {
        self.parameters.split(';').find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            name.text().eq_ignore_ascii_case("TZID").then(|| value.without_quotes())
        })
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = Piece<'text>> {
        self.value.split(',')
    }

    pub(crate) fn value_source(&self) -> Source<'text> {
        self.value.source()
    }
}

impl Piece<'_> {
    /// A date, or a date and time.
    pub(crate) fn moment(&self, part: &str) -> Result<Until, ParseError> {
        value::moment(self, part)
    }

    /// The same, or that at which a period such as
    /// `19960403T020000Z/19960403T040000Z` or `19960404T010000Z/PT3H` begins.
    pub(crate) fn beginning(&self, part: &str) -> Result<Until, ParseError> {
        let Some((beginning, end)) = self.split_once('/') else { return self.moment(part) };
        let is_duration = end.text().starts_with(['P', 'p', '+'])
            && end.text().parse::<jiff::Span>().is_ok_and(|span| !span.is_negative());
        if !is_duration && value::moment(&end, part).is_err() {
            return Err(end.refused(
                part,
                "the end of the period, a date and time such as 20271231T235959Z or a duration \
                 such as PT3H",
            ));
        }
        beginning.moment(part)
    }
}
