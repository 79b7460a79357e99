//! A token on the wire.

use bank::{Card, Token};
use serde_json::Value;

use crate::omise::customers::cards;
use crate::omise::ids::Kind;
use crate::omise::version::Version;
use crate::omise::view::{View, object};

/// A token. Once it is used it no longer tells its card.
pub(crate) fn token(view: &View, token: &Token, card: &Card) -> Value {
    let id = view.id(Kind::Token, token.key);
    let location = format!("https://vault.omise.co/tokens/{id}");
    let card = if token.used { Value::Null } else { cards::render::card(view, card) };
    let created = view.time(token.created_at);
    match view.version {
        Version::V2017_11_02 => object([
            ("object", "token".into()),
            ("id", id.into()),
            ("livemode", view.livemode().into()),
            ("location", location.into()),
            ("used", token.used.into()),
            ("card", card),
            ("created", created),
        ]),
        Version::V2019_05_29 => object([
            ("object", "token".into()),
            ("id", id.into()),
            ("livemode", view.livemode().into()),
            ("location", location.into()),
            ("used", token.used.into()),
            ("charge_status", "unknown".into()),
            ("card", card),
            ("created_at", created),
        ]),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::omise::captures::{self, Names};

    #[test]
    fn tokens_of_2019_are_the_captured_ones() {
        let fresh = captures::php("vault.omise.co/tokens-post.json");
        let used = captures::php("vault.omise.co/tokens/tokn_test_63440m1z407jm6hgxtu-get.json");
        for mut shown in [fresh.clone(), used] {
            // Recorded against Omise's staging host.
            let location = shown["location"].as_str().unwrap().replace("staging-omise", "omise");
            shown["location"] = location.into();
            let names = Arc::new(Names::default());
            let view = captures::view(Version::V2019_05_29, &names, &shown["created_at"]);
            let card = captures::card(&names, &fresh["card"]);
            let rendered = token(&view, &captures::token(&names, &shown, card.id), &card);
            assert_eq!(rendered.to_string(), shown.to_string());
        }
    }

    #[test]
    fn tokens_of_2017_are_the_captured_ones() {
        for path in ["token/create_token.json", "token/retrieve_token.json"] {
            let shown = captures::elixir(path);
            let names = Arc::new(Names::default());
            let view = captures::view(Version::V2017_11_02, &names, &shown["created"]);
            let card = captures::card(&names, &shown["card"]);
            let rendered = token(&view, &captures::token(&names, &shown, card.id), &card);
            assert_eq!(rendered.to_string(), shown.to_string(), "{path}");
        }
    }
}
