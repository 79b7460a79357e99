// A sandbox of its own for each test, with a partner, a merchant and customers
// with test cards.

import { startServer } from '../server.mjs';

import { fileURLToPath } from 'node:url';

import { Moov } from '@moovio/sdk';

export const PUBLIC_KEY = 'sandbox-public';
export const SECRET_KEY = 'sandbox-secret';

/** The accounts and payment methods that the seed names. */
export const PARTNER = '5352b013-ae58-4a63-8a3f-97f316a917cf';
export const MERCHANT = 'ebbf46c6-122a-4367-bc45-7dd555e1d3b9';
export const MERCHANT_WALLET_METHOD = '67ebda6c-de48-474c-b49d-2cd3aa7d3f92';
export const NOBODY = '11111111-2222-4333-8444-555555555555';

/** Monday, ten in the morning in New York. */
export const START = '2026-01-05T15:00:00Z';

export const VISA = '4111111111111111';
export const DECLINED_VISA = '4000020000000000';

const SEED = fileURLToPath(new URL('../moov/seed.toml', import.meta.url));

/** Starts a sandbox for one test, which its end stops. */
export function startSandbox(test) {
  return startServer(test, { user: PUBLIC_KEY, password: SECRET_KEY, clock: START, seed: SEED });
}

/** The SDK as its users set it up, led to the sandbox by its own option. */
export function client(sandbox, changed = {}) {
  return new Moov({
    serverURL: sandbox.url,
    security: { username: PUBLIC_KEY, password: SECRET_KEY },
    ...changed,
  });
}

/** The id of a new account of a person. */
export async function makeCustomer(moov) {
  const { result } = await moov.accounts.create({
    accountType: 'individual',
    profile: {
      individual: {
        name: { firstName: 'Ada', lastName: 'Lovelace' },
        email: 'ada@example.com',
      },
    },
  });
  return result.accountID;
}

/** A test card, linked to an account. */
export async function linkCard(moov, accountID, cardNumber = VISA) {
  const { result } = await moov.cards.link({
    accountID,
    xWaitFor: 'payment-method',
    linkCard: {
      cardNumber,
      cardCvv: '123',
      expiration: { month: '10', year: '35' },
      holderName: 'Ada Lovelace',
      billingAddress: { postalCode: '12345' },
      cardOnFile: true,
    },
  });
  return result;
}

/** A customer with a test card: ids of the account and of the method that charges the card. */
export async function makePayer(moov, cardNumber) {
  const account = await makeCustomer(moov);
  const { paymentMethods } = await linkCard(moov, account, cardNumber);
  const { paymentMethodID } = paymentMethods.find((each) => each.paymentMethodType === 'card-payment');
  return { account, method: paymentMethodID };
}

/** What a run pays, from a customer to the merchant. */
export function pays(payer, value = 1204, changed = {}) {
  return {
    amount: { currency: 'USD', value },
    source: { paymentMethodID: payer.method },
    destination: { paymentMethodID: MERCHANT_WALLET_METHOD },
    partnerAccountID: PARTNER,
    description: 'Gym dues',
    ...changed,
  };
}

/** The calls of schedules, by the partner, with what they answer alone. */
export function scheduling(moov, accountID = PARTNER) {
  const result = async (call) => (await call).result;
  return {
    create: (upsertSchedule) => result(moov.scheduling.create({ accountID, upsertSchedule })),
    list: (page = {}) => result(moov.scheduling.list({ accountID, ...page })),
    get: (scheduleID) => result(moov.scheduling.get({ accountID, scheduleID })),
    update: (scheduleID, upsertSchedule) =>
      result(moov.scheduling.update({ accountID, scheduleID, upsertSchedule })),
    cancel: (scheduleID) => moov.scheduling.cancel({ accountID, scheduleID }),
    occurrence: (scheduleID, occurrenceFilter) =>
      result(moov.scheduling.getOccurrance({ accountID, scheduleID, occurrenceFilter })),
  };
}
