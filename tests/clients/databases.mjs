// Databases of a PostgreSQL that is started when the first is asked for, and ends with this
// process.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

let cluster;
let lines;
const urlsOfData = new Map();

/** Whether servers keep their data in databases: KALENDS_CLUSTER names what starts them. */
export const areWanted = process.env.KALENDS_CLUSTER !== undefined;

/**
 * What tells a server to keep its data in a database: a new one, or, where `data` names a
 * file, the one that took its place before.
 */
export async function environment(data) {
  const url = urlsOfData.get(data) ?? (await fresh());
  if (data !== ':memory:') {
    urlsOfData.set(data, url);
  }
  const { username, password } = new URL(url);
  return {
    KALENDS_STORE__URL: url.replace(`${username}:${password}@`, `${username}@`),
    KALENDS_STORE__PASSWORD_VARIABLE: 'DATABASE_PASSWORD',
    DATABASE_PASSWORD: password,
  };
}

async function fresh() {
  if (cluster === undefined) {
    cluster = spawn(process.env.KALENDS_CLUSTER, { stdio: ['pipe', 'pipe', 'inherit'] });
    lines = createInterface({ input: cluster.stdout })[Symbol.asyncIterator]();
    // It ends with its input, and keeps nobody from ending.
    cluster.unref();
    cluster.stdin.unref();
    cluster.stdout.unref();
  }
  cluster.stdout.ref();
  cluster.stdin.write('\n');
  const { value } = await lines.next();
  cluster.stdout.unref();
  return value;
}
