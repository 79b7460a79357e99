// The main story: a customer pays on the last day of every month of a year.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as answers from './answers.mjs';
import { START, client, makeCustomer, startSandbox } from './sandbox.mjs';

const omise = client();

const MONTH_ENDS = [
  '2026-01-31',
  '2026-02-28',
  '2026-03-31',
  '2026-04-30',
  '2026-05-31',
  '2026-06-30',
  '2026-07-31',
  '2026-08-31',
  '2026-09-30',
  '2026-10-31',
  '2026-11-30',
  '2026-12-31',
];
const NEW_YEAR = '2027-01-01T00:00:00Z';

/** The moment at which charges run: half past eight in Bangkok. */
const runAt = (day) => `${day}T01:30:00Z`;

/** A sandbox with the customer and the schedule of the story. */
async function beginStory(t) {
  const sandbox = await startSandbox(t);
  const payer = await makeCustomer(omise);
  const schedule = await omise.schedules.create({
    every: 1,
    period: 'month',
    on: { days_of_month: [31] },
    start_date: '2026-01-01',
    end_date: '2026-12-31',
    charge: { customer: payer.id, amount: 100000, description: 'Membership fee' },
  });
  return { sandbox, payer, schedule };
}

function answeredSchedule(schedule, payer, fields) {
  return answers.schedule(schedule, START, {
    every: 1,
    period: 'month',
    on: { days_of_month: [31] },
    in_words: 'Every 1 month(s) on the 31st',
    start_on: '2026-01-01',
    end_on: '2026-12-31',
    charge: answers.scheduledCharge(schedule.charge, 100000, payer, START, { description: 'Membership fee' }),
    ...fields,
  });
}

test('before the first month end nothing is paid', async (t) => {
  const { sandbox, payer, schedule } = await beginStory(t);
  assert.deepEqual(schedule, answeredSchedule(schedule, payer, { next_occurrences_on: MONTH_ENDS }));
  await sandbox.advance('2026-01-31T01:29:59Z');
  assert.equal((await omise.charges.list()).total, 0);
});

test('every month end is paid once', async (t) => {
  const { sandbox, payer, schedule } = await beginStory(t);
  await sandbox.advance(NEW_YEAR);
  assert.equal(await sandbox.now(), NEW_YEAR);

  const charges = await omise.charges.list();
  const card = answers.card(payer.cards.data[0], START, payer.id);
  assert.equal(new Set(charges.data.map(({ id }) => id)).size, 12);
  assert.deepEqual(
    charges,
    answers.listed(
      charges.data.map((charge, index) =>
        answers.inList(
          answers.charge(charge, 100000, card, runAt(MONTH_ENDS[index]), NEW_YEAR, {
            customer: payer.id,
            schedule: schedule.id,
            description: 'Membership fee',
          }),
        ),
      ),
      '/charges',
      NEW_YEAR,
    ),
  );

  const after = await omise.schedules.retrieve(schedule.id);
  assert.deepEqual(
    after,
    answeredSchedule(after, payer, {
      next_occurrences_on: [],
      status: 'expired',
      active: false,
      ended_at: runAt('2026-12-31'),
      to: NEW_YEAR,
      // A row for each month end; each was queued when the one before it had run.
      occurrences: after.occurrences.data.map((occurrence, index) =>
        answers.occurrence(occurrence, schedule.id, {
          scheduled_on: MONTH_ENDS[index],
          created_at: index === 0 ? START : runAt(MONTH_ENDS[index - 1]),
          processed_at: runAt(MONTH_ENDS[index]),
          result: charges.data[index].id,
        }),
      ),
    }),
  );
  assert.equal(after.occurrences.total, 12);

  const balance = await omise.balance.retrieve();
  assert.deepEqual(balance, {
    ...answers.template('balance'),
    total: 12 * 96094,
    transferable: 12 * 96094,
    created_at: balance.created_at,
  });
  const transactions = await omise.transactions.list();
  assert.deepEqual(
    transactions.data,
    charges.data.map((charge, index) =>
      answers.transaction({ id: charge.transaction }, 96094, charge.id, runAt(MONTH_ENDS[index])),
    ),
  );
});

test('every payment and every turn of the schedule is an event', async (t) => {
  const { sandbox, schedule } = await beginStory(t);
  await sandbox.advance(NEW_YEAR);
  const charges = await omise.charges.list();
  const subjects = new Set([schedule.id, ...charges.data.map(({ id }) => id)]);
  const events = await omise.events.list({ limit: 100 });

  const paid = charges.data.map(({ id }, index) => ['charge.create', id, runAt(MONTH_ENDS[index])]);
  assert.deepEqual(
    events.data.filter(({ data }) => subjects.has(data.id)).map(({ key, data, created_at }) => [key, data.id, created_at]),
    [
      ['schedule.create', schedule.id, START],
      ...paid.slice(0, 11),
      ['schedule.expiring', schedule.id, runAt('2026-11-30')],
      ...paid.slice(11),
      ['schedule.expire', schedule.id, runAt('2026-12-31')],
    ],
  );
});
