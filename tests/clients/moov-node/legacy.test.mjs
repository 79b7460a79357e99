// The older SDK, @moovio/node: it knows no schedules, and asks for its tokens by a
// form, with the domain of its key as the origin.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Moov, SCOPES } from '@moovio/node';

import { MERCHANT, MERCHANT_WALLET_METHOD, PARTNER, PUBLIC_KEY, SECRET_KEY, startSandbox } from './sandbox.mjs';

/** The older SDK as its users set it up, led to the sandbox by its own option. */
function client(sandbox) {
  const credentials = {
    accountID: PARTNER,
    publicKey: PUBLIC_KEY,
    secretKey: SECRET_KEY,
    domain: 'https://example.com',
  };
  return new Moov(credentials, { prefixUrl: sandbox.url, retry: { limit: 0 } });
}

test('a key that fits is told so', async (t) => {
  await client(await startSandbox(t)).ping();
});

test('a token is good for an hour and for its scopes', async (t) => {
  const sandbox = await startSandbox(t);
  const { TRANSFERS_READ } = SCOPES;
  const before = Date.now();
  const { token, expiresOn } = await client(sandbox).generateToken([TRANSFERS_READ]);
  const lasts = (expiresOn - before) / 1000;
  assert.ok(lasts >= 3600 && lasts < 3660, `${lasts} s`);
  const headers = { authorization: `Bearer ${token}`, origin: 'https://example.com' };
  const status = async (path) => (await fetch(`${sandbox.url}${path}`, { headers })).status;
  assert.equal(await status(`/accounts/${PARTNER}/schedules`), 200);
  assert.equal(await status('/ping'), 403);
});

test('accounts, cards, wallets and payment methods are read as the older SDK reads them', async (t) => {
  const moov = client(await startSandbox(t));
  const account = await moov.accounts.create({
    accountType: 'individual',
    profile: { individual: { name: { firstName: 'Ada', lastName: 'Lovelace' }, email: 'ada@example.com' } },
  });
  assert.equal((await moov.accounts.get(account.accountID)).displayName, 'Ada Lovelace');
  const card = await moov.cards.link(account.accountID, {
    cardNumber: '4111111111111111',
    cardCvv: '123',
    expiration: { month: '10', year: '35' },
    holderName: 'Ada Lovelace',
    billingAddress: { postalCode: '12345' },
  });
  assert.deepEqual(
    (await moov.cards.list(account.accountID)).map((each) => each.cardID),
    [card.cardID],
  );
  const [wallet] = await moov.wallets.list(MERCHANT);
  assert.equal(wallet.availableBalance.currency, 'USD');
  const methods = await moov.paymentMethods.list(MERCHANT);
  assert.ok(methods.some((each) => each.paymentMethodID === MERCHANT_WALLET_METHOD));
});
