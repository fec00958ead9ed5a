import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTable, faults, startEmbeddedDynamoDb } from '../../../local/index.ts';
import { limitKey } from '../../../runtime/src/rate-limit/key.ts';
import type { Rule } from '../../../runtime/src/rate-limit/rule.ts';
import { MARK, sown, WHOLE } from '../../../runtime/src/rate-limit/state.ts';
import { openLimitTable, type LimitTable } from '../rate-limit/limit-table.ts';
import { bucket, command, windows } from '../rate-limit/takes.ts';
import { NOW_MS, NOW_TEXT, operate } from './operate.ts';

const AT = { nowMs: NOW_MS };
const IN_TEN_MINUTES_MS = NOW_MS + 600_000;
const IN_TEN_MINUTES = '2026-01-02 03:14:05';
const MINUTE = windows('sliding-window', 1000, 60_000);
const SECOND = bucket(10, 1000);
const STRANGE = limitKey('api', ['a b\u001B[31m', undefined, 'null', 'ü']);

const engine = await startEmbeddedDynamoDb();
let table: LimitTable;

const whole = (key: string) => ({ key, part: 0 });
const stored = (key: string, part = 0) => table.store.read({ key, part }, AT);
const takeOf = (key: string, rules: readonly Rule[], tokens: number, nowMs = NOW_MS) =>
  table.store.take(whole(key), command(rules, tokens, { nowMs }), {}, { nowMs });

/** Splits a key in two and makes the second part. */
async function split(key: string): Promise<void> {
  const to = { shards: 2, bornAtMs: NOW_MS - 1000 };
  const marks = await table.store.grow(whole(key), {}, WHOLE, to, AT);
  await table.store.sow({ key, part: 1 }, sown(marks), AT);
}

beforeAll(async () => {
  table = await openLimitTable(engine.endpoint);
  await createTable(engine.endpoint, { tableName: 'empty', partitionKey: 'id' });
});

beforeEach(() => table.proxy.clear());

afterAll(async () => {
  await table.close();
  await engine.close();
});

