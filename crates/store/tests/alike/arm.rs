//! One of the stores that are compared, with all that is known of it.

use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use engine::{InstallationId, Instant};
use store::conformance::webhooks::Telling;
use store::model::{ModelBankStore, ModelNameStore, ModelStore};
use store::postgres::PostgresStore;
use store::sqlite::SqliteStore;
use store::{BankStore, NameStore, NewEvent, StoreError};

use crate::memory::Memory;
use crate::numbers::Numbers;

pub struct Arm {
    pub name: &'static str,
    place: Place,
    /// `None` only while it is being opened again.
    stores: Option<Stores>,
    pub memory: Memory,
    pub numbers: Numbers,
    said: Vec<Said>,
}

/// A question and its answer, as they are compared.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Said {
    pub asked: String,
    pub answered: String,
}

/// Where the data are.
enum Place {
    Memory(Arc<ModelStore>),
    File(PathBuf),
    Database(String),
}

#[derive(Clone)]
struct Stores {
    store: Arc<dyn Telling>,
    bank: Arc<dyn BankStore>,
    names: Arc<dyn NameStore>,
}

impl Stores {
    fn of<S: Telling + BankStore + NameStore>(whole: Arc<S>) -> Stores {
        Stores { store: Arc::clone(&whole) as _, bank: Arc::clone(&whole) as _, names: whole }
    }
}

impl Arm {
    pub fn model(start: Instant) -> Arm {
        let store = Arc::new(ModelStore::exclusive(InstallationId(7)));
        let stores = Stores {
            store: Arc::clone(&store) as _,
            bank: Arc::new(ModelBankStore::new()),
            names: Arc::new(ModelNameStore::new()),
        };
        Arm::of("model", Place::Memory(store), stores, start)
    }

    pub fn sqlite(path: &Path, start: Instant) -> Arm {
        let stores = Stores::of(SqliteStore::open(path).unwrap());
        Arm::of("SQLite", Place::File(path.to_owned()), stores, start)
    }

    pub async fn postgres(database: String, start: Instant) -> Arm {
        let store = PostgresStore::open(&cluster::settings(&database)).await.unwrap();
        Arm::of("PostgreSQL", Place::Database(database), Stores::of(store), start)
    }

    fn of(name: &'static str, place: Place, stores: Stores, start: Instant) -> Arm {
        let (memory, numbers) = (Memory::at(start), Numbers::default());
        Arm { name, place, stores: Some(stores), memory, numbers, said: Vec::new() }
    }

    fn stores(&self) -> &Stores {
        self.stores.as_ref().expect("it is open between steps")
    }

    pub fn store(&self) -> Arc<dyn Telling> {
        Arc::clone(&self.stores().store)
    }

    pub fn bank(&self) -> Arc<dyn BankStore> {
        Arc::clone(&self.stores().bank)
    }

    pub fn names(&self) -> Arc<dyn NameStore> {
        Arc::clone(&self.stores().names)
    }

    /// Drops the store and opens it again. The model has nothing to be opened from.
    pub async fn reopen(&mut self) {
        let opened = match &self.place {
            Place::Memory(_) => return,
            Place::File(path) => {
                self.stores = None;
                Stores::of(SqliteStore::open(path).unwrap())
            }
            Place::Database(database) => {
                self.stores = None;
                Stores::of(PostgresStore::open(&cluster::settings(database)).await.unwrap())
            }
        };
        self.stores = Some(opened);
    }

    /// Tells what the bank has written to those who hear of events: the model's books are
    /// apart from its schedules, those of the others are not.
    pub fn tell(&self, events: Vec<NewEvent>) {
        if let Place::Memory(store) = &self.place {
            store.tell_of_the_bank(events);
        }
    }

    /// Notes a question and its answer; the answer, if there is one.
    pub fn note<T: Debug>(
        &mut self,
        asked: &str,
        with: impl Debug,
        answer: store::Result<T>,
    ) -> Option<T> {
        self.note_as(asked, with, answer, |_, answer| format!("{answer:?}"))
    }

    /// The same, where the answer is compared in another form.
    pub fn note_as<T, D: Debug>(
        &mut self,
        asked: &str,
        with: impl Debug,
        answer: store::Result<T>,
        form: impl FnOnce(&mut Numbers, &T) -> D,
    ) -> Option<T> {
        let answered = match &answer {
            Ok(answer) => format!("{:?}", form(&mut self.numbers, answer)),
            // Each has its own words for why it refuses.
            Err(StoreError::Database { .. }) => "refused".to_owned(),
            Err(other) => format!("{other:?}"),
        };
        self.said.push(Said { asked: format!("{asked} {with:?}"), answered });
        answer.ok()
    }

    /// What was said since this was last asked.
    pub fn said(&mut self) -> Vec<Said> {
        std::mem::take(&mut self.said)
    }

    pub async fn close(mut self) {
        let Some(Stores { store, .. }) = self.stores.take() else { return };
        store.stop().await;
        drop(store);
        if let Place::Database(database) = &self.place {
            let drop = format!("DROP DATABASE {database} WITH (FORCE)");
            cluster::administer("postgres", &drop).await;
        }
    }
}
