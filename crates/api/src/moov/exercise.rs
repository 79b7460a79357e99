//! Reads any text as each of the small things that requests carry, and holds what is
//! read to its bounds: for the fuzzer, and for the test that replays its corpus.
#![allow(clippy::panic, reason = "that is how a fuzzer is told")]

use http::header::{AUTHORIZATION, HeaderMap, HeaderValue};

use super::ids::canonical;
use super::origin;
use super::query::{PARAMETERS_MAX, Query};
use super::scope::{SCOPES_MAX, parse_list};
use super::version::Version;
use crate::authentication;

/// Reads text as a version, an id, a list of scopes, a page's address, a query, and an
/// `Authorization`.
///
/// # Panics
///
/// Where what was read is not what was written, or is beyond its bounds.
pub fn exercise(bytes: &[u8]) {
    if let Ok(value) = HeaderValue::from_bytes(bytes) {
        let headers = HeaderMap::from_iter([(AUTHORIZATION, value)]);
        authentication::exercise(&headers);
    }
    let Ok(text) = str::from_utf8(bytes) else { return };
    if Version::resolve(text).is_some() {
        assert!(text.len() <= "v2026.07.00".len(), "{text:?} was read as a version");
    }
    if let Some(id) = canonical(text) {
        assert_eq!(id, text.to_ascii_lowercase(), "an id is what was written");
    }
    if let Some(host) = origin::host(text) {
        assert_eq!(origin::domain(&host), Some(host.clone()), "a host is read as itself");
    }
    scopes(text);
    query(text);
}

fn scopes(text: &str) {
    let Ok(scopes) = parse_list(text) else { return };
    assert!(scopes.len() <= SCOPES_MAX, "{} scopes were read", scopes.len());
    let written: Vec<_> = scopes.iter().map(ToString::to_string).collect();
    assert_eq!(parse_list(&written.join(" ")), Ok(scopes), "scopes are read as they are written");
}

fn query(text: &str) {
    let Ok(query) = Query::read(text) else { return };
    if let Ok(page) = query.page(20, 200) {
        assert!((1..=200).contains(&page.limit), "a page of {}", page.limit);
    }
    if let Ok(fields) = query.into_fields() {
        let count = fields.as_object().map_or(0, serde_json::Map::len);
        assert!(count <= PARAMETERS_MAX, "{count} fields were read");
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_the_fuzzer_kept_is_read_within_bounds_or_refused() {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/headers");
        let files: Vec<_> = std::fs::read_dir(&corpus).unwrap().collect();
        assert!(files.len() > 10, "{} files in {}", files.len(), corpus.display());
        for file in files {
            exercise(&std::fs::read(file.unwrap().path()).unwrap());
        }
    }

    proptest! {
        #[test]
        fn whatever_is_sent_is_read_within_bounds_or_refused(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            text in "(v[0-9.]{8,12}|Basic [A-Za-z0-9+/=]{0,40}|(/accounts/[0-9a-fA-F-]{36}/[a-z.-]{3,20} ?){1,3}|https?://[a-z.:0-9/-]{0,40}|[a-z=&%+0-9,]{0,60})",
        ) {
            exercise(&bytes);
            exercise(text.as_bytes());
        }
    }
}
