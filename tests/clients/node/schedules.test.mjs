// Every schedule call of the SDK.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as answers from './answers.mjs';
import { START, client, defaultRecipient, makeCustomer, makeToken, startSandbox } from './sandbox.mjs';

const omise = client();

/** A charge schedule whose dates lie ahead if nothing else is said. */
function scheduleCharge(customer, rule, charge) {
  return omise.schedules.create({
    every: 1,
    start_date: '2026-01-02',
    end_date: '2026-03-31',
    ...rule,
    charge: { customer: customer.id, amount: 100000, ...charge },
  });
}

function scheduleTransfer(transfer, start_date = '2026-01-02') {
  return omise.schedules.create({
    every: 1,
    period: 'week',
    on: { weekdays: ['friday'] },
    start_date,
    end_date: '2026-01-31',
    transfer,
  });
}

/** What a schedule of `scheduleCharge` is answered with. */
function answeredCharge(schedule, customer, fields) {
  return answers.schedule(schedule, START, {
    every: 1,
    start_on: '2026-01-02',
    end_on: '2026-03-31',
    charge: answers.scheduledCharge(schedule.charge, 100000, customer, START),
    ...fields,
  });
}

test('a schedule that starts today has run when it is answered', async (t) => {
  await startSandbox(t);
  const payer = await makeCustomer(omise);
  const rule = { every: 2, period: 'day', start_date: '2026-01-01', end_date: '2026-01-09' };
  const schedule = await scheduleCharge(payer, rule);
  const [occurrence] = schedule.occurrences.data;
  assert.deepEqual(
    schedule,
    answeredCharge(schedule, payer, {
      every: 2,
      period: 'day',
      on: {},
      in_words: 'Every 2 day(s)',
      start_on: '2026-01-01',
      end_on: '2026-01-09',
      next_occurrences_on: ['2026-01-03', '2026-01-05', '2026-01-07', '2026-01-09'],
      occurrences: [
        answers.occurrence(occurrence, schedule.id, {
          scheduled_on: '2026-01-01',
          created_at: START,
          processed_at: START,
        }),
      ],
    }),
  );
  const charge = await omise.charges.retrieve(occurrence.result);
  assert.equal(charge.schedule, schedule.id);
});

const RULES = [
  {
    says: 'a daily schedule shows the next thirty dates',
    rule: { period: 'day' },
    on: {},
    in_words: 'Every 1 day(s)',
    dates: Array.from({ length: 30 }, (_, index) => `2026-01-${String(index + 2).padStart(2, '0')}`),
  },
  {
    says: 'a weekly schedule falls on its weekdays',
    rule: { period: 'week', on: { weekdays: ['Monday', 'friday'] }, end_date: '2026-01-20' },
    on: { weekdays: ['monday', 'friday'] },
    in_words: 'Every 1 week(s) on Monday and Friday',
    dates: ['2026-01-02', '2026-01-05', '2026-01-09', '2026-01-12', '2026-01-16', '2026-01-19'],
  },
  {
    says: 'a monthly schedule falls on its days',
    rule: { period: 'month', on: { days_of_month: [1, 16] } },
    on: { days_of_month: [1, 16] },
    in_words: 'Every 1 month(s) on the 1st and 16th',
    dates: ['2026-01-16', '2026-02-01', '2026-02-16', '2026-03-01', '2026-03-16'],
  },
  {
    says: 'the 31st of a shorter month is its last day',
    rule: { period: 'month', on: { days_of_month: [31] } },
    on: { days_of_month: [31] },
    in_words: 'Every 1 month(s) on the 31st',
    dates: ['2026-01-31', '2026-02-28', '2026-03-31'],
  },
  {
    says: 'an ordinal weekday may be spelled out',
    rule: { period: 'month', on: { weekday_of_month: 'second_monday' } },
    on: { weekday_of_month: '2nd_monday' },
    in_words: 'Every 1 month(s) on the 2nd Monday',
    dates: ['2026-01-12', '2026-02-09', '2026-03-09'],
  },
  {
    says: 'the last weekday of a month is found in each',
    rule: { period: 'month', on: { weekday_of_month: 'last_friday' } },
    on: { weekday_of_month: 'last_friday' },
    in_words: 'Every 1 month(s) on the last Friday',
    dates: ['2026-01-30', '2026-02-27', '2026-03-27'],
  },
];

for (const { says, rule, on, in_words, dates } of RULES) {
  test(says, async (t) => {
    await startSandbox(t);
    const payer = await makeCustomer(omise);
    const schedule = await scheduleCharge(payer, rule);
    assert.deepEqual(
      schedule,
      answeredCharge(schedule, payer, {
        period: rule.period,
        on,
        in_words,
        end_on: rule.end_date ?? '2026-03-31',
        next_occurrences_on: dates,
      }),
    );
  });
}

test('a charge may name its card and say what it is for', async (t) => {
  await startSandbox(t);
  const payer = await makeCustomer(omise);
  const token = await makeToken(omise, '5555555555554444');
  await omise.customers.update(payer.id, { card: token.id });
  const rule = { period: 'month', on: { days_of_month: [15] } };
  const wanted = { card: token.card.id, description: 'Membership fee', metadata: { member: 42 } };
  const { charge } = await scheduleCharge(payer, rule, wanted);
  assert.deepEqual(
    charge,
    answers.scheduledCharge(charge, 100000, payer, START, { default_card: false, ...wanted }),
  );
});

