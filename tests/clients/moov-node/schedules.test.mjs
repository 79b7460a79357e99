// Every scheduling call of the SDK.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  MERCHANT,
  PARTNER,
  START,
  client,
  makePayer,
  pays,
  scheduling,
  startSandbox,
} from './sandbox.mjs';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** A running sandbox with a customer, and the calls of the partner. */
async function begin(t) {
  const sandbox = await startSandbox(t);
  const moov = client(sandbox);
  const payer = await makePayer(moov);
  return { sandbox, moov, payer, schedules: scheduling(moov) };
}

/** A rule of three months from February on. */
function monthly(payer, value) {
  return {
    recurrenceRule: 'FREQ=MONTHLY;COUNT=3',
    start: new Date('2026-02-01T00:00:00Z'),
    runTransfer: pays(payer, value),
  };
}

test('a schedule is answered with every occurrence of its rule', async (t) => {
  const { payer, schedules } = await begin(t);
  const schedule = await schedules.create({ description: 'Gym membership', recur: monthly(payer) });
  const ids = schedule.occurrences.map((each) => each.occurrenceID);
  for (const id of [schedule.scheduleID, ...ids]) {
    assert.match(id, UUID);
  }
  assert.deepEqual(schedule, {
    scheduleID: schedule.scheduleID,
    mode: 'sandbox',
    description: 'Gym membership',
    sourceAccountID: payer.account,
    destinationAccountID: MERCHANT,
    partnerAccountID: PARTNER,
    ownerAccountID: PARTNER,
    recur: { ...monthly(payer), indefinite: false },
    occurrences: ['02', '03', '04'].map((month, index) => ({
      scheduleID: schedule.scheduleID,
      occurrenceID: ids[index],
      mode: 'sandbox',
      generated: true,
      indefinite: false,
      runOn: new Date(`2026-${month}-01T00:00:00Z`),
      runTransfer: pays(payer),
    })),
    createdOn: new Date(START),
    updatedOn: new Date(START),
  });
});

test('a schedule is read and listed as it was made, by all three parties', async (t) => {
  const { moov, payer, schedules } = await begin(t);
  const schedule = await schedules.create({ recur: monthly(payer) });
  for (const account of [payer.account, MERCHANT, PARTNER]) {
    const party = scheduling(moov, account);
    assert.deepEqual(await party.get(schedule.scheduleID), schedule);
    assert.deepEqual(await party.list(), [schedule]);
  }
});

test('a list can be paged, and hydrated with its accounts', async (t) => {
  const { sandbox, payer, schedules } = await begin(t);
  const older = await schedules.create({ recur: monthly(payer, 1) });
  await sandbox.advance('2026-01-06T00:00:00Z');
  const newer = await schedules.create({ recur: monthly(payer, 2) });
  assert.deepEqual(await schedules.list({ skip: 0, count: 20 }), [newer, older]);
  assert.deepEqual(await schedules.list({ skip: 1, count: 1 }), [older]);
  assert.deepEqual(await schedules.list({ skip: 1, count: 1, hydrate: 'accounts' }), [
    {
      ...older,
      sourceAccount: {
        accountID: payer.account,
        displayName: 'Ada Lovelace',
        email: 'ada@example.com',
      },
      destinationAccount: { accountID: MERCHANT, displayName: 'Lincoln National Corporation' },
      partnerAccount: { accountID: PARTNER, displayName: 'Partner' },
    },
  ]);
});

test('an update edits, cancels and adds, and keeps what it does not name', async (t) => {
  const { payer, schedules } = await begin(t);
  const { scheduleID, occurrences } = await schedules.create({ recur: monthly(payer) });
  const updated = await schedules.update(scheduleID, {
    recur: monthly(payer, 2000),
    occurrences: [
      { occurrenceID: occurrences[0].occurrenceID, runTransfer: pays(payer, 300) },
      { occurrenceID: occurrences[1].occurrenceID, canceled: true },
      { runOn: new Date('2026-01-10T00:00:00Z'), runTransfer: pays(payer, 1) },
    ],
  });
  assert.deepEqual(
    updated.occurrences.map(({ occurrenceID, generated, canceledOn, runTransfer }) => [
      occurrences.findIndex((each) => each.occurrenceID === occurrenceID),
      generated,
      canceledOn?.toISOString(),
      runTransfer.amount.value,
    ]),
    [
      [-1, false, undefined, 1],
      [0, true, undefined, 300],
      [1, true, '2026-01-05T15:00:00.000Z', 2000],
      [2, true, undefined, 2000],
    ],
  );
  assert.deepEqual(await schedules.get(scheduleID), updated);
});

test('a canceled occurrence can be resumed', async (t) => {
  const { payer, schedules } = await begin(t);
  const schedule = await schedules.create({ recur: monthly(payer) });
  const [{ occurrenceID }] = schedule.occurrences;
  await schedules.update(schedule.scheduleID, { occurrences: [{ occurrenceID, canceled: true }] });
  const resumed = await schedules.update(schedule.scheduleID, {
    occurrences: [{ occurrenceID, canceled: false }],
  });
  assert.deepEqual(resumed.occurrences, schedule.occurrences);
});

test('a canceled schedule is disabled and runs no more', async (t) => {
  const { sandbox, moov, payer, schedules } = await begin(t);
  const { scheduleID } = await schedules.create({ recur: monthly(payer) });
  await schedules.cancel(scheduleID);
  await sandbox.advance('2027-01-01T00:00:00Z');
  const { disabledOn, occurrences } = await schedules.get(scheduleID);
  assert.deepEqual(disabledOn, new Date(START));
  assert.deepEqual(
    occurrences.map(({ canceledOn, ranOn }) => ({ canceledOn, ranOn })),
    Array(3).fill({ canceledOn: new Date(START), ranOn: undefined }),
  );
  assert.deepEqual((await moov.transfers.list({ accountID: PARTNER })).result, []);
});

test('an occurrence is found by its id, by a moment, and as the latest', async (t) => {
  const { sandbox, payer, schedules } = await begin(t);
  const { scheduleID, occurrences } = await schedules.create({ recur: monthly(payer) });
  const [first, second] = occurrences;
  assert.deepEqual(await schedules.occurrence(scheduleID, second.occurrenceID), second);
  assert.deepEqual(await schedules.occurrence(scheduleID, '2026-02-28T23:59:59Z'), first);
  assert.deepEqual(await schedules.occurrence(scheduleID, '2026-03-01T02:00:00+02:00'), second);
  await sandbox.advance('2026-02-20T00:00:00Z');
  const latest = await schedules.occurrence(scheduleID, 'latest');
  assert.deepEqual(latest, {
    ...first,
    ranOn: new Date('2026-02-01T00:00:00Z'),
    ranTransferID: latest.ranTransferID,
    status: 'completed',
  });
});

test('an indefinite rule says that it is', async (t) => {
  const { payer, schedules } = await begin(t);
  const recur = { ...monthly(payer), recurrenceRule: 'FREQ=MONTHLY' };
  const schedule = await schedules.create({ recur });
  assert.deepEqual(schedule.recur, { ...recur, indefinite: true });
  assert.ok(schedule.occurrences.every((each) => each.indefinite));
});