describe('limits list', () => {
  beforeAll(async () => {
    await takeOf('api', [SECOND], 4);
    await takeOf(limitKey('api', ['tenant-a']), [MINUTE], 17, NOW_MS - 60_000);
    await takeOf(limitKey('api', ['tenant-a']), [MINUTE, bucket(1000, 90_000)], 42);
    await takeOf(limitKey('mail', ['x']), [MINUTE], 30);
    await split(limitKey('mail', ['x']));
    await table.store.change(whole(STRANGE), { type: 'block', untilMs: IN_TEN_MINUTES_MS }, AT);
    await takeOf(limitKey('apis', ['other']), [SECOND], 1, NOW_MS - 3_600_000);
    await table.putItem('limit#left#part=1', { shards: { N: '2' }, bornAtMs: { N: '5' } });
  });

  it('shows every key in columns, what is used of each rule in words, and no control character', async () => {
    const strange = String.raw`"a b\u001b[31m" null "null" "ü"`;
    expect(await operate('limits list')).toEqual({
      code: 0,
      err: '',
      questions: [],
      out: [
        `LIMIT  KEY${' '.repeat(strange.length - 3)}  PARTS  BLOCKED UNTIL (UTC)  TAKEN`,
        `api    ${strange}  1      ${IN_TEN_MINUTES}  -`,
        `api    tenant-a${' '.repeat(strange.length - 8)}  1      -                    window of 1 min: 42 taken, 17 in the one before; bucket of 1.5 min: refilled in 3.8 s`,
        `apis   other${' '.repeat(strange.length - 5)}  1      -                    bucket of 1 s: nothing taken`,
        `mail   x${' '.repeat(strange.length - 1)}  2      -                    window of 1 min: 30 taken`,
        `api    -${' '.repeat(strange.length - 1)}  1      -                    bucket of 1 s: refilled in 400 ms`,
        '',
      ].join('\n'),
    });
  });

  it('prints JSON for machines', async () => {
    const { out } = await operate('limits list --json');
    const { table: name, complete, keys } = JSON.parse(out);
    expect({ name, complete, count: keys.length }).toEqual({ name: 'limits', complete: true, count: 5 });
    const base = { shards: 1, blockedUntilMs: null, blockedShards: 0, rules: [] };
    expect(keys).toEqual(
      expect.arrayContaining([
        { ...base, name: 'api', parts: [], key: 'api', rules: [{ counts: 'token-bucket', periodMs: 1000, refilledInMs: 400 }] },
        { ...base, name: 'api', parts: ['a b\u001B[31m', null, 'null', 'ü'], key: STRANGE, blockedUntilMs: IN_TEN_MINUTES_MS, blockedShards: 1 },
        { ...base, name: 'mail', parts: ['x'], key: '["mail","x"]', shards: 2, rules: [{ counts: 'window', periodMs: 60_000, taken: 30, takenBefore: 0 }] },
      ]),
    );
  });

  it('shows the keys of one limit', async () => {
    const { out } = await operate('limits list --json --name api');
    expect(JSON.parse(out).keys.map(({ key }: { key: string }) => key)).toEqual([STRANGE, '["api","tenant-a"]', 'api']);
  });

  it('shows what is hashed or cut as it is', async () => {
    await createTable(engine.endpoint, { tableName: 'odd', partitionKey: 'id' });
    const long = limitKey('api', ['x'.repeat(300)]);
    await operate(['limits', 'block', 'api', 'x'.repeat(300), '--for', '1h', '--yes', '--table', 'odd']);
    await operate('limits block secret tenant-a --hashed --for 1h --yes --table odd');
    const { keys } = JSON.parse((await operate('limits list --json --table odd')).out);
    expect(keys).toEqual([
      expect.objectContaining({ key: expect.stringMatching(/^[\w-]{43}$/), name: null, parts: null }),
      expect.objectContaining({ key: expect.stringMatching(/^\["api","x+~[\w-]{43}$/), name: 'api', parts: null }),
    ]);
    expect((await operate(['limits', 'show', long, '--table', 'odd'])).out).toContain('blocked until (UTC)  2026-01-02 04:04:05\n');
    expect((await operate(['limits', 'show', '--table', 'odd', '--', keys[0].key])).out).toContain('blocked until (UTC)  2026-01-02 04:04:05\n');
    expect(JSON.parse((await operate('limits list --json --table odd --name api')).out).keys).toHaveLength(1);
  });

  it('says so where there are none', async () => {
    expect(await operate('limits list --table empty --region eu-west-1')).toMatchObject({ code: 0, out: expect.stringContaining('no keys') });
  });

  it('stops where it would be endless, and says so; --name goes by the name before it counts', async () => {
    await createTable(engine.endpoint, { tableName: 'full', partitionKey: 'id' });
    const { DynamoDBClient, BatchWriteItemCommand } = await import('@aws-sdk/client-dynamodb');
    const { localClientConfig } = await import('../../../local/index.ts');
    const client = new DynamoDBClient(localClientConfig(engine.endpoint));
    const name = (number: number) => ({ 600: 'rare', 601: 'rarely' })[number] ?? `k${number}`;
    for (let first = 0; first < 1020; first += 15) {
      const requests = Array.from({ length: 15 }, (_, index) => ({ PutRequest: { Item: { id: { S: `limit#${name(first + index)}` }, t1000: { N: '1' } } } }));
      await client.send(new BatchWriteItemCommand({ RequestItems: { full: requests } }));
    }
    client.destroy();
    const { code, out, err } = await operate('limits list --json --table full');
    const { complete, keys } = JSON.parse(out);
    expect({ code, complete, keys: keys.length }).toEqual({ code: 0, complete: false, keys: 1000 });
    expect(err).toContain('more than these 1000 keys, and perhaps more parts of these: use --name');
    expect(JSON.parse((await operate('limits list --json --table full --name rare')).out)).toMatchObject({ complete: true, keys: [{ key: 'rare' }] });
  }, 60_000);
});

describe('limits show', () => {
  it('shows one key with all that is known', async () => {
    const key = limitKey('shown', ['t', 'GET /x']);
    const held = { ...command([SECOND, MINUTE], 3, { nowMs: NOW_MS }), termMs: 1500 };
    await table.store.take(whole(key), held, {}, AT);
    expect(await operate(['limits', 'show', 'shown', 't', 'GET /x'])).toEqual({
      code: 0,
      err: '',
      questions: [],
      out: [
        'limit                shown',
        'key                  t "GET /x"',
        'parts                1',
        'blocked until (UTC)  -',
        'taken                3 so far, in 1 grants',
        'bucket of 1 s        refilled in 300 ms',
        'window of 1 min      3 taken',
        'in hand until (UTC)  2026-01-02 03:04:06',
        'split since (UTC)    -',
        '',
      ].join('\n'),
    });
  });

  it('takes a key as list prints it, with parts that were not known', async () => {
    const key = limitKey('unsure', [undefined, 'b']);
    await takeOf(key, [SECOND], 1);
    expect(JSON.parse((await operate(['limits', 'show', key, '--json'])).out)).toMatchObject({ key, name: 'unsure', parts: [null, 'b'] });
  });

  it('adds the parts up: what each took counts once, also of a part that nobody has used yet', async () => {
    await takeOf('summed', [MINUTE], 30);
    const to = { shards: 2, bornAtMs: NOW_MS };
    const marks = await table.store.grow(whole('summed'), {}, WHOLE, to, AT);
    const take = (part: number) => table.store.take({ key: 'summed', part }, command(MINUTE, 5, { nowMs: NOW_MS, split: to }), {}, AT);
    await take(0);
    const details = async () => JSON.parse((await operate('limits show summed --json')).out);
    const rules = (taken: number) => [{ counts: 'window', periodMs: 60_000, taken, takenBefore: 0 }];
    expect(await details()).toMatchObject({ shards: 2, splitSinceMs: NOW_MS, taken: 35, grants: 2, rules: rules(35) });
    await table.store.sow({ key: 'summed', part: 1 }, sown(marks), AT);
    await take(1);
    expect(await details()).toMatchObject({ taken: 40, grants: 3, rules: rules(40), stored: [{ c60000: 40 }, { c60000: 40 }] });
  });

  it('leaves out what an earlier split has left in the place of a part', async () => {
    await takeOf('again', [MINUTE], 8);
    await table.store.sow({ key: 'again', part: 1 }, { [MARK.shards]: 2, [MARK.bornAtMs]: 5, c60000: 900, w60000: Math.floor(NOW_MS / 60_000) }, AT);
    await table.store.grow(whole('again'), {}, WHOLE, { shards: 2, bornAtMs: NOW_MS }, AT);
    expect((await operate('limits show again')).out).toContain('window of 1 min      8 taken\n');
  });

  it('refuses a key that is not there', async () => {
    expect(await operate('limits show api tenant-z')).toMatchObject({ code: 2, out: '', err: expect.stringContaining('table limits knows no key api tenant-z: list shows') });
  });
});

describe('limits block', () => {
  it('blocks every part of a key, shows it, and puts it on record', async () => {
    const key = limitKey('blocked', ['tenant-a']);
    await takeOf(key, [SECOND], 1);
    await split(key);
    const { code, out, err } = await operate('limits block blocked tenant-a --for 10m --yes');
    expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining(`blocked until (UTC)  ${IN_TEN_MINUTES}\n`) });
    expect(err).toBe(`${NOW_TEXT} limits block: key blocked tenant-a in table limits (2 parts) is blocked until ${IN_TEN_MINUTES} UTC\n`);
    for (const part of [0, 1]) expect(await stored(key, part)).toMatchObject({ [MARK.blockedUntilMs]: IN_TEN_MINUTES_MS });
  });

  it('refuses tokens from then on, and no others', async () => {
    await operate('limits block obeyed --for 1d --yes');
    expect((await takeOf('obeyed', [SECOND], 1)).outcome).toBe('refused');
    expect((await takeOf('obeyed', [SECOND], 1, NOW_MS + 86_400_000)).outcome).toBe('granted');
    expect((await takeOf(limitKey('obeyed', ['a']), [SECOND], 1)).outcome).toBe('granted');
  });

  it('tells which parts are blocked if not all are', async () => {
    await takeOf('half', [SECOND], 1);
    await split('half');
    await table.store.change({ key: 'half', part: 1 }, { type: 'block', untilMs: IN_TEN_MINUTES_MS }, AT);
    expect((await operate('limits show half')).out).toContain(`blocked until (UTC)  ${IN_TEN_MINUTES} (1 of 2 parts)\n`);
  });

  it('finds a hashed key by its name and parts', async () => {
    const key = limitKey('private', ['ada']);
    await operate('limits block private ada --hashed --for 30s --yes');
    expect(await table.hashing.read(whole(key), AT)).toMatchObject({ [MARK.blockedUntilMs]: NOW_MS + 30_000 });
    expect(await stored(key)).toEqual({});
    expect(await operate('limits show private ada')).toMatchObject({ code: 2, err: expect.stringContaining('add --hashed if the limit has hashKeys') });
    expect((await operate('limits show private ada --hashed')).out).toContain('key                  ada\n');
  });
});

describe('limits unblock', () => {
  it('ends the block of every part and puts it on record', async () => {
    await takeOf('freed', [SECOND], 1);
    await split('freed');
    await operate('limits block freed --for 2h --yes');
    const { code, out, err } = await operate('limits unblock freed --yes');
    expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('blocked until (UTC)  -\n') });
    expect(err).toBe(`${NOW_TEXT} limits unblock: key freed in table limits (2 parts) is not blocked any more, from now on\n`);
    for (const part of [0, 1]) expect(await stored('freed', part)).not.toHaveProperty(MARK.blockedUntilMs);
  });
});

