//! Reads any bytes as an answer of every upstream, as a stranger's URL and as a header of an
//! endpoint's, and holds what is made of them to what is promised: for the fuzzer, and for
//! the test that replays its corpus.
#![allow(clippy::panic, reason = "that is how a fuzzer is told")]

use std::sync::OnceLock;
use std::time::Duration;

use ::http::HeaderValue;
use engine::{Currency, CustomerId, Money, PaymentBody, RecipientId};

use crate::courier::{Courier, Reach};
use crate::upstream::{Answer, Sighting, Told, Verdict};
use crate::{courier, http, moov, omise};

/// Reads a status of three digits, and what follows it as a body.
///
/// # Panics
///
/// Where an answer is taken for more than it says.
pub fn exercise(bytes: &[u8]) {
    let (status, body) = bytes.split_at_checked(3).unwrap_or_default();
    let status = std::str::from_utf8(status).ok().and_then(|it| it.parse().ok()).unwrap_or(200);
    let told = Told::Answer(Answer { status, body: body.to_vec() });
    let money = Money::new(1, Currency::THB);
    let customer = CustomerId(1);
    let charge = PaymentBody::Charge { customer, card: None, money, description: None };
    let transfer = PaymentBody::Transfer { recipient: RecipientId(1), money };
    for asked in [&charge, &transfer] {
        hold(status, &omise::answer::verdict(&told, asked));
        hold_sighting(status, &omise::answer::sighting(&told, asked));
    }
    let _ = omise::answer::list(&told);
    let _ = omise::answer::transferable(&told, "THB");
    hold(status, &moov::answer::verdict(&told, "key"));
    hold_sighting(status, &moov::answer::sighting(&told));
    let _ = moov::answer::list(&told);
    hold(status, &http::answer::verdict(&told));
    hold_sighting(status, &http::answer::sighting(&told));
    let _ = http::answer::balance(&told);
    strangers(body);
}

/// What is anything but an answer to what was asked says nothing of what became of it.
fn hold(status: u16, verdict: &Verdict) {
    let is_certain = !matches!(verdict, Verdict::Unknown);
    assert!(!is_certain || matches!(status, 200..300 | 400..500), "{status}: {verdict:?}");
    // Whether a request was taken at all is known before its answer is read.
    assert!(!matches!(verdict, Verdict::NotSent(_)), "{status}: {verdict:?}");
    let has_succeeded = matches!(verdict, Verdict::Succeeded(_) | Verdict::Accepted(_));
    assert!(!has_succeeded || matches!(status, 200..300 | 409), "{status}: {verdict:?}");
}

fn hold_sighting(status: u16, sighting: &Sighting) {
    match sighting {
        Sighting::Found(verdict) => {
            assert!(matches!(status, 200..300), "{status}: {sighting:?}");
            hold(status, verdict);
        }
        Sighting::Absent => assert_eq!(status, 404, "{sighting:?}"),
        Sighting::Unreachable => {}
    }
}

fn strangers(bytes: &[u8]) {
    static COURIER: OnceLock<Option<Courier>> = OnceLock::new();
    let courier = COURIER.get_or_init(|| Courier::new(Reach::Public, Duration::from_secs(1)).ok());
    if let (Some(courier), Ok(text)) = (courier, std::str::from_utf8(bytes))
        && let Ok(url) = courier.vet(text)
    {
        assert!(text.len() <= courier::URL_MAX && url.scheme() == "https", "{url}");
    }
    if let Ok(header) = HeaderValue::from_bytes(bytes) {
        let _ = courier::retry_after(Some(&header));
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn what_the_fuzzer_kept_is_taken_for_no_more_than_it_says() {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/answers");
        let kept: Vec<_> = std::fs::read_dir(corpus).unwrap().map(Result::unwrap).collect();
        assert!(!kept.is_empty());
        for entry in kept {
            exercise(&std::fs::read(entry.path()).unwrap());
        }
    }
}
