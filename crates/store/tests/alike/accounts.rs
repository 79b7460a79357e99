//! Accounts, terms, what opens an account, clocks, and keys that are fresh.

use engine::{Account, AccountId, ClockId, Currency, Instant, Mode, Zone};
use store::{
    Area, AuditEntry, BankStore, ClockMode, ClockState, Credential, CredentialKind, Deed, Grant,
    GrantKind, Key, KeyOrigin, Reach, RecordKind, Scope,
};

use crate::arm::Arm;
use crate::dice::Dice;
use crate::memory::LANES;

/// Two that are there, and one that is not.
pub const ACCOUNTS: [AccountId; 3] = [AccountId(1), AccountId(2), AccountId(9)];

pub fn entry(dice: &mut Dice, wall: Instant, deed: Deed, subject: &str) -> AuditEntry {
    AuditEntry {
        account: dice.pick(&ACCOUNTS[..2]),
        at: wall,
        actor: "key 00".into(),
        deed,
        subject: subject.into(),
        reason: dice.pick(&["", "because", "ตามคำขอ"]).into(),
    }
}

fn account(dice: &mut Dice, now: Instant) -> Account {
    let mut attributes = serde_json::Map::new();
    attributes.insert("zebra".to_owned(), dice.roll(9).into());
    if dice.one_in(2) {
        attributes.insert("name".to_owned(), dice.pick(&["till", "office"]).into());
    }
    attributes.insert("ant".to_owned(), serde_json::json!([1, {"b": null, "a": 1.5}]));
    Account {
        id: AccountId(0),
        lane: dice.pick(&LANES),
        mode: dice.pick(&[Mode::Test, Mode::Live]),
        country: "TH".to_owned(),
        currency: Currency::THB,
        zone: Zone::named("Asia/Bangkok").unwrap(),
        three_d_secure: dice.one_in(2),
        created_at: now,
        attributes,
    }
}

/// One that is there for sure: no key of another's is in its way.
pub async fn create_without_keys(arm: &mut Arm, dice: &mut Dice) {
    let account = account(dice, arm.memory.wall);
    let made = arm.store().create_account(account.clone(), Vec::new()).await;
    arm.note("create_account", account, made);
}

pub async fn create(arm: &mut Arm, dice: &mut Dice) {
    let account = account(dice, arm.memory.wall);
    let mut credentials: Vec<Credential> =
        (0..dice.roll(3)).map(|_| credential(dice, arm.memory.wall)).collect();
    // No key is drawn twice in one call.
    credentials.dedup_by_key(|credential| credential.sha256);
    let made = arm.store().create_account(account.clone(), credentials.clone()).await;
    arm.note("create_account", (account, credentials), made);
}

pub async fn begin_term(arm: &mut Arm) {
    let begun = arm.store().begin_term().await;
    if let Some(term) = arm.note("begin_term", (), begun) {
        arm.memory.terms.push(term);
    }
}

pub async fn accounts(arm: &mut Arm, dice: &mut Dice) {
    match dice.roll(3) {
        0 => create(arm, dice).await,
        1 => {
            let account = account(dice, arm.memory.wall);
            let ensured = arm.store().ensure_account(account.clone()).await;
            arm.note("ensure_account", account, ensured);
        }
        _ => {
            // Only what was read before is written over.
            let id = dice.pick(&ACCOUNTS[..2]);
            let account = Account { id, ..account(dice, arm.memory.wall) };
            let updated = arm.store().update_account(account.clone()).await;
            arm.note("update_account", account, updated);
        }
    }
    look(arm).await;
}

pub async fn look(arm: &mut Arm) {
    let store = arm.store();
    arm.note("accounts", (), store.accounts().await);
    for id in ACCOUNTS {
        arm.note("account", id, store.account(id).await);
        arm.note("keys", id, store.keys(id).await);
        arm.note("audit_trail", id, store.audit_trail(id, 1_000).await);
    }
    for hash in 0..8 {
        arm.note("credential", hash, store.credential([hash; 32]).await);
    }
    look_at_grants(arm).await;
    for id in [ClockId(1), ClockId(2)] {
        arm.note("clock", id, store.clock(id).await);
    }
}