describe('limits reset', () => {
  it('forgets what was taken by every rule, in every part, and nothing else', async () => {
    await takeOf('anew', [SECOND, MINUTE], 10);
    await table.store.change(whole('anew'), { type: 'block', untilMs: IN_TEN_MINUTES_MS }, AT);
    await split('anew');
    const { code, err } = await operate('limits reset anew --yes');
    expect({ code, err }).toEqual({
      code: 0,
      err: `${NOW_TEXT} limits reset: key anew in table limits (2 parts) starts anew from now on: bucket of 1 s, window of 1 min\n`,
    });
    for (const part of [0, 1]) {
      const marks = await stored('anew', part);
      expect(Object.keys(marks).filter((name) => /^[a-z]\d+$/.test(name))).toEqual([]);
      expect(marks).toMatchObject({ [MARK.shards]: 2, [MARK.blockedUntilMs]: IN_TEN_MINUTES_MS });
    }
  });

  it('gives all tokens again', async () => {
    await takeOf('refilled', [SECOND, MINUTE], 10);
    expect((await takeOf('refilled', [SECOND, MINUTE], 1)).outcome).toBe('refused');
    await operate('limits reset refilled --yes');
    expect((await takeOf('refilled', [SECOND, MINUTE], 10)).outcome).toBe('granted');
  });

  it('says so where there is nothing to forget', async () => {
    await operate('limits block idle --for 1s --yes');
    expect((await operate('limits reset idle --yes')).err).toContain('(1 part) had nothing to forget\n');
  });
});

