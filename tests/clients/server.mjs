// The server under test: the real binary on a free port, its clock standing still.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as passed } from 'node:timers/promises';

import * as databases from './databases.mjs';

const READY_WITHIN_MILLISECONDS = 10_000;
const STOPPED_WITHIN_MILLISECONDS = 10_000;
const POLL_MILLISECONDS = 10;

// The loopback interface is never reached through a proxy.
delete process.env.http_proxy;

/**
 * Starts a server for one test, which its end stops. Its own API is called as `user`.
 * Where KALENDS_IN_FRONT is set, it is one in front of a sandbox that plays the upstream; where
 * KALENDS_CLUSTER is too, it is two over one database, of which the other is told to move the
 * clock.
 */
export async function startServer(test, { user, password = '', clock, data = ':memory:', seed }) {
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const sandbox = await startOne(test, Server, { authorization, words: sandboxWords({ clock, data, seed }) });
  const upstream = process.env.KALENDS_IN_FRONT;
  if (upstream === undefined) {
    return sandbox;
  }
  const environment = {
    ...environmentInFront(upstream, sandbox.url),
    ...(databases.areWanted ? await databases.environment(data) : { KALENDS_DATA: dataInFront(data) }),
  };
  const options = { authorization, words: () => ['serve'], environment };
  const inFront = await startOne(test, ServerInFront, options);
  inFront.upstream = sandbox;
  inFront.beside = databases.areWanted ? await startOne(test, Server, options) : undefined;
  await inFront.kalends('PUT', 'clock', { now: clock });
  return inFront;
}

async function startOne(test, Kind, options) {
  const server = new Kind(await freePort(), options);
  test.after(() => server.stop());
  await server.waitUntilReady();
  return server;
}

function sandboxWords({ clock, data, seed }) {
  return (listen) => {
    const words = ['sandbox', '--listen', listen, '--data', data, '--clock', clock];
    return seed === undefined ? words : [...words, '--seed', seed];
  };
}

const dataInFront = (data) => (data === ':memory:' ? data : `${data}-in-front.db`);

/** What `kalends serve` is told of the account behind it. */
function environmentInFront(upstream, url) {
  const account = 'KALENDS_ACCOUNTS__0__';
  const said = {
    omise: {
      [`${account}OMISE__URL`]: url,
      [`${account}OMISE__VAULT_URL`]: url,
      [`${account}OMISE__SECRET_KEY_VARIABLE`]: 'OMISE_SECRET_KEY',
      [`${account}OMISE__PUBLIC_KEY`]: 'pkey_test_sandbox',
      [`${account}OMISE__ALLOW_CARD_NUMBERS`]: 'true',
      OMISE_SECRET_KEY: 'skey_test_sandbox',
    },
    moov: {
      [`${account}MOOV__URL`]: url,
      [`${account}MOOV__PUBLIC_KEY`]: 'sandbox-public',
      [`${account}MOOV__SECRET_KEY_VARIABLE`]: 'MOOV_SECRET_KEY',
      [`${account}MOOV__PER_SECOND`]: '1000',
      MOOV_SECRET_KEY: 'sandbox-secret',
    },
  };
  return {
    ...said[upstream],
    [`${account}NAME`]: 'shop',
    [`${account}MODE`]: 'test',
  };
}

class Server {
  constructor(port, { authorization, words, environment = {} }) {
    if (process.env.KALENDS === undefined) {
      throw new Error('KALENDS must name the kalends binary');
    }
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.authorization = authorization;
    this.log = '';
    const listen = `127.0.0.1:${port}`;
    this.process = spawn(process.env.KALENDS, words(listen), {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment, KALENDS_LISTEN: listen },
    });
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
      return (await fetch(`${this.url}/readyz`)).status === 200;
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
    const answer = await fetch(`${this.url}/kalends/v1/${path}`, {
      method,
      headers: { 'Authorization': this.authorization, 'Content-Type': 'application/json' },
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

/** `kalends serve` in front of a sandbox that plays the upstream, by clocks that move together. */
class ServerInFront extends Server {
  /** The node that no client asks is asked. */
  kalends(method, path, body) {
    return this.beside === undefined ? super.kalends(method, path, body) : this.beside.kalends(method, path, body);
  }

  /** By way of each moment at which something runs, so that the upstream pays in its hour. */
  async advance(to) {
    for (let due; (due = await this.nextDue(await this.now(), to)); ) {
      await this.advanceBoth(due);
    }
    return this.advanceBoth(to);
  }

  /** The upstream's clock first: whoever pays is never behind whoever asks. */
  async advanceBoth(to) {
    await this.upstream.advance(to);
    return super.advance(to);
  }

  /** When something runs next; clocks are written alike, so that their texts can be compared. */
  async nextDue(now, to) {
    const { data } = await this.kalends('GET', 'schedules?limit=100');
    const due = data.flatMap((schedule) => schedule.next.map((run) => run.due));
    return due.filter((moment) => now < moment && moment < to).sort()[0];
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
