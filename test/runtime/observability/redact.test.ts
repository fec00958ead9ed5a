import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { redact, redactPathProblems } from '../../../runtime/src/observability/redact.ts';
import { isSecretKey, maskSecrets } from '../../../runtime/src/core/secrets.ts';
import { hostileEvent } from '../middy/hostile-events.ts';
import { PLANTED, secretKey, withSecrets } from './planted-secrets.ts';

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl';

describe('a key that names a secret', () => {
  it.each([
    ...['password', 'Password', 'user_password', 'passwd', 'PWD', 'db-pwd', 'secret', 'clientSecret', 'client_secret', 'token', 'accessToken'],
    ...['refresh-token', 'id_token', 'X-Api-Key', 'apikey', 'Authorization', 'Proxy-Authorization', 'Cookie', 'Set-Cookie', 'credentials'],
    ...['privateKey', 'sessionId', 'PHPSESSID', 'ssn', 'customerSSN', 'cardNumber', 'credit_card', 'cvv', 'CVC2', 'pin', 'card_pin', 'userPin', 'otp', 'X-Amz-Signature'],
    ...['pass\u200bword', '\uff50assword'],
  ])('is %s', (key) => {
    expect(isSecretKey(key)).toBe(true);
  });

  it.each(['shipping', 'pinned', 'spinner', 'name', 'id', 'passenger', 'bypassed', 'inside', 'author', 'card', 'key', '', '0'])('is not %s', (key) => {
    expect(isSecretKey(key)).toBe(false);
  });
});

