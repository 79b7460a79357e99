// The account itself: its settings, what happened in it, and search.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as answers from './answers.mjs';
import { START, client, makeCustomer, makeToken, startSandbox } from './sandbox.mjs';

const omise = client();

test('the sandbox is a Thai account in the newest version', async (t) => {
  await startSandbox(t);
  const { object, livemode, country, currency, api_version } = await omise.account.retrieve();
  assert.deepEqual(
    { object, livemode, country, currency, api_version },
    { object: 'account', livemode: false, country: 'TH', currency: 'THB', api_version: '2019-05-29' },
  );
});

test('a new balance is empty', async (t) => {
  await startSandbox(t);
  const balance = await omise.balance.retrieve();
  assert.deepEqual(balance, { ...answers.template('balance'), created_at: balance.created_at });
});

test('the public key shows what the account can do', async (t) => {
  await startSandbox(t);
  const { object, country } = await omise.capability.retrieve();
  assert.deepEqual({ object, country }, { object: 'capability', country: 'TH' });
});

test('an event is found again as it was listed', async (t) => {
  await startSandbox(t);
  const charge = await omise.charges.create({
    amount: 100000,
    currency: 'thb',
    card: (await makeToken(omise)).id,
  });
  const events = await omise.events.list();
  const [event] = events.data.filter(({ key }) => key === 'charge.create');
  assert.deepEqual(event, answers.event(event, 'charge.create', event.data, START));
  assert.deepEqual([event.data.id, event.data.amount], [charge.id, 100000]);
  assert.deepEqual(await omise.events.retrieve(event.id), event);
});

test('charge schedules are a scope of search', async (t) => {
  await startSandbox(t);
  const payer = await makeCustomer(omise);
  const schedule = await omise.schedules.create({
    every: 1,
    period: 'day',
    start_date: '2026-01-02',
    end_date: '2026-01-31',
    charge: { customer: payer.id, amount: 100000 },
  });
  assert.deepEqual(
    await omise.search.list({ scope: 'charge_schedule' }),
    answers.search('charge_schedule', [schedule]),
  );
  assert.deepEqual(await omise.search.list({ scope: 'transfer_schedule' }), answers.search('transfer_schedule', []));
});

test('customers are found by what is written about them', async (t) => {
  await startSandbox(t);
  const somchai = await makeCustomer(omise);
  await omise.customers.create({ email: 'john@example.com', description: 'John' });
  assert.deepEqual(
    await omise.search.list({ scope: 'customer', query: 'somchai' }),
    answers.search('customer', [somchai], { query: 'somchai' }),
  );
});
