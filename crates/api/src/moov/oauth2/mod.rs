//! `/oauth2`: tokens that stand in the place of a pair of keys, so that a web page may ask
//! for itself without holding any.

mod client;
pub(in crate::moov) mod openapi;
mod revoke;
mod token;

use super::router::{Resource, Routes};

pub(super) fn routes() -> Routes {
    Routes::new()
        .at("/oauth2/token", Resource::new().open_post(token::create))
        .at("/oauth2/revoke", Resource::new().open_post(revoke::revoke))
}
