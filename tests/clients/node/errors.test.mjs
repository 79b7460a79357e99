// What is refused. The SDK rejects with the error as the server sent it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as answers from './answers.mjs';
import { client, makeCustomer, makeToken, startSandbox } from './sandbox.mjs';

const omise = client();

async function assertRefused(call, code, message) {
  assert.deepEqual(await call.then(() => 'not refused', (refusal) => refusal), answers.error(code, message));
}

/** Tries a schedule whose faults are in `changed`. */
async function schedule(changed) {
  const customer = await makeCustomer(omise);
  return omise.schedules.create({
    every: 1,
    period: 'month',
    on: { days_of_month: [1] },
    start_date: '2026-01-02',
    end_date: '2026-12-31',
    charge: { customer: customer.id, amount: 100000 },
    ...changed,
  });
}

test('a wrong key is an authentication failure', async (t) => {
  await startSandbox(t);
  const stranger = client({ secretKey: 'skey_test_wrong' });
  await assertRefused(stranger.schedules.retrieve(), 'authentication_failure', 'authentication failed');
});

for (const [resource, kind] of [
  ['schedules', 'schedule'],
  ['customers', 'customer'],
  ['charges', 'charge'],
  ['transfers', 'transfer'],
  ['recipients', 'recipient'],
  ['transactions', 'transaction'],
  ['events', 'event'],
  ['tokens', 'token'],
]) {
  test(`an unknown ${kind} is not found`, async (t) => {
    await startSandbox(t);
    await assertRefused(omise[resource].retrieve('missing'), 'not_found', `${kind} missing was not found`);
  });
}

test('a month without on is told what on must be', async (t) => {
  await startSandbox(t);
  await assertRefused(
    schedule({ on: undefined }),
    'bad_request',
    'on must be an object and on must contain one of these keys: days_of_month, weekday_of_month',
  );
});

test('days_of_month must be an array', async (t) => {
  await startSandbox(t);
  await assertRefused(
    schedule({ on: { days_of_month: 15 } }),
    'bad_request',
    'on must contain one of these keys: days_of_month, weekday_of_month',
  );
});

test('a day past the 31st is refused', async (t) => {
  await startSandbox(t);
  await assertRefused(
    schedule({ on: { days_of_month: [32] } }),
    'bad_request',
    'on [days_of_month] must be an array of integer values (1 - 31)',
  );
});

test('a charge schedule for an unknown customer is not found', async (t) => {
  await startSandbox(t);
  await assertRefused(
    schedule({ charge: { customer: 'cust_test_missing', amount: 100000 } }),
    'not_found',
    'customer cust_test_missing was not found',
  );
});

test('a token works once', async (t) => {
  await startSandbox(t);
  const wanted = { amount: 100000, currency: 'thb', card: (await makeToken(omise)).id };
  await omise.charges.create(wanted);
  await assertRefused(omise.charges.create(wanted), 'used_token', 'token was already used');
});
