//! Accounts, the keys that open them, and clocks.

use engine::{Account, AccountId, ClockId, Instant, LaneId, Zone};
use tokio_postgres::Row;

use super::columns::{
    Stored, currency, from_json, hash_at, instant_at, json, optional_instant_at, stored_at,
};
use super::counters::List;
use super::relocation;
use super::session::Session;
use crate::fault::{Fault, Outcome};
use crate::key::Key;
use crate::store::{ClockMode, ClockState, Credential, account_name, find_named, next_lane};

/// Writes an account under a fresh key, with what opens it.
pub(super) async fn create(
    session: &Session,
    account: &Account,
    credentials: &[Credential],
) -> Outcome<Account> {
    let row =
        session.one("UPDATE identity SET account = account + 1 RETURNING account", &[]).await?;
    let account = Account { id: AccountId(row.try_get(0)?), ..account.clone() };
    session
        .execute(
            "INSERT INTO account
             (id, lane, mode, country, currency, zone, three_d_secure, created_at, attributes)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            &[
                &account.id.0,
                &account.lane.0,
                &account.mode.number(),
                &account.country,
                &account.currency.code(),
                &account.zone.name(),
                &account.three_d_secure,
                &account.created_at.nanoseconds(),
                &json("attributes", &account.attributes)?,
            ],
        )
        .await?;
    for credential in credentials {
        session
            .execute(
                "INSERT INTO credential (sha256, account, kind, domains, expires_at)
                 VALUES ($1, $2, $3, $4, $5)",
                &[
                    &&credential.sha256[..],
                    &account.id.0,
                    &credential.kind.number(),
                    &json("domains", &credential.domains)?,
                    &credential.expires_at.map(Instant::nanoseconds),
                ],
            )
            .await?;
    }
    Ok(account)
}

/// The account of the same mode and name. Where there is none it is made by whoever holds the
/// row from which accounts get their keys, after a second look at what others have made.
pub(super) async fn ensure(session: &Session, account: &Account) -> Outcome<Account> {
    let name = account_name(account)?;
    if let Some(found) = find_named(&all(session).await?, account.mode, name) {
        return Ok(found.clone());
    }
    session.one("SELECT account FROM identity FOR UPDATE", &[]).await?;
    let known = all(session).await?;
    if let Some(found) = find_named(&known, account.mode, name) {
        return Ok(found.clone());
    }
    let new = Account { lane: next_lane(&known), ..account.clone() };
    create(session, &new, &[]).await
}

/// Writes credentials of accounts that are there and run here, in the order of their hashes,
/// so that two who write the same do not wait for each other.
pub(super) async fn put_credentials(session: &Session, credentials: &[Credential]) -> Outcome<()> {
    let mut sorted: Vec<&Credential> = credentials.iter().collect();
    sorted.sort_by_key(|credential| credential.sha256); // stable: the last of one hash stays
    for credential in sorted {
        relocation::account_must_be_here(session, credential.account).await?;
        session
            .execute(
                "INSERT INTO credential (sha256, account, kind, domains, expires_at)
                 VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (sha256) DO UPDATE SET account = excluded.account,
                 kind = excluded.kind, domains = excluded.domains,
                 expires_at = excluded.expires_at",
                &[
                    &&credential.sha256[..],
                    &credential.account.0,
                    &credential.kind.number(),
                    &json("domains", &credential.domains)?,
                    &credential.expires_at.map(Instant::nanoseconds),
                ],
            )
            .await?;
    }
    Ok(())
}

/// Writes keys that people handle, of accounts that are there.
pub(super) async fn put_keys(session: &Session, keys: &[Key]) -> Outcome<()> {
    let mut sorted: Vec<&Key> = keys.iter().collect();
    sorted.sort_by_key(|key| key.credential.sha256);
    for key in sorted {
        put_credentials(session, std::slice::from_ref(&key.credential)).await?;
        session
            .execute(
                "UPDATE credential SET name = $2, ending = $3, origin = $4, created_at = $5
                 WHERE sha256 = $1",
                &[
                    &&key.credential.sha256[..],
                    &&*key.name,
                    &&*key.ending,
                    &key.origin.number(),
                    &key.created_at.nanoseconds(),
                ],
            )
            .await?;
    }
    Ok(())
}

/// The keys of an account that people handle, oldest first.
pub(super) async fn keys(session: &Session, account: AccountId) -> Outcome<Vec<Key>> {
    let rows = session
        .query(
            "SELECT sha256, kind, domains, expires_at, name, ending, origin, created_at
             FROM credential WHERE account = $1 AND name IS NOT NULL
             ORDER BY created_at, sha256",
            &[&account.0],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let credential = Credential {
                sha256: hash_at(row, 0)?,
                account,
                kind: stored_at(row, 1)?,
                expires_at: optional_instant_at(row, 3)?,
                domains: from_json("credential's domains", row.try_get(2)?)?,
            };
            Ok(Key {
                credential,
                name: row.try_get::<_, &str>(4)?.into(),
                ending: row.try_get::<_, &str>(5)?.into(),
                origin: stored_at(row, 6)?,
                created_at: instant_at(row, 7)?,
            })
        })
        .collect()
}