describe('limits block, unblock and reset', () => {
  it.each([
    ['block asked t --for 90m', 'give no tokens for 1.5 h to callers of key asked t in table limits?'],
    ['unblock asked t', 'give tokens again, as far as the limits allow, of key asked t in table limits?'],
    ['reset asked t', 'forget all that was taken of key asked t in table limits?'],
  ])('ask first, and do nothing without a yes: %s', async (line, question) => {
    const key = limitKey('asked', ['t']);
    await takeOf(key, [SECOND], 1, NOW_MS - 60_000);
    await table.store.change(whole(key), { type: 'block', untilMs: NOW_MS + 1 }, AT);
    const before = await stored(key);
    expect(await operate(`limits ${line}`, false)).toEqual({ code: 1, out: '', err: 'nothing was changed\n', questions: [question] });
    expect(await stored(key)).toEqual(before);
    expect(await operate(`limits ${line}`)).toMatchObject({ code: 2, out: '', err: expect.stringContaining('add --yes') });
    expect(await stored(key)).toEqual(before);
    expect(await operate(`limits ${line}`, true)).toMatchObject({ code: 0, questions: [question] });
    expect(await stored(key)).not.toEqual(before);
  });

  it.each(['unblock', 'reset'])('%s refuses a key that is not there, and makes none', async (word) => {
    expect(await operate(`limits ${word} absent --yes`)).toMatchObject({ code: 2, out: '', err: expect.stringContaining('knows no key absent') });
    expect(await table.item('limit#absent')).toBeUndefined();
  });

  it('say which parts were changed where the table gives no answer on the way', async () => {
    await takeOf('torn', [SECOND], 1);
    await split('torn');
    const isWhole = ({ Key }: Readonly<Record<string, unknown>>) => JSON.stringify(Key) === '{"id":{"S":"limit#torn"}}';
    table.proxy.inject({ fault: faults.accessDenied(), operation: 'UpdateItem', matches: isWhole });
    const { code, out, err } = await operate('limits block torn --for 10m --yes');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/limits block: key torn in table limits \(1 part\) was changed in these parts only: do it again\nthe table gave no answer/);
  });
});

