//! Foreign names in memory.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::Result;
use crate::name_store::{FOREIGN_KEY_MAX, ForeignName, NameStore};
use crate::record::RecordKey;

/// A [`NameStore`] in memory.
#[derive(Default)]
pub struct ModelNameStore {
    names: Mutex<Names>,
}

#[derive(Default)]
struct Names {
    last: i64,
    keys: HashMap<ForeignName, i64>,
    texts: HashMap<RecordKey, Box<str>>,
}

impl ModelNameStore {
    /// Without any name.
    #[must_use]
    pub fn new() -> ModelNameStore {
        ModelNameStore::default()
    }

    fn all(&self) -> MutexGuard<'_, Names> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl NameStore for ModelNameStore {
    async fn intern(&self, names: Vec<ForeignName>) -> Result<Vec<i64>> {
        let mut all = self.all();
        let keys = names.into_iter().map(|name| {
            if let Some(key) = all.keys.get(&name) {
                return *key;
            }
            all.last += 1;
            let key = FOREIGN_KEY_MAX - all.last;
            all.texts.insert(RecordKey { kind: name.kind, key }, name.text.clone());
            all.keys.insert(name, key);
            key
        });
        Ok(keys.collect())
    }

    async fn names(&self, keys: Vec<RecordKey>) -> Result<Vec<Option<Box<str>>>> {
        let all = self.all();
        Ok(keys.iter().map(|key| all.texts.get(key).cloned()).collect())
    }
}
