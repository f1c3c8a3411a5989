// Appends single events with so many concurrent writers for so many seconds; prints {"events_per_second": …}.
// It says "ready" when it is, and begins with the first byte on its standard input.
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';
import pg from 'pg';

const [task, writers, seconds, payloadBytes] = [process.argv[2], ...process.argv.slice(3).map(Number)];
const WARM_UP_SECONDS = 0.3;
const connectionString = process.env.PEER_URL;

const open = (autoMigration, max) => {
  const pool = new pg.Pool({ connectionString, max });
  const store = getPostgreSQLEventStore(connectionString, { schema: { autoMigration }, connectionOptions: { pool } });
  return { store, close: async () => { await store.close(); await pool.end(); } };
};

// the JSON object {"state":"…"} has as many bytes as the payload
const state = () => randomBytes(payloadBytes).toString('hex').slice(0, payloadBytes - '{"state":""}'.length);

const appendFor = async (store, duration) => {
  const began = performance.now();
  let done = 0;
  while (performance.now() - began < duration * 1000) {
    await store.appendToStream(`benchmark-${randomUUID()}`, [{ type: 'Appended', data: { state: state() } }], {
      expectedStreamVersion: 'STREAM_DOES_NOT_EXIST',
    });
    done += 1;
  }
  return (done * 1000) / (performance.now() - began);
};

const appendTogether = async (store, duration) => {
  const rates = await Promise.all(Array.from({ length: writers }, () => appendFor(store, duration)));
  return rates.reduce((sum, rate) => sum + rate, 0);
};

const migrate = async () => {
  const { store, close } = open('CreateOrUpdate', 1);
  await store.schema.migrate();
  await close();
};

const append = async () => {
  const { store, close } = open('None', writers);
  await appendTogether(store, WARM_UP_SECONDS);
  console.log('ready');
  await once(process.stdin, 'data');
  console.log(JSON.stringify({ events_per_second: await appendTogether(store, seconds) }));
  await close();
};

await (task === 'migrate' ? migrate() : append());
process.exit(0);