/// Replaces an account's stored form.
pub(super) async fn update(session: &Session, account: &Account) -> Outcome<()> {
    let changed = session
        .execute(
            "UPDATE account SET lane = $2, mode = $3, country = $4, currency = $5, zone = $6,
             three_d_secure = $7, created_at = $8, attributes = $9 WHERE id = $1",
            &[
                &account.id.0,
                &account.lane.0,
                &account.mode.number(),
                &account.country,
                &account.currency.code(),
                &account.zone.name(),
                &account.three_d_secure,
                &account.created_at.nanoseconds(),
                &json("attributes", &account.attributes)?,
            ],
        )
        .await?;
    if changed == 0 {
        return Err(Fault::Refused(format!("there is no account {}", account.id)));
    }
    Ok(())
}

/// One account, and how many names were ever given: whoever serves a request or writes a
/// letter looks up first whose it is, and so hears of what other nodes have named.
pub(super) async fn find(session: &Session, id: AccountId) -> Outcome<(Option<Account>, i64)> {
    let row = session
        .one(
            "SELECT id, lane, mode, country, currency, zone, three_d_secure, created_at,
             attributes, coalesce((SELECT sequence FROM counter WHERE list = $2 AND owner = 0), 0)
             FROM (VALUES ($1::bigint)) AS wanted (key) LEFT JOIN account ON id = wanted.key",
            &[&id.0, &List::NAMES.number()],
        )
        .await?;
    let is_there = row.try_get::<_, Option<i64>>(0)?.is_some();
    let found = if is_there { Some(account(&row)?) } else { None };
    Ok((found, row.try_get(9)?))
}

/// All of them, oldest first.
pub(super) async fn all(session: &Session) -> Outcome<Vec<Account>> {
    let rows = session
        .query(
            "SELECT id, lane, mode, country, currency, zone, three_d_secure, created_at,
             attributes FROM account ORDER BY id",
            &[],
        )
        .await?;
    rows.iter().map(account).collect()
}

fn account(row: &Row) -> Outcome<Account> {
    let zone: &str = row.try_get(5)?;
    Ok(Account {
        id: AccountId(row.try_get(0)?),
        lane: LaneId(row.try_get(1)?),
        mode: stored_at(row, 2)?,
        country: row.try_get(3)?,
        currency: currency(row.try_get(4)?)?,
        zone: Zone::named(zone).map_err(|error| Fault::corrupt("account", error))?,
        three_d_secure: row.try_get(6)?,
        created_at: instant_at(row, 7)?,
        attributes: from_json("account's attributes", row.try_get(8)?)?,
    })
}

/// The credential whose SHA-256 this is, if its account runs here.
pub(super) async fn credential(session: &Session, sha256: [u8; 32]) -> Outcome<Option<Credential>> {
    let row = session
        .first(
            "SELECT account, kind, domains, expires_at FROM credential WHERE sha256 = $1
             AND account NOT IN (SELECT account FROM relocation WHERE state IN (2, 3))",
            &[&&sha256[..]],
        )
        .await?;
    row.map(|row| {
        Ok(Credential {
            sha256,
            account: AccountId(row.try_get(0)?),
            kind: stored_at(&row, 1)?,
            domains: from_json("credential's domains", row.try_get(2)?)?,
            expires_at: optional_instant_at(&row, 3)?,
        })
    })
    .transpose()
}

/// A clock as it stands.
pub(super) async fn clock(session: &Session, id: ClockId) -> Outcome<ClockState> {
    let row =
        session.first("SELECT standing_at, target FROM clock WHERE id = $1", &[&id.0]).await?;
    let (standing_at, target) = match row {
        Some(row) => (optional_instant_at(&row, 0)?, optional_instant_at(&row, 1)?),
        None => (None, None),
    };
    Ok(clock_state(standing_at, target))
}

/// A clock, as its columns say.
pub(super) fn clock_state(standing_at: Option<Instant>, target: Option<Instant>) -> ClockState {
    ClockState { mode: standing_at.map_or(ClockMode::Wall, ClockMode::Standing), target }
}

/// The column that says where a clock stands.
pub(super) const fn standing_at(mode: ClockMode) -> Option<i64> {
    match mode {
        ClockMode::Wall => None,
        ClockMode::Standing(at) => Some(at.nanoseconds()),
    }
}

/// Sets a clock.
pub(super) async fn set_clock(session: &Session, id: ClockId, state: ClockState) -> Outcome<()> {
    session
        .execute(
            "INSERT INTO clock (id, standing_at, target) VALUES ($1, $2, $3)
             ON CONFLICT (id) DO UPDATE SET standing_at = excluded.standing_at,
             target = excluded.target, mover = NULL, mover_until = NULL",
            &[&id.0, &standing_at(state.mode), &state.target.map(Instant::nanoseconds)],
        )
        .await?;
    Ok(())
}
