// Runs a Node client's tests through `kalends serve` in front of a sandbox that plays its
// upstream: `node in_front.mjs FOLDER`.
//
// All of them but those listed here, each with what is other there and cannot be alike.

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Whom the sandbox plays for the tests of a folder. */
const UPSTREAMS = { 'node': 'omise', 'moov-node': 'moov' };

// A failed occurrence says what Omise said of its charge, which is more than its own
// schedules say.
const MESSAGE = "the message of a failed occurrence is the charge's own";
// A payment carries marks in its metadata, and is made at the hour of the account behind,
// whose clock has gone ahead.
const PAYMENT = 'a payment has marks and the hour of the account behind';
// Moov's own filter of transfers knows its own schedules alone.
const LISTED = 'transfers cannot be listed by schedules that Moov does not know';

const OTHER = {
  'node': {
    'a failed date stays the next one while it is retried': MESSAGE,
    'a new default card lets the retry succeed and the cadence go on': MESSAGE,
    'three failures on three days running suspend the schedule': MESSAGE,
    'a transfer may be of a fixed amount, a percentage, or the whole balance': PAYMENT,
    'every month end is paid once': PAYMENT,
  },
  'moov-node': {
    'every occurrence runs at its moment and names its transfer': LISTED,
    'a declined card fails each occurrence, once, with a message': LISTED,
  },
};

const [folder] = process.argv.slice(2);
const path = join(dirname(fileURLToPath(import.meta.url)), folder);
const files = readdirSync(path).filter((name) => name.endsWith('.test.mjs')).map((name) => join(path, name));
const sources = files.map((file) => readFileSync(file, 'utf8')).join('\n');

// A listed test that there is not is a mistake in the list.
const unknown = Object.keys(OTHER[folder]).filter((name) => !sources.includes(`test('${name}'`));
if (files.length === 0 || unknown.length > 0) {
  throw new Error(`listed, and not there: ${unknown.join(', ')}`);
}
console.log('Tests that are other here:');
for (const [name, reason] of Object.entries(OTHER[folder])) {
  console.log(`  ${name}: ${reason}`);
}

// What a file is called in which tests stand counts as a name too, and has them all run.
const ROOT = '<root>';
const names = [ROOT, ...Object.keys(OTHER[folder])].map((name) =>
  name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'),
);
const { status } = spawnSync(
  process.execPath,
  ['--test', `--test-name-pattern=/^(?!(?:${names.join('|')})$)/`, ...files],
  { stdio: 'inherit', env: { ...process.env, KALENDS_IN_FRONT: UPSTREAMS[folder] } },
);
process.exitCode = status ?? 1;
