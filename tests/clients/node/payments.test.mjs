// Charges, refunds, transfers, and what they leave in the books.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as answers from './answers.mjs';
import { START, client, defaultRecipient, makeCustomer, makeToken, startSandbox } from './sandbox.mjs';

const omise = client();

function chargeCustomer(customer, changed) {
  return omise.charges.create({ amount: 100000, currency: 'thb', customer: customer.id, ...changed });
}

/** What a charge of `chargeCustomer` is answered with. */
function answered(charge, customer, changed) {
  const card = answers.card(customer.cards.data[0], START, customer.id);
  return answers.charge(charge, 100000, card, START, START, { customer: customer.id, ...changed });
}

test('a customer’s card is charged and captured at once', async (t) => {
  await startSandbox(t);
  const payer = await makeCustomer(omise);
  const words = { description: 'Order-384', ip: '127.0.0.1', metadata: { order: 384 } };
  const charge = await chargeCustomer(payer, words);
  assert.deepEqual(charge, answered(charge, payer, words));
  assert.deepEqual(await omise.charges.retrieve(charge.id), charge);
  assert.deepEqual(await omise.charges.list(), answers.listed([answers.inList(charge)], '/charges', START));
});

test('a charge without capture waits to be captured', async (t) => {
  await startSandbox(t);
  const payer = await makeCustomer(omise);
  const charge = await chargeCustomer(payer, { capture: false });
  assert.deepEqual(charge, answered(charge, payer, answers.AUTHORIZED));
  const captured = await omise.charges.capture(charge.id);
  assert.deepEqual(captured, answered(captured, payer, { capture: false }));
});

test('an authorisation can be reversed', async (t) => {
  await startSandbox(t);
  const payer = await makeCustomer(omise);
  const charge = await chargeCustomer(payer, { capture: false });
  assert.deepEqual(await omise.charges.reverse(charge.id), {
    ...charge,
    status: 'reversed',
    reversed: true,
    reversed_at: START,
    capturable: false,
    reversible: false,
  });
});

test('a charge can be described anew', async (t) => {
  await startSandbox(t);
  const charge = await chargeCustomer(await makeCustomer(omise));
  const changed = { description: 'Another description', metadata: { order: 385 } };
  assert.deepEqual(await omise.charges.update(charge.id, changed), { ...charge, ...changed });
});

test('a part of a charge can be given back', async (t) => {
  const sandbox = await startSandbox(t);
  const charge = await chargeCustomer(await makeCustomer(omise));
  const later = '2026-01-03T00:00:00Z';
  await sandbox.advance(later);
  const refund = await omise.charges.createRefund(charge.id, { amount: 10000, metadata: { reason: 'late' } });
  assert.deepEqual(refund, answers.refund(refund, charge.id, 10000, later, { metadata: { reason: 'late' } }));
  assert.deepEqual(await omise.charges.retrieveRefund(charge.id, refund.id), refund);
  assert.deepEqual((await omise.charges.listRefunds(charge.id)).data, [refund]);
  assert.equal((await omise.charges.retrieve(charge.id)).refunded_amount, 10000);
});

test('a transfer can be changed and called off before it leaves', async (t) => {
  await startSandbox(t);
  await chargeCustomer(await makeCustomer(omise));
  const recipient = await defaultRecipient(omise);
  const transfer = await omise.transfers.create({ amount: 50000, recipient: recipient.id });
  assert.deepEqual(transfer, answers.transfer(transfer, 50000, recipient, START));
  assert.deepEqual(await omise.transfers.retrieve(transfer.id), transfer);
  assert.deepEqual((await omise.transfers.list()).data, [transfer]);
  const smaller = answers.transfer(transfer, 40000, recipient, START);
  assert.deepEqual(await omise.transfers.update(transfer.id, { amount: 40000 }), smaller);
  assert.equal((await omise.balance.retrieve()).transferable, 96094 - 40000);
  assert.deepEqual(await omise.transfers.destroy(transfer.id), { ...smaller, deleted: true });
  assert.equal((await omise.balance.retrieve()).transferable, 96094);
});

test('a captured charge is a transaction', async (t) => {
  await startSandbox(t);
  const charge = await omise.charges.create({
    amount: 100000,
    currency: 'thb',
    card: (await makeToken(omise)).id,
  });
  const transaction = await omise.transactions.retrieve(charge.transaction);
  assert.deepEqual(transaction, answers.transaction(transaction, 96094, charge.id, START));
  assert.deepEqual((await omise.transactions.list()).data, [transaction]);
});
