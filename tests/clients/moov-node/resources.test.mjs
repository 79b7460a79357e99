// What schedules need: accounts, capabilities, cards, bank accounts, wallets,
// payment methods and transfers.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';


import {
  MERCHANT,
  MERCHANT_WALLET_METHOD,
  PARTNER,
  client,
  linkCard,
  makeCustomer,
  makePayer,
  startSandbox,
} from './sandbox.mjs';


test('a key that fits is told so', async (t) => {
  await client(await startSandbox(t)).ping.ping();
});

test('an account is made, found, listed, changed and disconnected', async (t) => {
  const { accounts } = client(await startSandbox(t));
  const accountID = await makeCustomer({ accounts });
  const { result: made } = await accounts.get({ accountID });
  assert.deepEqual(
    [made.displayName, made.mode, made.accountType, made.verification.status],
    ['Ada Lovelace', 'sandbox', 'individual', 'verified'],
  );
  const ids = async () => (await accounts.list({})).result.map((each) => each.accountID);
  assert.ok((await ids()).includes(accountID));
  await accounts.update({ accountID, patchAccount: { foreignID: 'your-42' } });
  assert.equal((await accounts.get({ accountID })).result.foreignID, 'your-42');
  await accounts.disconnect({ accountID });
  assert.ok(!(await ids()).includes(accountID));
});

test('a card is linked, found, listed and disabled', async (t) => {
  const moov = client(await startSandbox(t));
  const accountID = await makeCustomer(moov);
  const { paymentMethods, ...card } = await linkCard(moov, accountID);
  assert.equal(paymentMethods[0].paymentMethodType, 'card-payment');
  assert.deepEqual((await moov.cards.get({ accountID, cardID: card.cardID })).result, card);
  assert.deepEqual((await moov.cards.list({ accountID })).result, [card]);
  await moov.cards.disable({ accountID, cardID: card.cardID });
  assert.deepEqual((await moov.cards.list({ accountID })).result, []);
});

test('a bank account is linked, verified and disabled', async (t) => {
  const moov = client(await startSandbox(t));
  const accountID = await makeCustomer(moov);
  const { result: linked } = await moov.bankAccounts.link({
    accountID,
    xWaitFor: 'payment-method',
    linkBankAccount: {
      account: {
        holderName: 'Ada Lovelace',
        holderType: 'individual',
        accountNumber: '1001001234',
        bankAccountType: 'checking',
        routingNumber: '322271627',
      },
    },
  });
  const ids = { accountID, bankAccountID: linked.bankAccountID };
  await moov.bankAccounts.initiateMicroDeposits(ids);
  await moov.bankAccounts.completeMicroDeposits({ ...ids, completeMicroDeposits: { amounts: [0, 0] } });
  assert.equal((await moov.bankAccounts.get(ids)).result.status, 'verified');
  const { result: methods } = await moov.paymentMethods.list({ accountID, sourceID: linked.bankAccountID });
  assert.ok(methods.some((each) => each.paymentMethodType === 'ach-debit-collect'));
  await moov.bankAccounts.disable(ids);
  assert.deepEqual((await moov.bankAccounts.list({ accountID })).result, []);
});

test('an account has its capabilities, a wallet and a method to pay from it', async (t) => {
  const moov = client(await startSandbox(t));
  const { result: capabilities } = await moov.capabilities.list({ accountID: MERCHANT });
  assert.ok(capabilities.some(({ capability, status }) => capability === 'wallet' && status === 'enabled'));
  const { result: wallets } = await moov.wallets.list({ accountID: MERCHANT });
  const walletID = wallets[0].walletID;
  assert.deepEqual((await moov.wallets.get({ accountID: MERCHANT, walletID })).result, wallets[0]);
  const { result: method } = await moov.paymentMethods.get({
    accountID: MERCHANT,
    paymentMethodID: MERCHANT_WALLET_METHOD,
  });
  assert.equal(method.paymentMethodType, 'moov-wallet');
  assert.equal(method.wallet.walletID, walletID);
});

test('one idempotency key makes one transfer', async (t) => {
  const moov = client(await startSandbox(t));
  const payer = await makePayer(moov);
  const transfer = {
    xIdempotencyKey: randomUUID(),
    accountID: PARTNER,
    createTransfer: {
      source: { paymentMethodID: payer.method },
      destination: { paymentMethodID: MERCHANT_WALLET_METHOD },
      amount: { currency: 'USD', value: 1204 },
    },
  };
  const { result: made } = await moov.transfers.create(transfer);
  const error = await moov.transfers.create(transfer).then(() => assert.fail(), (error) => error);
  assert.deepEqual([error.statusCode, error.transferID], [409, made.transferID]);
  const { result: listed } = await moov.transfers.list({ accountID: PARTNER });
  assert.deepEqual(listed.map((each) => each.transferID), [made.transferID]);
  const { result: got } = await moov.transfers.get({ accountID: PARTNER, transferID: made.transferID });
  assert.deepEqual(got.amount, { currency: 'USD', value: 1204 });
});
