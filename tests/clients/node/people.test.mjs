// Tokens, customers, their cards, and recipients.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as answers from './answers.mjs';
import { START, client, defaultRecipient, makeCustomer, makeToken, startSandbox } from './sandbox.mjs';

const omise = client();

test('a token carries a card that is nobody’s yet, once', async (t) => {
  await startSandbox(t);
  const token = await makeToken(omise);
  assert.deepEqual(token, answers.token(token, answers.card(token.card, START), START));
  assert.deepEqual(await omise.tokens.retrieve(token.id), token);
  await omise.customers.create({ card: token.id });
  assert.equal((await omise.tokens.retrieve(token.id)).used, true);
});

test('a customer takes the card of a token as default', async (t) => {
  await startSandbox(t);
  const token = await makeToken(omise);
  const customer = await omise.customers.create({
    email: 'somchai@example.com',
    description: 'Somchai Prasert (id: 30)',
    card: token.id,
    metadata: { answer: 42 },
  });
  const card = answers.card(token.card, START, customer.id);
  assert.deepEqual(customer, answers.customer(customer, [card], START, { metadata: { answer: 42 } }));
  assert.deepEqual(await omise.customers.retrieve(customer.id), customer);
});

test('a customer can be changed', async (t) => {
  await startSandbox(t);
  const customer = await makeCustomer(omise);
  const changed = { email: 'john@example.com', description: 'John', metadata: { tier: 'gold' } };
  assert.deepEqual(await omise.customers.update(customer.id, changed), { ...customer, ...changed });
});

test('customers are listed', async (t) => {
  await startSandbox(t);
  const customers = [await makeCustomer(omise), await makeCustomer(omise)];
  assert.deepEqual(await omise.customers.list(), answers.listed(customers, '/customers', START));
});

test('a destroyed customer has no cards and is listed no more', async (t) => {
  await startSandbox(t);
  const customer = await makeCustomer(omise);
  const destroyed = await omise.customers.destroy(customer.id);
  assert.deepEqual(destroyed, answers.customer(customer, [], START, { deleted: true }));
  assert.equal((await omise.customers.list()).total, 0);
});

test('a second card leaves the default as it was, until it is made the default', async (t) => {
  await startSandbox(t);
  const customer = await makeCustomer(omise);
  const token = await makeToken(omise, '5555555555554444');
  const second = { brand: 'MasterCard', last_digits: '4444' };
  const cards = [
    answers.card(customer.cards.data[0], START, customer.id),
    answers.card(token.card, START, customer.id, second),
  ];
  const withBoth = answers.customer(customer, cards, START);
  assert.deepEqual(await omise.customers.update(customer.id, { card: token.id }), withBoth);
  assert.deepEqual(await omise.customers.update(customer.id, { default_card: token.card.id }), {
    ...withBoth,
    default_card: token.card.id,
  });
});

test('a card is listed, found, changed and destroyed by its customer', async (t) => {
  await startSandbox(t);
  const customer = await makeCustomer(omise);
  const card = answers.card(customer.cards.data[0], START, customer.id);
  assert.deepEqual((await omise.customers.listCards(customer.id)).data, [card]);
  assert.deepEqual(await omise.customers.retrieveCard(customer.id, card.id), card);
  const changed = { name: 'Somchai P.', city: 'Chiang Mai', postal_code: '50000', expiration_year: 2036 };
  assert.deepEqual(await omise.customers.updateCard(customer.id, card.id, changed), { ...card, ...changed });
  const destroyed = await omise.customers.destroyCard(customer.id, card.id);
  assert.deepEqual(destroyed, { ...card, ...changed, deleted: true });
  assert.deepEqual(await omise.customers.retrieve(customer.id), answers.customer(customer, [], START));
});

test('a new recipient is not verified yet, and can be changed and destroyed', async (t) => {
  await startSandbox(t);
  const recipient = await omise.recipients.create({
    name: 'Somchai Prasert',
    email: 'somchai@example.com',
    type: 'individual',
    bank_account: { brand: 'scb', number: '1234567890', name: 'SOMCHAI PRASERT' },
  });
  assert.deepEqual(recipient, answers.recipient(recipient, START));
  assert.deepEqual(await omise.recipients.retrieve(recipient.id), recipient);
  assert.equal((await omise.recipients.list()).total, 2);
  const changed = { email: 'somchai@prasert.com', description: 'Landlord' };
  assert.deepEqual(await omise.recipients.update(recipient.id, changed), { ...recipient, ...changed });
  const destroyed = await omise.recipients.destroy(recipient.id);
  assert.deepEqual(destroyed, { ...recipient, ...changed, deleted: true });
  assert.equal((await omise.recipients.list()).total, 1);
});

test('the sandbox comes with a verified default recipient', async (t) => {
  await startSandbox(t);
  const { verified, active } = await defaultRecipient(omise);
  assert.deepEqual({ verified, active }, { verified: true, active: true });
});
