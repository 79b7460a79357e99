//! The lines around a rule: `DTSTART`, `RDATE`, `EXDATE`.

use super::parts::{Piece, Source};
use super::{ParseError, value};
use crate::Until;

/// A line such as `DTSTART;TZID=America/New_York:19970902T090000`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Property<'text> {
    pub(crate) name: Piece<'text>,
    parameters: &'text str,
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
            Some((name, parameters)) => (name, parameters.text()),
            None => (head, ""),
        };
        Some(Property { name, parameters, value })
    }
}

impl<'text> Property<'text> {
    /// The name of the zone in `;TZID=America/New_York`.
    pub(crate) fn zone(&self) -> Option<&'text str> {
        self.parameters.split(';').find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            name.eq_ignore_ascii_case("TZID").then_some(value)
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
}