test('a transfer may be of a fixed amount, a percentage, or the whole balance', async (t) => {
  const sandbox = await startSandbox(t);
  // 100,000 less 3.65 % and the tax on it: 96,094.
  await omise.charges.create({ amount: 100000, currency: 'thb', card: (await makeToken(omise)).id });
  const recipient = (await defaultRecipient(omise)).id;

  const fixed = await scheduleTransfer({ recipient, amount: 30000 });
  assert.deepEqual(fixed.transfer, answers.scheduledTransfer(fixed.transfer, recipient, START, { amount: 30000 }));
  await sandbox.advance('2026-01-03T00:00:00Z');
  await omise.schedules.destroy(fixed.id);

  const made = '2026-01-03T00:00:00Z';
  const share = await scheduleTransfer({ recipient, percentage_of_balance: 75 }, '2026-01-09');
  assert.deepEqual(
    share.transfer,
    answers.scheduledTransfer(share.transfer, recipient, made, { percentage_of_balance: 75 }),
  );
  await sandbox.advance('2026-01-10T00:00:00Z');
  await omise.schedules.destroy(share.id);

  const rest = await scheduleTransfer({ recipient }, '2026-01-16');
  assert.deepEqual(
    rest.transfer,
    answers.scheduledTransfer(rest.transfer, recipient, '2026-01-10T00:00:00Z', { percentage_of_balance: 100 }),
  );
  await sandbox.advance('2026-01-17T00:00:00Z');

  const transfers = await omise.transfers.list();
  assert.deepEqual(
    transfers.data.map(({ amount, schedule, created_at }) => ({ amount, schedule, created_at })),
    [
      { amount: 30000, schedule: fixed.id, created_at: '2026-01-02T01:05:00Z' },
      // Three quarters of 66,094, the half going down.
      { amount: 49570, schedule: share.id, created_at: '2026-01-09T01:05:00Z' },
      { amount: 16524, schedule: rest.id, created_at: '2026-01-16T01:05:00Z' },
    ],
  );
  assert.equal((await omise.balance.retrieve()).transferable, 0);
});

test('a schedule is found again as it was made', async (t) => {
  await startSandbox(t);
  const payer = await makeCustomer(omise);
  const schedule = await scheduleCharge(payer, { period: 'month', on: { days_of_month: [15] } });
  assert.deepEqual(await omise.schedules.retrieve(schedule.id), schedule);
});

test('a destroyed schedule has no dates and runs no more', async (t) => {
  const sandbox = await startSandbox(t);
  const payer = await makeCustomer(omise);
  const { id } = await scheduleCharge(payer, { period: 'month', on: { days_of_month: [15] } });
  const destroyed = await omise.schedules.destroy(id);
  assert.deepEqual(
    destroyed,
    answeredCharge(destroyed, payer, {
      period: 'month',
      on: { days_of_month: [15] },
      in_words: 'Every 1 month(s) on the 15th',
      next_occurrences_on: [],
      status: 'deleted',
      active: false,
      deleted: true,
      ended_at: START,
    }),
  );
  await sandbox.advance('2026-04-01T00:00:00Z');
  assert.equal((await omise.charges.list()).total, 0);
});

test('schedules are listed by account, by what they pay and by whom', async (t) => {
  await startSandbox(t);
  const payer = await makeCustomer(omise);
  const other = await makeCustomer(omise);
  const recipient = (await defaultRecipient(omise)).id;
  const mine = await scheduleCharge(payer, { period: 'month', on: { days_of_month: [15] } });
  const theirs = await scheduleCharge(other, { period: 'month', on: { days_of_month: [16] } });
  const paidOut = await scheduleTransfer({ recipient, amount: 30000 });

  assert.deepEqual(await omise.schedules.retrieve(), answers.listed([mine, theirs, paidOut], '/schedules', START));
  assert.deepEqual(await omise.charges.schedules(), answers.listed([mine, theirs], '/charges/schedules', START));
  assert.deepEqual(await omise.transfers.schedules(), answers.listed([paidOut], '/transfers/schedules', START));
  assert.deepEqual(
    await omise.customers.schedules(payer.id),
    answers.listed([mine], `/customers/${payer.id}/schedules`, START),
  );
  assert.deepEqual(
    await omise.recipients.schedules(recipient),
    answers.listed([paidOut], `/recipients/${recipient}/schedules`, START),
  );
});

test('a page of a list can be asked for from the newest on', async (t) => {
  await startSandbox(t);
  const payer = await makeCustomer(omise);
  const made = [];
  for (const day of [5, 6, 7]) {
    made.push(await scheduleCharge(payer, { period: 'month', on: { days_of_month: [day] } }));
  }
  const page = { limit: 2, offset: 1, order: 'reverse_chronological' };
  assert.deepEqual(await omise.charges.schedules(null, page), {
    ...answers.listed([made[1], made[0]], '/charges/schedules', START),
    ...page,
    total: 3,
  });
});

test('an older version answers with its older names', async (t) => {
  await startSandbox(t);
  const older = client({ omiseVersion: '2017-11-02' });
  const payer = await makeCustomer(older);
  const schedule = await older.schedules.create({
    every: 1,
    period: 'month',
    on: { days_of_month: [15] },
    start_date: '2026-01-02',
    end_date: '2026-03-31',
    charge: { customer: payer.id, amount: 100000 },
  });
  const { status, start_date, end_date, next_occurrence_dates, created, charge } = schedule;
  assert.deepEqual(
    { status, start_date, end_date, next_occurrence_dates, created, currency: charge.currency },
    {
      status: 'active',
      start_date: '2026-01-02',
      end_date: '2026-03-31',
      next_occurrence_dates: ['2026-01-15', '2026-02-15', '2026-03-15'],
      created: START,
      currency: 'thb',
    },
  );
});