describe('a command about limits that cannot be understood', () => {
  it.each([
    ['limits', 'limits undefined is not a command: use one of list, show, block, unblock, reset'],
    ['limits open api', 'limits "open" is not a command'],
    ['limits list api', 'write --name api'],
    ['limits list --name a#b', 'the name of the limit is "a#b": use 1 to 64 letters'],
    ['limits list --hashed', '--hashed is no option of limits list: use --table, --region, --json, --yes, --help, --name'],
    ['limits show api --tenant t', '--tenant is no option of limits show'],
    ['limits show', 'there is no key'],
    ['limits show a#b', 'the name of the limit is "a#b"'],
    ['limits show ["api",1]', 'cannot be read: write ["NAME","PART"]'],
    ['limits show ["api"', 'cannot be read'],
    ['limits show ["a#b","c"]', 'the name of the limit is "a#b"'],
    ['limits block api --yes', 'a block needs an end: add --for'],
    ['limits block api --for 10 --yes', '--for is "10": write a whole number and s, m, h or d'],
    ['limits block api --for 0s --yes', '--for is "0s"'],
    ['limits block api --for 1.5h --yes', '--for is "1.5h"'],
    ['limits block api --for 367d --yes', 'at most 366d'],
    ['limits unblock api --for 10m --yes', '--for is no option of limits unblock'],
  ])('is refused: %s', async (line, message) => {
    const { code, out, err } = await operate(line);
    expect({ code, out, err }).toEqual({ code: 2, out: '', err: expect.stringContaining(message) });
  });

  it('is refused for an empty part, which is an unset variable of the shell', async () => {
    expect(await operate(['limits', 'block', 'api', '', '--for', '1h', '--yes'])).toMatchObject({ code: 2, err: expect.stringContaining('part 1 of the key is empty') });
    expect((await operate(['limits', 'block', limitKey('api', ['']), '--for', '1h', '--yes', '--table', 'empty'])).code).toBe(0);
  });

  it('is refused without a table of limits', async () => {
    const environment = { RESILIENCE_CIRCUIT_TABLE: 'circuits' };
    expect(await operate('limits list', undefined, environment)).toMatchObject({ code: 2, err: expect.stringContaining('add --table NAME or set RESILIENCE_RATE_LIMIT_TABLE') });
  });
});

describe('a table of limits that gives no answer', () => {
  it.each(['limits list', 'limits show api', 'limits block api --for 1h --yes', 'limits reset api --yes'])('ends %s with 1 and what to do', async (line) => {
    const { code, out, err } = await operate(`${line} --table nowhere`);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^the table gave no answer \(ResourceNotFoundException.*\): check the name of the table, the Region and the credentials\n$/);
  });
});

describe('--help', () => {
  it('says what there is for limits', async () => {
    const { code, out } = await operate('--help', undefined, {});
    expect(code).toBe(0);
    for (const word of ['limits list', 'limits show', 'limits block', 'limits unblock', 'limits reset', '--for', '--hashed', 'RESILIENCE_RATE_LIMIT_TABLE']) expect(out).toContain(word);
  });
});
