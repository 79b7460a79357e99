//! The properties around a rule: `DTSTART`, `RDATE`, `EXDATE`.

use super::parts::{Piece, Source};
use super::{ParseError, value};
use crate::Until;

/// A date, or a date and time.
pub(crate) fn date_or_time(piece: &Piece<'_>, part: &str) -> Result<Until, ParseError> {
    value::moment(piece, part)
}

/// The lines of a text, without those that are empty.
pub(crate) fn split_lines<'text>(
    source: Source<'text>,
) -> impl Iterator<Item = Source<'text>> + 'text {
    let mut at = 0;
    source.text().split('\n').filter_map(move |line| {
        let start = at;
        at += line.len() + 1;
        let line = line.trim_end_matches('\r');
        (!line.trim().is_empty()).then(|| source.narrowed(line, source.offset() + start))
    })
}

/// The name of the zone in `;TZID=America/New_York`.
pub(crate) fn zone_name<'text>(parameters: &Piece<'text>) -> Option<&'text str> {
    parameters.text().split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.eq_ignore_ascii_case("TZID").then_some(value)
    })
}
