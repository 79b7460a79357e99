// What is refused, with which error of the SDK.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { APIError } from '@moovio/sdk/models/errors/apierror.js';
import { GenericError } from '@moovio/sdk/models/errors/genericerror.js';
import { ScheduleValidationError } from '@moovio/sdk/models/errors/schedulevalidationerror.js';

import { MERCHANT, NOBODY, PARTNER, client, makePayer, pays, scheduling, startSandbox } from './sandbox.mjs';

/** The error by which a call is refused. */
async function refused(kind, call) {
  const error = await call.then(() => assert.fail('it was not refused'), (error) => error);
  assert.ok(error instanceof kind, error);
  assert.match(error.headers.get('x-request-id'), /^[0-9a-f-]{36}$/);
  return error;
}

function daily(payer, changed = {}) {
  return { recur: { recurrenceRule: 'FREQ=DAILY;COUNT=2', runTransfer: pays(payer), ...changed } };
}

test('a wrong key is a 401 without a body', async (t) => {
  const sandbox = await startSandbox(t);
  const stranger = client(sandbox, { security: { username: 'sandbox-public', password: 'wrong' } });
  for (const call of [stranger.ping.ping(), scheduling(stranger).list(), scheduling(stranger).get(NOBODY)]) {
    const { statusCode, body } = await refused(APIError, call);
    assert.deepEqual({ statusCode, body }, { statusCode: 401, body: '' });
  }
});

test('what is not there is a 404 without a body', async (t) => {
  const moov = client(await startSandbox(t));
  const schedules = scheduling(moov);
  for (const call of [
    schedules.get(NOBODY),
    schedules.cancel(NOBODY),
    schedules.update(NOBODY, { description: 'x' }),
    schedules.occurrence(NOBODY, 'latest'),
    moov.accounts.get({ accountID: NOBODY }),
  ]) {
    const { statusCode, body } = await refused(APIError, call);
    assert.deepEqual({ statusCode, body }, { statusCode: 404, body: '' });
  }
});

test('who only pays or is paid may read and not write', async (t) => {
  const moov = client(await startSandbox(t));
  const payer = await makePayer(moov);
  const { scheduleID } = await scheduling(moov).create(daily(payer));
  for (const account of [payer.account, MERCHANT]) {
    const { statusCode } = await refused(APIError, scheduling(moov, account).cancel(scheduleID));
    assert.equal(statusCode, 403);
  }
});

test('a rule that does not hold is a 422 that says so of the rule', async (t) => {
  const moov = client(await startSandbox(t));
  const payer = await makePayer(moov);
  const call = scheduling(moov).create(daily(payer, { recurrenceRule: 'FREQ=SOMETIMES' }));
  const { statusCode, recur, occurrences } = await refused(ScheduleValidationError, call);
  assert.deepEqual({ statusCode, occurrences }, { statusCode: 422, occurrences: undefined });
  assert.notEqual(recur, '');
});

test('an occurrence that does not hold is a 422 that names it by its index', async (t) => {
  const moov = client(await startSandbox(t));
  const payer = await makePayer(moov);
  const past = { runOn: new Date('2020-01-01T00:00:00Z'), runTransfer: pays(payer) };
  const call = scheduling(moov).create({ occurrences: [past] });
  const { occurrences } = await refused(ScheduleValidationError, call);
  assert.deepEqual(Object.keys(occurrences), ['0']);
});

test('a disabled schedule is a 409 with a message', async (t) => {
  const moov = client(await startSandbox(t));
  const schedules = scheduling(moov);
  const { scheduleID } = await schedules.create(daily(await makePayer(moov)));
  await schedules.cancel(scheduleID);
  const { statusCode, error } = await refused(GenericError, schedules.update(scheduleID, { description: 'x' }));
  assert.equal(statusCode, 409);
  assert.notEqual(error, '');
});

test('a token may do what its scopes say and no more', async (t) => {
  const sandbox = await startSandbox(t);
  const moov = client(sandbox);
  const payer = await makePayer(moov);
  const { result } = await moov.authentication.createAccessToken({
    grantType: 'client_credentials',
    scope: `/accounts/${PARTNER}/transfers.read`,
  });
  const bearer = client(sandbox, { security: undefined, accessToken: result.accessToken });
  assert.deepEqual(await scheduling(bearer).list(), []);
  const { statusCode } = await refused(APIError, scheduling(bearer).create(daily(payer)));
  assert.equal(statusCode, 403);
  await moov.authentication.revokeAccessToken({ token: result.accessToken });
  assert.equal((await refused(APIError, scheduling(bearer).list())).statusCode, 401);
});
