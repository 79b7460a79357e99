// The failing story: a card without money fails on three days running, and the
// schedule stops.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as answers from './answers.mjs';
import { START, client, makeCustomer, makeToken, startSandbox } from './sandbox.mjs';

const WITHOUT_FUNDS = '4111111111140011';
const MAY = '2026-05-01T00:00:00Z';
const omise = client();

/** A sandbox with the customer and the schedule of the story. */
async function beginStory(t) {
  const sandbox = await startSandbox(t);
  const payer = await makeCustomer(omise, WITHOUT_FUNDS);
  const schedule = await omise.schedules.create({
    every: 1,
    period: 'month',
    on: { days_of_month: [6] },
    start_date: '2026-02-01',
    end_date: '2026-04-30',
    charge: { customer: payer.id, amount: 50000 },
  });
  return { sandbox, payer, schedule };
}

/** What each attempt is answered with that is told here by its days. */
function answeredAttempts(schedule, expected) {
  return schedule.occurrences.data.map((occurrence, index) =>
    answers.occurrence(occurrence, schedule.id, {
      status: 'failed',
      message: 'charge could not be captured',
      ...expected[index],
    }),
  );
}

const FEBRUARY = [
  { scheduled_on: '2026-02-06', created_at: START, processed_at: '2026-02-06T01:30:00Z' },
  {
    scheduled_on: '2026-02-06',
    retry_on: '2026-02-07',
    created_at: '2026-02-06T01:30:00Z',
    processed_at: '2026-02-07T01:30:00Z',
  },
  {
    scheduled_on: '2026-02-06',
    retry_on: '2026-02-08',
    created_at: '2026-02-07T01:30:00Z',
    processed_at: '2026-02-08T01:30:00Z',
  },
];

test('a failed date stays the next one while it is retried', async (t) => {
  const { sandbox, schedule } = await beginStory(t);
  await sandbox.advance('2026-02-06T02:00:00Z');
  const after = await omise.schedules.retrieve(schedule.id);
  assert.deepEqual(after.occurrences.data, answeredAttempts(after, FEBRUARY));
  assert.equal(after.occurrences.total, 1);
  assert.deepEqual(
    [after.status, after.active, after.next_occurrences_on],
    ['running', true, ['2026-02-06', '2026-03-06', '2026-04-06']],
  );
});

test('three failures on three days running suspend the schedule', async (t) => {
  const { sandbox, payer, schedule } = await beginStory(t);
  await sandbox.advance(MAY);
  const after = await omise.schedules.retrieve(schedule.id);
  assert.equal(after.occurrences.total, 3);
  assert.deepEqual(
    after,
    answers.schedule(after, START, {
      every: 1,
      period: 'month',
      on: { days_of_month: [6] },
      in_words: 'Every 1 month(s) on the 6th',
      start_on: '2026-02-01',
      end_on: '2026-04-30',
      next_occurrences_on: [],
      charge: answers.scheduledCharge(after.charge, 50000, payer, START),
      occurrences: answeredAttempts(after, FEBRUARY),
      to: MAY,
      status: 'suspended',
      active: false,
      ended_at: '2026-02-08T01:30:00Z',
    }),
  );

  const charges = await omise.charges.list();
  const card = answers.card(payer.cards.data[0], START, payer.id, { last_digits: '0011' });
  assert.deepEqual(
    charges.data,
    charges.data.map((charge, index) =>
      answers.inList(
        answers.charge(charge, 50000, card, FEBRUARY[index].processed_at, MAY, {
          customer: payer.id,
          schedule: schedule.id,
          expired: true,
          ...answers.INSUFFICIENT_FUND,
        }),
      ),
    ),
  );
  assert.deepEqual(
    after.occurrences.data.map(({ result }) => result),
    charges.data.map(({ id }) => id),
  );
});

test('the suspension is an event', async (t) => {
  const { sandbox } = await beginStory(t);
  await sandbox.advance(MAY);
  const events = await omise.events.list({ limit: 100 });
  assert.deepEqual(
    events.data
      .filter(({ key }) => /^(schedule|charge)\./.test(key))
      .map(({ key, created_at, data }) => [key, created_at, data.status]),
    [
      ['schedule.create', START, 'running'],
      ['charge.create', '2026-02-06T01:30:00Z', 'failed'],
      ['charge.create', '2026-02-07T01:30:00Z', 'failed'],
      ['charge.create', '2026-02-08T01:30:00Z', 'failed'],
      ['schedule.suspend', '2026-02-08T01:30:00Z', 'suspended'],
    ],
  );
});

test('a new default card lets the retry succeed and the cadence go on', async (t) => {
  const { sandbox, payer, schedule } = await beginStory(t);
  await sandbox.advance('2026-02-06T02:00:00Z');
  const token = await makeToken(omise);
  await omise.customers.update(payer.id, { card: token.id });
  await omise.customers.update(payer.id, { default_card: token.card.id });
  await sandbox.advance('2026-03-07T00:00:00Z');
  const after = await omise.schedules.retrieve(schedule.id);
  assert.deepEqual(
    after.occurrences.data,
    answeredAttempts(after, [
      FEBRUARY[0],
      { ...FEBRUARY[1], status: 'successful', message: null },
      {
        scheduled_on: '2026-03-06',
        created_at: '2026-02-07T01:30:00Z',
        processed_at: '2026-03-06T01:30:00Z',
        status: 'successful',
        message: null,
      },
    ]),
  );
  assert.deepEqual([after.status, after.next_occurrences_on], ['expiring', ['2026-04-06']]);
});
