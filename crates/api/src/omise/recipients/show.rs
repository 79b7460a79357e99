//! Shows a recipient, or names it elsewhere.

use bank::Recipient;
use engine::RecipientId;
use serde_json::Value;

use super::render;
use crate::omise::context::Context;
use crate::omise::ids::Kind;
use crate::omise::view::View;

/// A recipient, or what is left of a deleted one.
pub(crate) fn recipient(view: &View, recipient: &Recipient) -> Value {
    if recipient.deleted {
        render::deleted_recipient(view, recipient)
    } else {
        render::recipient(view, recipient)
    }
}

/// What names a recipient elsewhere: its id, or itself where that was asked for and it was found.
pub(crate) fn reference(context: &Context, id: RecipientId, found: Option<&Recipient>) -> Value {
    let view = View::of(context);
    match found.filter(|_| context.expand) {
        Some(found) => recipient(&view, found),
        None => view.id(Kind::Recipient, id.0).into(),
    }
}