describe('redacting a value', () => {
  it('hides members by key at any depth, whatever they hold', () => {
    const value = { user: { name: 'ann', password: 'x', tokens: ['a', { b: 'c' }] }, items: [{ pin: 1 }, { shipping: 2 }], secret: null };
    expect(redact(value)).toEqual({ user: { name: 'ann', password: '[redacted]', tokens: '[redacted]' }, items: [{ pin: '[redacted]' }, { shipping: 2 }], secret: '[redacted]' });
  });

  it.each<[string, object]>([
    ['user.email', { user: { email: '[redacted]', age: 7 }, items: [{ price: 1 }, { price: 2 }] }],
    ['$.user.email', { user: { email: '[redacted]', age: 7 }, items: [{ price: 1 }, { price: 2 }] }],
    ['User.EMAIL', { user: { email: '[redacted]', age: 7 }, items: [{ price: 1 }, { price: 2 }] }],
    ['items.*.price', { user: { email: 'a@b', age: 7 }, items: [{ price: '[redacted]' }, { price: '[redacted]' }] }],
    ['items[*].price', { user: { email: 'a@b', age: 7 }, items: [{ price: '[redacted]' }, { price: '[redacted]' }] }],
    ['items[1]', { user: { email: 'a@b', age: 7 }, items: [{ price: 1 }, '[redacted]'] }],
    ['*.email', { user: { email: '[redacted]', age: 7 }, items: [{ price: 1 }, { price: 2 }] }],
    ['user', { user: '[redacted]', items: [{ price: 1 }, { price: 2 }] }],
    ['email', { user: { email: 'a@b', age: 7 }, items: [{ price: 1 }, { price: 2 }] }],
  ])('hides the path %s', (path, expected) => {
    expect(redact({ user: { email: 'a@b', age: 7 }, items: [{ price: 1 }, { price: 2 }] }, { paths: [path] })).toEqual(expected);
  });

  it('hides everything for the path $', () => {
    expect(redact({ a: 1 }, { paths: ['$'] })).toBe('[redacted]');
  });

  it.each([
    [`Bearer ${JWT} was refused`, 'Bearer [redacted] was refused'],
    [`got ${JWT}`, 'got [redacted]'],
    ['got AKIAIOSFODNN7EXAMPLE, ASIAIOSFODNN7EXAMPLE', 'got [redacted], [redacted]'],
    ['https://ann:hunter2@host/x?access_token=abc&page=2', 'https://ann:[redacted]@host/x?access_token=[redacted]&page=2'],
    ['secret=Basic YTpi, done', 'secret=[redacted] done'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----.', '[redacted].'],
    ['-----BEGIN PRIVATE KEY-----\nMII', '[redacted]'],
    ['{"password":"a\\"b", "x": 1} and', '{"password":[redacted], "x": 1} and'],
    ['"secrets": ["a", "b"', '"secrets": [redacted]'],
    ['<ns:Password a="1">x<![CDATA[y]]></ns:Password><b>1</b>', '<ns:Password>[redacted]</ns:Password><b>1</b>'],
    ['<credentials><user>x', '<credentials>[redacted]</credentials>'],
    ['Authorization: Basic YTpi\nHost: h', 'Authorization: [redacted]\nHost: h'],
    ['shipping=1, a pinned note', 'shipping=1, a pinned note'],
    ['pin: 1234', 'pin: [redacted]'],
  ])('masks %s', (text, expected) => {
    expect(maskSecrets(text)).toBe(expected);
    expect(redact({ text })).toEqual({ text: expected });
  });

  it('looks into JSON inside a text, along the same paths', () => {
    const Records = [{ body: JSON.stringify({ password: 'x', user: { email: 'a@b' }, id: 7 }) }];
    expect(redact({ Records }, { paths: ['Records.*.body.user.email'] })).toEqual({ Records: [{ body: '{"password":"[redacted]","user":{"email":"[redacted]"},"id":7}' }] });
    expect(redact([`{"a":"${'x'.repeat(70_000)}"}`])).toEqual(['[cut]']);
  });

  it('keeps what is no object as JSON-like as it was', () => {
    expect(redact([1, true, null, undefined, 1n, () => 1, Symbol('s'), Buffer.from('x'), new ArrayBuffer(1)])).toEqual(
      [1, true, null, undefined, '1', '[function]', '[symbol]', '[binary]', '[binary]'],
    );
    expect(redact(new Error('token=x'))).toMatchObject({ name: 'Error', message: 'token=[redacted]' });
    expect(redact({ at: new Date(0) })).toEqual({ at: '1970-01-01T00:00:00.000Z' });
  });

  it('is bounded in depth, in values and in the length of texts', () => {
    expect(redact({ a: { b: { c: 1 } } }, { maxDepth: 2 })).toEqual({ a: { b: '[deep]' } });
    expect(redact([1, 2, 3, 4], { maxNodes: 3 })).toEqual([1, 2, '[cut]']);
    expect(redact({ a: 1, b: 2, c: 3, d: 4 }, { maxNodes: 3 })).toEqual({ a: 1, b: 2, '[cut]': 2 });
    expect(redact('x'.repeat(5), { maxStringLength: 4 })).toBe('xxx…');
    expect(redact('xx\u{1F600}y', { maxStringLength: 4 })).toBe('xx…');
    expect(redact('\u{1F600}\u{1F600}', { maxStringLength: 4 })).toBe('\u{1F600}\u{1F600}');
    expect(redact(new Array<number>(1_000_000_000), { maxNodes: 10 })).toHaveLength(10);
  });

  it('never shows the part of a secret that a cut has left', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.constantFrom('AKIAIOSFODNN7EXAMPLE', `Bearer ${JWT}`, JWT), (before, secret) => {
        const text = `${'y '.repeat(before)}${`${secret} `.repeat(400)}`;
        expect(redact(text, { maxStringLength: 300 })).not.toMatch(/AKIA|eyJ|IOSF|c2ln/);
      }),
    );
  });

  it('never shows half a secret that masking has moved into sight', () => {
    for (let before = 120; before < 200; before += 1) {
      const text = `eyJ${'a'.repeat(4200)} ${'y'.repeat(before)} AKIAIOSFODNN7EXAMPLE ${'z'.repeat(500)}`;
      expect(redact(text, { maxStringLength: 300 })).not.toMatch(/AKIA/);
    }
  });

  it('survives cycles, getters that throw and keys that are prototypes', () => {
    const cycle: Record<string, unknown> = { a: 1 };
    cycle['self'] = cycle;
    const shared = { b: 1 };
    expect(redact(cycle)).toEqual({ a: 1, self: '[circular]' });
    expect(redact([shared, shared])).toEqual([{ b: 1 }, { b: 1 }]);
    const trap = {
      toJSON: () => 'ran',
      get a() {
        throw new Error('a');
      },
      get password() {
        throw new Error('is not even read');
      },
    };
    expect(redact(trap)).toEqual({ toJSON: '[function]', a: '[unreadable]', password: '[redacted]' });
    const copy = redact(JSON.parse('{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}')) as Record<string, unknown>;
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
    expect(Object.keys(copy)).toEqual(['[__proto__]', 'constructor']);
    expect(copy['admin']).toBeUndefined();
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
  });

  it('shows no secret value from under a secret key, at any depth and in any spelling', () => {
    fc.assert(
      fc.property(withSecrets, (value) => {
        const before = JSON.stringify(value);
        const shown = JSON.stringify(redact(value));
        expect(shown).not.toContain(PLANTED);
        expect(JSON.stringify(value)).toBe(before); // never changed
      }),
      { numRuns: 1000 },
    );
  });

  it('hides in free text what follows a telling key, however it is quoted', () => {
    const quote = fc.constantFrom<readonly [string, string]>(['=', ''], [': ', ''], ['="', '"'], ['":"', '"'], ['\\":\\"', '\\"'], ["'='", "'"], [' = ', '']);
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z ,;]{0,40}$/), secretKey, quote, (before, key, [open, close]) => {
        fc.pre(!key.includes('\u200b'));
        expect(maskSecrets(`${before} ${key}${open}${PLANTED}${close}, x`)).not.toContain(PLANTED);
      }),
    );
  });

  it('never throws, and gives a bounded value that is plain JSON', () => {
    fc.assert(
      fc.property(hostileEvent, (make) => {
        expect(JSON.stringify([redact(make())]).length).toBeLessThan(1000 * 1400);
      }),
      { numRuns: 1000 },
    );
  });

  it('takes time in proportion to a text, whatever is in it', () => {
    const units = ['a', '<', '<a', ' ', '"', '\\', 'token', 'token"', 'eyJ', 'bearer ', '://', ':', 'password=', '<token', '-----BEGIN PRIVATE KEY-----', '[', 'x@', 'secret:['];
    const texts = units.flatMap((unit) => units.map((other) => unit.repeat(200) + other.repeat(20_000 / other.length)));
    for (const text of texts) expect(typeof redact(text, { maxStringLength: 100_000 })).toBe('string'); // the run's own time limit is the proof
  });
});

describe('paths to hide', () => {
  it.each<[unknown, number]>([
    [undefined, 0],
    [['a', '$.a', '$', 'a.*.b', 'a[0].b'], 0],
    ['a', 1],
    [['', 'a..b', 7, '.a'], 4],
  ])('%j has %d problems', (paths, count) => {
    expect(redactPathProblems('redactPaths', paths)).toHaveLength(count);
  });

  it('are named with what is wrong', () => {
    expect(redactPathProblems('redactPaths', ['a..b'])).toEqual(["redactPaths[0] is 'a..b': set a path such as 'user.email' or 'items.*.price'"]);
  });
});