fn credential(dice: &mut Dice, wall: Instant) -> Credential {
    let reads = Scope { area: Area::Schedules, reach: Reach::Read };
    Credential {
        sha256: [dice.small(8); 32],
        account: dice.pick(&ACCOUNTS[..2]),
        kind: dice.pick(&[
            CredentialKind::Secret,
            CredentialKind::Public,
            CredentialKind::Restricted([reads].into_iter().collect()),
        ]),
        expires_at: dice.one_in(2).then(|| wall.plus_seconds(dice.whole(1_000))),
        domains: dice.pick(&[Vec::new(), vec!["example.com".into()]]),
    }
}

pub async fn credentials(arm: &mut Arm, dice: &mut Dice) {
    let store = arm.store();
    let wall = arm.memory.wall;
    // One hash is written once in a call.
    let credential = credential(dice, wall);
    if dice.one_in(2) {
        let put = store.put_credentials(vec![credential.clone()]).await;
        arm.note("put_credentials", credential, put);
    } else {
        let key = Key {
            credential,
            name: dice.pick(&["till", "office"]).into(),
            ending: "12ab".into(),
            origin: dice.pick(&[KeyOrigin::Made, KeyOrigin::Configured]),
            created_at: wall,
        };
        let entry = dice.one_in(2).then(|| entry(dice, wall, Deed::MadeKey, "key"));
        let put = store.put_keys(vec![key.clone()], entry.clone()).await;
        arm.note("put_keys", (key, entry), put);
    }
    look(arm).await;
}

pub async fn grants(arm: &mut Arm, dice: &mut Dice) {
    let store = arm.store();
    let wall = arm.memory.wall;
    if dice.one_in(4) {
        let hash = 2 + dice.small(arm.memory.last_grant + 1);
        let revoked = store.revoke_grant([hash; 32]).await;
        arm.note("revoke_grant", hash, revoked);
    } else {
        let family = [dice.small(3); 32];
        // No token is drawn twice.
        arm.memory.last_grant += 2;
        let first = arm.memory.last_grant;
        let grant = |hash: u8, kind, dice: &mut Dice| Grant {
            sha256: [hash; 32],
            kind,
            credential: [1; 32],
            family,
            scopes: "read write".into(),
            bound: dice.one_in(2),
            expires_at: wall.plus_seconds(60 + dice.whole(100_000)),
        };
        let new =
            vec![grant(first, GrantKind::Access, dice), grant(first + 1, GrantKind::Refresh, dice)];
        let spent = dice.one_in(2).then(|| [2 + dice.small(first); 32]);
        let added = store.add_grants(spent, new.clone(), wall).await;
        arm.note("add_grants", (spent, new, wall), added);
    }
    look_at_grants(arm).await;
}

async fn look_at_grants(arm: &mut Arm) {
    for hash in 0..=arm.memory.last_grant + 1 {
        let found = arm.store().grant([hash; 32]).await;
        arm.note("grant", hash, found);
    }
}

pub async fn clocks(arm: &mut Arm, dice: &mut Dice) {
    let store = arm.store();
    let id = dice.pick(&[ClockId(1), ClockId(2)]);
    let now = arm.memory.now;
    let state = ClockState {
        mode: dice.pick(&[ClockMode::Wall, ClockMode::Standing(now)]),
        target: dice.one_in(2).then(|| now.plus_seconds(dice.whole(10_000))),
    };
    arm.note("set_clock", (id, state), store.set_clock(id, state).await);
    arm.note("clock", id, store.clock(id).await);
}

/// Keys are fresh, whatever they are: greater than those before them.
pub async fn allocate(arm: &mut Arm, dice: &mut Dice) {
    let count = u32::from(1 + dice.small(5));
    let first = arm.store().allocate_schedules(count).await.map(|id| id.0);
    is_fresh(arm, "allocate_schedules", count, first);
    let bank = arm.bank();
    is_fresh(
        arm,
        "allocate charges",
        count,
        BankStore::allocate(&*bank, RecordKind::Charge, count),
    );
    let named = bank.allocate_named(RecordKind::Customer).map(|key| -key);
    is_fresh(arm, "allocate_named customers", 1, named);
}

fn is_fresh(arm: &mut Arm, what: &'static str, count: u32, first: store::Result<i64>) {
    let before = arm.memory.allocated.get(what).copied().unwrap_or(0);
    if let Ok(first) = &first {
        arm.memory.allocated.insert(what, first + i64::from(count) - 1);
    }
    arm.note(what, count, first.map(|first| first > before));
}
