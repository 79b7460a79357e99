// What happens when an occurrence is due.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { DECLINED_VISA, PARTNER, client, makePayer, pays, scheduling, startSandbox } from './sandbox.mjs';

/** A sandbox in which a card has been charged on the first of three months. */
async function threeMonths(t, cardNumber) {
  const sandbox = await startSandbox(t);
  const moov = client(sandbox);
  const payer = await makePayer(moov, cardNumber);
  const schedules = scheduling(moov);
  const { scheduleID } = await schedules.create({
    recur: {
      recurrenceRule: 'FREQ=MONTHLY;COUNT=3',
      start: new Date('2026-02-01T00:00:00Z'),
      runTransfer: pays(payer),
    },
  });
  await sandbox.advance('2026-05-01T00:00:00Z');
  return { moov, scheduleID, occurrences: (await schedules.get(scheduleID)).occurrences };
}

test('every occurrence runs at its moment and names its transfer', async (t) => {
  const { moov, scheduleID, occurrences } = await threeMonths(t);
  const { result: transfers } = await moov.transfers.list({ accountID: PARTNER, scheduleID });
  const byID = new Map(transfers.map((each) => [each.transferID, each]));
  assert.equal(byID.size, 3);
  for (const { occurrenceID, runOn, ranOn, ranTransferID, status, error } of occurrences) {
    assert.deepEqual({ ranOn, status, error }, { ranOn: runOn, status: 'completed', error: undefined });
    const transfer = byID.get(ranTransferID);
    assert.deepEqual(
      {
        scheduleID: transfer.scheduleID,
        occurrenceID: transfer.occurrenceID,
        amount: transfer.amount,
        createdOn: transfer.createdOn,
        status: transfer.status,
      },
      {
        scheduleID,
        occurrenceID,
        amount: { currency: 'USD', value: 1204 },
        createdOn: runOn,
        status: 'completed',
      },
    );
  }
});

test('a declined card fails each occurrence, once, with a message', async (t) => {
  const { moov, scheduleID, occurrences } = await threeMonths(t, DECLINED_VISA);
  const { result: transfers } = await moov.transfers.list({ accountID: PARTNER, scheduleID });
  assert.equal(transfers.length, 3);
  for (const { runOn, ranOn, ranTransferID, status, error } of occurrences) {
    assert.deepEqual({ ranOn, status }, { ranOn: runOn, status: 'failed' });
    assert.notEqual(error.message, '');
    const { result } = await moov.transfers.get({ accountID: PARTNER, transferID: ranTransferID });
    assert.equal(result.failureReason, 'source-payment-error');
  }
});
