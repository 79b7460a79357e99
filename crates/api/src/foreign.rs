//! What upstreams call the things that an answer names.

use std::collections::HashMap;
use std::sync::Arc;

use bank::RecordKind;
use store::{RecordKey, StoreError, is_foreign};

use crate::App;

/// The texts of the foreign things in one answer. What is rendered asks nothing of a
/// store; so whoever answers reads them first, all that the answer names in one batch.
#[derive(Clone, Default)]
pub struct ForeignNames(Arc<HashMap<RecordKey, Box<str>>>);

impl ForeignNames {
    /// Those among `named`. Where none of it is foreign, nothing is read.
    pub(crate) async fn among(
        app: &App,
        named: impl IntoIterator<Item = RecordKey>,
    ) -> Result<ForeignNames, StoreError> {
        let mut keys: Vec<RecordKey> =
            named.into_iter().filter(|named| is_foreign(named.key)).collect();
        let Some(store) = app.names.as_ref().filter(|_| !keys.is_empty()) else {
            return Ok(ForeignNames::default());
        };
        keys.sort_unstable();
        keys.dedup();
        let texts = store.names(keys.clone()).await?;
        let both = keys.into_iter().zip(texts);
        let known = both.filter_map(|(key, text)| Some((key, text?))).collect();
        Ok(ForeignNames(Arc::new(known)))
    }

    /// Those that were read already.
    pub(crate) fn of(named: impl IntoIterator<Item = (RecordKey, Box<str>)>) -> ForeignNames {
        ForeignNames(Arc::new(named.into_iter().collect()))
    }

    /// What a key stands for, if it was among them.
    pub(crate) fn get(&self, kind: RecordKind, key: i64) -> Option<&str> {
        self.0.get(&RecordKey { kind, key }).map(Box::as_ref)
    }
}
