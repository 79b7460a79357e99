//! Accounts, the keys that open them, and clocks.

use engine::{Account, AccountId, ClockId, Instant, LaneId, Zone};
use rusqlite::{Connection, OptionalExtension, Row};

use super::columns::{Stored, currency, from_json, instant_at, json, stored_at};
use super::relocation;
use crate::fault::{Fault, Outcome};
use crate::key::Key;
use crate::store::{ClockMode, ClockState, Credential, account_name, find_named, next_lane};

const COLUMNS: &str =
    "id, lane, mode, country, currency, zone, three_d_secure, created_at, attributes";

/// Writes an account under a fresh key, with what opens it.
pub(super) fn create(
    connection: &Connection,
    mut account: Account,
    credentials: &[Credential],
) -> Outcome<Account> {
    account.id = AccountId(connection.query_row(
        "SELECT coalesce(max(id), 0) + 1 FROM account",
        [],
        |row| row.get(0),
    )?);
    connection
        .prepare_cached(
            "INSERT INTO account
             (id, lane, mode, country, currency, zone, three_d_secure, created_at, attributes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute((
            account.id.0,
            account.lane.0,
            account.mode.number(),
            &account.country,
            account.currency.code(),
            account.zone.name(),
            account.three_d_secure,
            account.created_at.nanoseconds(),
            json("attributes", &account.attributes)?,
        ))?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO credential (sha256, account, kind, domains, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for credential in credentials {
        insert.execute((
            credential.sha256,
            account.id.0,
            credential.kind.number(),
            json("domains", &credential.domains)?,
            credential.expires_at.map(Instant::nanoseconds),
        ))?;
    }
    Ok(account)
}

/// The account of the same mode and name, made where there is none.
pub(super) fn ensure(connection: &Connection, account: Account) -> Outcome<Account> {
    let known = all(connection)?;
    if let Some(found) = find_named(&known, account.mode, account_name(&account)?) {
        return Ok(found.clone());
    }
    create(connection, Account { lane: next_lane(&known), ..account }, &[])
}

/// Writes credentials of accounts that are there, and run here.
pub(super) fn put_credentials(connection: &Connection, credentials: &[Credential]) -> Outcome<()> {
    for credential in credentials {
        relocation::account_must_be_here(connection, credential.account)?;
    }
    let mut put = connection.prepare_cached(
        "INSERT INTO credential (sha256, account, kind, domains, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO UPDATE SET account = excluded.account, kind = excluded.kind,
         domains = excluded.domains, expires_at = excluded.expires_at",
    )?;
    for credential in credentials {
        put.execute((
            credential.sha256,
            credential.account.0,
            credential.kind.number(),
            json("domains", &credential.domains)?,
            credential.expires_at.map(Instant::nanoseconds),
        ))?;
    }
    Ok(())
}

/// Writes keys that people handle, of accounts that are there.
pub(super) fn put_keys(connection: &Connection, keys: &[Key]) -> Outcome<()> {
    for key in keys {
        put_credentials(connection, std::slice::from_ref(&key.credential))?;
        connection
            .prepare_cached(
                "UPDATE credential SET name = ?2, ending = ?3, origin = ?4, created_at = ?5
                 WHERE sha256 = ?1",
            )?
            .execute((
                key.credential.sha256,
                &key.name,
                &key.ending,
                key.origin.number(),
                key.created_at.nanoseconds(),
            ))?;
    }
    Ok(())
}

/// The keys of an account that people handle, oldest first.
pub(super) fn keys(connection: &Connection, account: AccountId) -> Outcome<Vec<Key>> {
    let mut select = connection.prepare_cached(
        "SELECT sha256, kind, domains, expires_at, name, ending, origin, created_at
         FROM credential WHERE account = ?1 AND name IS NOT NULL ORDER BY created_at, sha256",
    )?;
    select
        .query_and_then([account.0], |row| {
            let expires_at = row.get::<_, Option<i64>>(3)?.map(Instant::from_nanoseconds);
            let credential = Credential {
                sha256: row.get(0)?,
                account,
                kind: stored_at(row, 1)?,
                expires_at,
                domains: from_json("credential's domains", &row.get::<_, String>(2)?)?,
            };
            Ok(Key {
                credential,
                name: row.get(4)?,
                ending: row.get(5)?,
                origin: stored_at(row, 6)?,
                created_at: instant_at(row, 7)?,
            })
        })?
        .collect()
}

/// Replaces an account's stored form.
pub(super) fn update(connection: &Connection, account: &Account) -> Outcome<()> {
    let changed = connection
        .prepare_cached(
            "UPDATE account SET lane = ?2, mode = ?3, country = ?4, currency = ?5, zone = ?6,
             three_d_secure = ?7, created_at = ?8, attributes = ?9 WHERE id = ?1",
        )?
        .execute((
            account.id.0,
            account.lane.0,
            account.mode.number(),
            &account.country,
            account.currency.code(),
            account.zone.name(),
            account.three_d_secure,
            account.created_at.nanoseconds(),
            json("attributes", &account.attributes)?,
        ))?;
    if changed == 0 {
        return Err(Fault::Refused(format!("there is no account {}", account.id)));
    }
    Ok(())
}

/// One account.
pub(super) fn find(connection: &Connection, id: AccountId) -> Outcome<Option<Account>> {
    let mut select =
        connection.prepare_cached(&format!("SELECT {COLUMNS} FROM account WHERE id = ?1"))?;
    let mut rows = select.query([id.0])?;
    rows.next()?.map(account).transpose()
}

/// All of them, oldest first.
pub(super) fn all(connection: &Connection) -> Outcome<Vec<Account>> {
    let mut select =
        connection.prepare_cached(&format!("SELECT {COLUMNS} FROM account ORDER BY id"))?;
    select.query_and_then([], account)?.collect()
}

fn account(row: &Row<'_>) -> Outcome<Account> {
    let zone: String = row.get(5)?;
    Ok(Account {
        id: AccountId(row.get(0)?),
        lane: LaneId(row.get(1)?),
        mode: stored_at(row, 2)?,
        country: row.get(3)?,
        currency: currency(&row.get::<_, String>(4)?)?,
        zone: Zone::named(&zone).map_err(|error| Fault::corrupt("account", error))?,
        three_d_secure: row.get(6)?,
        created_at: instant_at(row, 7)?,
        attributes: from_json("account's attributes", &row.get::<_, String>(8)?)?,
    })
}

/// The credential whose SHA-256 this is, if its account runs here.
pub(super) fn credential(connection: &Connection, sha256: [u8; 32]) -> Outcome<Option<Credential>> {
    let mut select = connection.prepare_cached(
        "SELECT account, kind, domains, expires_at FROM credential WHERE sha256 = ?1
         AND account NOT IN (SELECT account FROM relocation WHERE state IN (2, 3))",
    )?;
    let mut rows = select.query([sha256])?;
    rows.next()?
        .map(|row| {
            let domains = from_json("credential's domains", &row.get::<_, String>(2)?)?;
            let account = AccountId(row.get(0)?);
            let expires_at = row.get::<_, Option<i64>>(3)?.map(Instant::from_nanoseconds);
            Ok(Credential { sha256, account, kind: stored_at(row, 1)?, expires_at, domains })
        })
        .transpose()
}

/// A clock as it stands.
pub(super) fn clock(connection: &Connection, id: ClockId) -> Outcome<ClockState> {
    let found = connection
        .prepare_cached("SELECT standing_at, target FROM clock WHERE id = ?1")?
        .query_row([id.0], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (standing_at, target): (Option<i64>, Option<i64>) = found.unwrap_or((None, None));
    Ok(ClockState {
        mode: standing_at.map_or(ClockMode::Wall, |nanoseconds| {
            ClockMode::Standing(Instant::from_nanoseconds(nanoseconds))
        }),
        target: target.map(Instant::from_nanoseconds),
    })
}

/// Sets a clock.
pub(super) fn set_clock(connection: &Connection, id: ClockId, state: ClockState) -> Outcome<()> {
    let standing_at = match state.mode {
        ClockMode::Wall => None,
        ClockMode::Standing(at) => Some(at.nanoseconds()),
    };
    connection
        .prepare_cached(
            "INSERT INTO clock (id, standing_at, target) VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET standing_at = excluded.standing_at, target = excluded.target",
        )?
        .execute((id.0, standing_at, state.target.map(Instant::nanoseconds)))?;
    Ok(())
}
