// What the API answers, whole, in version 2019-05-29.
//
// `answers.json` holds every field that an object is always answered with. A
// function here fills in what the one at hand is about; `changed` says where it
// differs from the rest. Ids that only the server can know are taken from its
// answer, once their form has been looked at.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const TEMPLATES = JSON.parse(readFileSync(new URL('../answers.json', import.meta.url), 'utf8'));

/** All fields of one kind of object. */
export function template(name) {
  return structuredClone(TEMPLATES[name]);
}

/** What differs in a charge that is authorised and not captured yet. */
export const AUTHORIZED = TEMPLATES.authorized_charge;
/** What differs in a charge for which the card had no money. */
export const INSUFFICIENT_FUND = TEMPLATES.charge_without_funds;

/** The id, if it has the form of test mode. */
export function idOf(prefix, id) {
  assert.match(id, new RegExp(`^${prefix}_test_[0-9a-z]{19}$`));
  return id;
}

/** A list; `to` is the moment it was asked for. */
export function listed(data, location, to) {
  return { ...template('list'), data, total: data.length, location, to };
}

/** A card of a customer, or of nobody yet. */
export function card({ id, fingerprint }, created_at, customer, changed) {
  assert.match(fingerprint, /^[A-Za-z0-9+/]{43}=$/);
  return {
    ...template('card'),
    id: idOf('card', id),
    location: customer === undefined ? null : `/customers/${customer}/cards/${id}`,
    fingerprint,
    created_at,
    ...changed,
  };
}

/** A token around a card. */
export function token({ id }, cardOfIt, created_at) {
  return {
    ...template('token'),
    id: idOf('tokn', id),
    location: `https://vault.omise.co/tokens/${id}`,
    card: cardOfIt,
    created_at,
  };
}

/** A customer with cards, the first of which is the default. */
export function customer({ id }, cards, created_at, changed) {
  return {
    ...template('customer'),
    id: idOf('cust', id),
    location: `/customers/${id}`,
    cards: listed(cards, `/customers/${id}/cards`, created_at),
    default_card: cards[0]?.id ?? null,
    linked_accounts: listed([], `/customers/${id}/linked_accounts`, created_at),
    created_at,
    ...changed,
  };
}

/** A charge that was captured as soon as it was authorised; `to` is the moment it was asked for. */
export function charge({ id, transaction }, amount, cardOfIt, created_at, to, changed) {
  const expires_at = daysLater(created_at, 7);
  const fee = Math.floor((amount * 365 + 5_000) / 10_000);
  const fee_vat = Math.floor((fee * 7 + 50) / 100);
  return {
    ...template('charge'),
    id: idOf('chrg', id),
    location: `/charges/${id}`,
    amount,
    net: amount - fee - fee_vat,
    fee,
    fee_vat,
    funding_amount: amount,
    refunds: listed([], `/charges/${id}/refunds`, to),
    card: cardOfIt,
    transaction: transaction && idOf('trxn', transaction),
    created_at,
    paid_at: created_at,
    authorized_at: created_at,
    expires_at,
    // Told of every charge whose time is up, also of one that was paid in time.
    expired_at: expires_at <= to ? expires_at : null,
    ...changed,
  };
}

/** A charge as lists show it: with three fields more. */
export function inList(charge) {
  return {
    ...charge,
    authorization_type: null,
    authorized_amount: charge.amount,
    captured_amount: charge.funding_amount,
  };
}

/** A refund of a charge. */
export function refund({ id, transaction }, charge, amount, created_at, changed) {
  return {
    ...template('refund'),
    id: idOf('rfnd', id),
    location: `/charges/${charge}/refunds/${id}`,
    amount,
    charge,
    transaction: idOf('trxn', transaction),
    funding_amount: amount,
    created_at,
    ...changed,
  };
}

/** A recipient that nobody has checked yet. */
export function recipient({ id }, created_at, changed) {
  return {
    ...template('recipient'),
    id: idOf('recp', id),
    location: `/recipients/${id}`,
    bank_account: { ...template('bank_account'), created_at },
    created_at,
    ...changed,
  };
}

/** A transfer that waits to be sent. Its fee of 30 baht includes the tax. */
export function transfer({ id }, amount, { id: recipient, bank_account }, created_at, changed) {
  return {
    ...template('transfer'),
    id: idOf('trsf', id),
    location: `/transfers/${id}`,
    amount,
    recipient,
    bank_account,
    created_at,
    net: amount - 3000,
    ...changed,
  };
}

/** What a captured charge brought in. */
export function transaction({ id }, amount, origin, at) {
  return {
    ...template('transaction'),
    id: idOf('trxn', id),
    amount,
    location: `/transactions/${id}`,
    origin,
    transferable_at: at,
    created_at: at,
  };
}

/** What a charge schedule pays. */
export function scheduledCharge({ id }, amount, { id: customer, default_card }, created_at, changed) {
  return {
    ...template('scheduled_charge'),
    id: idOf('rchg', id),
    amount,
    card: default_card,
    customer,
    created_at,
    ...changed,
  };
}

/** What a transfer schedule pays. */
export function scheduledTransfer({ id }, recipient, created_at, changed) {
  return {
    ...template('scheduled_transfer'),
    id: idOf('rtrf', id),
    created_at,
    recipient,
    ...changed,
  };
}

/** One attempt that a schedule made. */
export function occurrence({ id, result }, schedule, fields) {
  return {
    ...template('occurrence'),
    id: idOf('occu', id),
    location: `/occurrences/${id}`,
    result,
    schedule,
    ...fields,
  };
}

/** A running schedule; `charge` or `transfer` says what it pays, `occurrences` what it has done. */
export function schedule({ id }, created_at, { occurrences = [], to = created_at, ...fields }) {
  return {
    ...template('schedule'),
    id: idOf('schd', id),
    location: `/schedules/${id}`,
    occurrences: listed(occurrences, `/schedules/${id}/occurrences`, to),
    created_at,
    ...fields,
  };
}

/** Something that happened, with the thing it happened to. */
export function event({ id }, key, data, created_at) {
  return { ...template('event'), id: idOf('evnt', id), location: `/events/${id}`, data, key, created_at };
}

/** What a search found. */
export function search(scope, found, asked) {
  return {
    ...template('search'),
    data: found,
    total: found.length,
    total_pages: found.length > 0 ? 1 : 0,
    scope,
    ...asked,
  };
}

/** An error. */
export function error(code, message) {
  const location = `https://www.omise.co/api-errors#${code.replaceAll('_', '-')}`;
  return { object: 'error', location, code, message };
}

function daysLater(at, days) {
  const later = new Date(at);
  later.setUTCDate(later.getUTCDate() + days);
  return later.toISOString().replace('.000Z', 'Z');
}
