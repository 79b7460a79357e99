// A sandbox of its own for each test: the real binary on a free port, its clock
// standing still.

import { leadTo } from './sandbox_port.mjs';

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as passed } from 'node:timers/promises';

import Omise from 'omise';

export const SECRET_KEY = 'skey_test_sandbox';
export const PUBLIC_KEY = 'pkey_test_sandbox';

/** Thursday, seven in the morning in Bangkok: before the hour at which charges run. */
export const START = '2026-01-01T00:00:00Z';

const READY_WITHIN_MILLISECONDS = 10_000;
const STOPPED_WITHIN_MILLISECONDS = 10_000;
const POLL_MILLISECONDS = 10;

// The loopback interface is never reached through a proxy.
delete process.env.http_proxy;

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
export async function startSandbox(test, { data = ':memory:', clock = START } = {}) {
  const sandbox = new Sandbox(await freePort(), data, clock);
  test.after(() => sandbox.stop());
  await sandbox.waitUntilReady();
  leadTo(sandbox.port);
  return sandbox;
}

class Sandbox {
  constructor(port, data, clock) {
    if (process.env.KALENDS === undefined) {
      throw new Error('KALENDS must name the kalends binary');
    }
    this.port = port;
    this.log = '';
    const listen = `127.0.0.1:${port}`;
    this.process = spawn(
      process.env.KALENDS,
      ['sandbox', '--listen', listen, '--data', data, '--clock', clock],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.process.stdout.on('data', (chunk) => (this.log += chunk));
    this.process.stderr.on('data', (chunk) => (this.log += chunk));
    this.ended = once(this.process, 'close').then(([code, signal]) => code ?? signal);
    this.ended.catch(() => {});
  }

  async waitUntilReady() {
    const deadline = Date.now() + READY_WITHIN_MILLISECONDS;
    while (!(await this.isReady())) {
      if (Date.now() > deadline) {
        throw new Error(`not ready within ${READY_WITHIN_MILLISECONDS} ms:\n${this.log}`);
      }
      const ended = await Promise.race([this.ended, passed(POLL_MILLISECONDS, null)]);
      if (ended !== null) {
        throw new Error(`ended with ${ended} before it was ready:\n${this.log}`);
      }
    }
  }

  async isReady() {
    try {
      return (await fetch(`http://127.0.0.1:${this.port}/readyz`)).status === 200;
    } catch {
      return false;
    }
  }

  /** Asks the server to end, as an operator would, and takes nothing but a clean end. */
  async stop() {
    this.process.kill('SIGTERM');
    const late = new AbortController();
    const ended = await Promise.race([
      this.ended,
      passed(STOPPED_WITHIN_MILLISECONDS, 'late', { signal: late.signal }),
    ]);
    late.abort();
    if (ended === 'late') {
      this.process.kill('SIGKILL');
    }
    if (ended !== 0) {
      throw new Error(`ended with ${ended} after SIGTERM:\n${this.log}`);
    }
  }

  /** Calls Kalends' own API, which no SDK knows. */
  async kalends(method, path, body) {
    const answer = await fetch(`http://127.0.0.1:${this.port}/kalends/v1/${path}`, {
      method,
      headers: {
        'Authorization': `Basic ${Buffer.from(`${SECRET_KEY}:`).toString('base64')}`,
        'Content-Type': 'application/json',
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!answer.ok) {
      throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    }
    return answer.json();
  }

  /** Moves the clock; comes back when all that was due by then has settled. */
  advance(to) {
    return this.kalends('POST', 'clock/advance', { to });
  }

  /** Where the clock stands. */
  async now() {
    return (await this.kalends('GET', 'clock')).now;
  }
}

async function freePort() {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address();
  listener.close();
  await once(listener, 'close');
  return port;
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
