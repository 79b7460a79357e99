// A sandbox of its own for each test: the real binary on a free port, its clock
// standing still.

import { startServer } from '../server.mjs';
import { leadTo } from './sandbox_port.mjs';

import Omise from 'omise';

export const SECRET_KEY = 'skey_test_sandbox';
export const PUBLIC_KEY = 'pkey_test_sandbox';

/** Thursday, seven in the morning in Bangkok: before the hour at which charges run. */
export const START = '2026-01-01T00:00:00Z';

/** The SDK as its users set it up, with the sandbox in the place of Omise. */
export function client(changed = {}) {
  return Omise({
    secretKey: SECRET_KEY,
    publicKey: PUBLIC_KEY,
    host: '127.0.0.1',
    vaultHost: '127.0.0.1',
    scheme: 'http',
    ...changed,
  });
}

/** Starts a sandbox for one test, which its end stops. */
export async function startSandbox(test, { data, clock = START } = {}) {
  const sandbox = await startServer(test, { user: SECRET_KEY, clock, data });
  leadTo(sandbox.port);
  return sandbox;
}

/** A token of a test card. */
export function makeToken(omise, number = '4242424242424242') {
  return omise.tokens.create({
    card: {
      name: 'Somchai Prasert',
      number,
      expiration_month: 10,
      expiration_year: 2035,
      city: 'Bangkok',
      postal_code: '10320',
      security_code: '123',
    },
  });
}

/** A customer with a test card. */
export async function makeCustomer(omise, number) {
  const token = await makeToken(omise, number);
  return omise.customers.create({
    email: 'somchai@example.com',
    description: 'Somchai Prasert (id: 30)',
    card: token.id,
  });
}

/** The recipient that the sandbox comes with. */
export async function defaultRecipient(omise) {
  const recipients = await omise.recipients.list();
  return recipients.data.find((recipient) => recipient.default);
}
