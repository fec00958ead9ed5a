import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bodyForLog, messageBody, responseBytes } from '../../../runtime/src/observability/body.ts';
import { EVENT_FIXTURES } from '../middy/event-fixtures.ts';
import { hostileEvent } from '../middy/hostile-events.ts';
import { PLANTED, secretKey, withSecrets } from './planted-secrets.ts';

const LIMIT = { maxBytes: 1024 };
const bytesOf = (text: string) => Buffer.byteLength(text);
const FORM = 'application/x-www-form-urlencoded';

describe('a body in a log line', () => {
  it.each<[unknown]>([[undefined], [null], ['']])('is left out where it is %j', (body) => {
    expect(bodyForLog(body, LIMIT)).toBeUndefined();
  });

  it('shows JSON without its secrets, on one line (OB-04)', () => {
    const body = '{\n  "user": "ann",\n  "password": "x", "email": "a@b"\n}';
    expect(bodyForLog(body, { ...LIMIT, redactPaths: ['email'] })).toEqual({ text: '{"user":"ann","password":"[redacted]","email":"[redacted]"}', bytes: bytesOf(body) });
  });

  it('shows what is parsed already, without measuring it', () => {
    expect(bodyForLog({ user: 'ann', token: 'x' }, LIMIT)).toEqual({ text: '{"user":"ann","token":"[redacted]"}' });
  });

  it('is cut to the limit and says so (OB-04)', () => {
    expect(bodyForLog('{"user":"ann","id":7}', { maxBytes: 10 })).toEqual({ text: '{"user":"a', bytes: 21, truncated: true });
    expect(bodyForLog('plain words', { maxBytes: 5 })).toEqual({ text: 'plain', bytes: 11, truncated: true });
    expect(bodyForLog('plain words', { maxBytes: 11 })).toEqual({ text: 'plain words', bytes: 11 });
    expect(bodyForLog('plain words', { maxBytes: 0 })).toEqual({ text: '', bytes: 11, truncated: true });
  });

  it('is never cut inside a character (OB-04)', () => {
    expect(bodyForLog('aé', { maxBytes: 2 })).toEqual({ text: 'a', bytes: 3, truncated: true });
    expect(bodyForLog('a\u{1F600}b', { maxBytes: 4 })).toEqual({ text: 'a', bytes: 6, truncated: true });
    expect(bodyForLog('a\u{1F600}b', { maxBytes: 5 })).toEqual({ text: 'a\u{1F600}', bytes: 6, truncated: true });
  });

  it.each<[string, unknown, object, object]>([
    ['Base64', 'aGVsbG8=', { isBase64: true }, { binary: true, bytes: 5 }],
    ['an image', 'GIF89a', { contentType: 'image/gif' }, { binary: true, bytes: 6 }],
    ['an upload of files', '--x', { contentType: 'multipart/form-data; boundary=x' }, { binary: true, bytes: 3 }],
    ['a text with a zero character', 'a\0b', {}, { binary: true, bytes: 3 }],
    ['a buffer', Buffer.from('password'), {}, { binary: true, bytes: 8 }],
    ['an array buffer', new ArrayBuffer(3), {}, { binary: true, bytes: 3 }],
    ['a stream of Node', Readable.from(['password']), {}, { binary: true }],
    ['a stream of the web', new ReadableStream(), {}, { binary: true }],
    ['a blob', new Blob(['password']), {}, { binary: true }],
  ])('shows nothing of %s', (_case, body, options, expected) => {
    expect(bodyForLog(body, { ...LIMIT, ...options })).toEqual(expected);
  });

  it.each<[string, string, object]>([
    ['JSON that is too large to be parsed', `{"password":"x","a":"${'y'.repeat(70_000)}"}`, {}],
    ['JSON that is broken', '{"pass\\u0077ord":"x"', {}],
    ['what claims to be JSON', 'password x', { contentType: 'application/problem+json' }],
    ['a form that is too large to be parsed', `pass%77ord=x&a=${'y'.repeat(70_000)}`, { contentType: FORM }],
  ])('shows only the size of %s', (_case, body, options) => {
    expect(bodyForLog(body, { ...LIMIT, ...options })).toEqual({ bytes: bytesOf(body), truncated: true });
  });

  it('parses no more than a megabyte, however large the limit is', () => {
    expect(bodyForLog(`["${'x'.repeat(1_100_000)}"]`, { maxBytes: 1_000_000 })).toEqual({ bytes: 1_100_004, truncated: true });
  });

  it('shows forms without their secrets, told by their type or their look', () => {
    const body = 'user=ann+lee&pass%77ord=x&card[pin]=1&user[email]=a%40b&q=[1]';
    const text = 'user=ann+lee&password=[redacted]&card%5Bpin%5D=[redacted]&user%5Bemail%5D=[redacted]&q=%5B1%5D';
    for (const contentType of [FORM, `${FORM}; charset=UTF-8`, undefined]) {
      expect(bodyForLog(body, { ...LIMIT, contentType, redactPaths: ['user.email'] })).toEqual({ text, bytes: bytesOf(body) });
    }
  });

  it('masks the names of fields too, and says so where fields are left out', () => {
    expect(bodyForLog('AKIAIOSFODNN7EXAMPLE=1', { ...LIMIT, contentType: FORM })?.text).toBe('[redacted]=1');
    expect(bodyForLog('a=1&'.repeat(1000), { maxBytes: 8000, contentType: FORM })).toEqual({ text: 'a=1&'.repeat(1000).slice(0, -1), bytes: 4000 });
    expect(bodyForLog('a=1&'.repeat(1001), { maxBytes: 8000, contentType: FORM })).toMatchObject({ bytes: 4004, truncated: true });
  });

  it('masks other text before it is cut, so that half a secret is never shown', () => {
    const body = `note AKIAIOSFODNN7EXAMPLE and password=hunter2 ${'z'.repeat(20_000)}`;
    for (let maxBytes = 0; maxBytes < 60; maxBytes += 1) {
      expect(bodyForLog(body, { maxBytes, contentType: 'text/plain' })?.text).not.toMatch(/AKI|hun/);
    }
  });

  it('says that it is cut where only a secret is left of it', () => {
    expect(bodyForLog(`eyJ${'a'.repeat(20_000)}`, LIMIT)).toMatchObject({ bytes: 20_003, truncated: true });
  });

  it('is one line without characters that act on a terminal or a log viewer (OB-15)', () => {
    expect(bodyForLog('a\r\nb\u001b[31m\u202e\u2028', LIMIT)?.text).toBe(String.raw`a\r\nb\u001b[31m\u202e\u2028`);
    expect(bodyForLog('{"a":"\u2028\u202e"}', LIMIT)?.text).toBe(String.raw`{"a":"\u2028\u202e"}`);
  });

  it('never exceeds the limit and shows no secret from JSON, however it is cut (OB-04)', () => {
    fc.assert(
      fc.property(withSecrets, fc.nat(4000), fc.boolean(), (value, maxBytes, isParsed) => {
        const logged = bodyForLog(isParsed ? value : JSON.stringify(value), { maxBytes });
        expect(bytesOf(logged?.text ?? '')).toBeLessThanOrEqual(maxBytes);
        expect(logged?.text ?? '').not.toContain('hunter2');
      }),
      { numRuns: 1000 },
    );
  });

  it('shows no secret from forms', () => {
    const field = fc.oneof(
      fc.tuple(fc.string(), fc.string()),
      secretKey.map((key) => [key, PLANTED] as const),
      secretKey.map((key) => [`user[${key}]`, PLANTED] as const),
      withSecrets.map((value) => ['payload', JSON.stringify(value)] as const),
    );
    fc.assert(
      fc.property(fc.array(field, { maxLength: 5 }), fc.nat(2000), (fields, maxBytes) => {
        const body = new URLSearchParams(fields.map(([name, value]): [string, string] => [name, value])).toString();
        const logged = bodyForLog(body, { maxBytes, contentType: FORM });
        expect(bytesOf(logged?.text ?? '')).toBeLessThanOrEqual(maxBytes);
        expect(logged?.text ?? '').not.toContain('hunter2');
      }),
      { numRuns: 500 },
    );
  });

  it('never throws, is bounded, and is whole characters, whatever the body is', () => {
    const contentType = fc.constantFrom(undefined, 'application/json', FORM, 'text/plain', 'text/xml', 'image/png', '');
    const anyText = fc.string({ unit: 'binary', maxLength: 300 }).map((text) => () => text);
    fc.assert(
      fc.property(fc.oneof(hostileEvent, anyText), fc.nat(200), contentType, fc.boolean(), (make, maxBytes, type, isBase64) => {
        const text = bodyForLog(make(), { maxBytes, contentType: type, isBase64 })?.text ?? '';
        expect(bytesOf(text)).toBeLessThanOrEqual(maxBytes);
        expect(Buffer.from(text).toString()).toBe(text);
        expect(text).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
      }),
      { numRuns: 1000 },
    );
  });

  it('survives a limit that is none', () => {
    for (const maxBytes of [-1, Number.NaN]) expect(bodyForLog('abc', { maxBytes })?.text ?? '').toBe('');
    expect(bodyForLog('abc', { maxBytes: Infinity })).toEqual({ text: 'abc', bytes: 3 });
  });
});

describe('the size of a response (POB-07)', () => {
  it.each<[string, unknown, number | undefined]>([
    ['the bytes of its text', { statusCode: 200, body: 'é' }, 2],
    ['none of an empty text', { statusCode: 204, body: '' }, 0],
    ['the bytes that Base64 stands for', { body: Buffer.from('hello').toString('base64'), isBase64Encoded: true }, 5],
    ['not known where the body is no text', { body: { a: 1 } }, undefined],
    ['not known without a body', { statusCode: 200 }, undefined],
    ['not known of a bare answer', { orders: [] }, undefined],
    ['not known of nothing', undefined, undefined],
  ])('is %s', (_case, response, expected) => {
    expect(responseBytes(response)).toBe(expected);
  });

  it('is right for Base64 of any length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const body = Buffer.from(bytes);
        expect(responseBytes({ isBase64Encoded: true, body: body.toString('base64') })).toBe(bytes.length);
        expect(responseBytes({ isBase64Encoded: true, body: body.toString('base64url') })).toBe(bytes.length);
      }),
    );
  });

  it('is found without writing the response out', () => {
    const refuse = () => {
      throw new Error('was written out');
    };
    const response = { body: 'abc', toJSON: refuse, toString: refuse, other: { toJSON: refuse } };
    expect(responseBytes(response)).toBe(3);
  });
});

describe('the body of a message', () => {
  it.each<[string, object, object]>([
    ['headers in any case', { body: 'x', headers: { 'CONTENT-type': 'text/plain' } }, { body: 'x', contentType: 'text/plain', isBase64: false }],
    ['multi-value headers', { body: 'x', multiValueHeaders: { 'Content-Type': ['text/a', 'text/b'] } }, { contentType: 'text/a' }],
    ['headers of VPC Lattice 2', { body: 'x', headers: { 'content-type': ['text/a'] } }, { contentType: 'text/a' }],
    ['Base64', { body: 'eA==', isBase64Encoded: true }, { isBase64: true, contentType: undefined }],
    ['Base64 of VPC Lattice 1', { body: 'eA==', is_base64_encoded: true }, { isBase64: true }],
  ])('is read with %s', (_case, message, expected) => {
    expect(messageBody(message)).toMatchObject(expected);
  });

  it('is shown from every event that has one', () => {
    const shown = EVENT_FIXTURES.map(({ event }) => messageBody(event)).map(({ body, contentType, isBase64 }) => bodyForLog(body, { ...LIMIT, contentType, isBase64 }));
    expect(shown.filter((body) => body?.text?.startsWith('{"tenantId"')).length).toBeGreaterThanOrEqual(5);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(hostileEvent, (make) => {
        const message = make();
        expect(messageBody(message)).toEqual(expect.any(Object));
        expect(['number', 'undefined']).toContain(typeof responseBytes(message));
      }),
      { numRuns: 1000 },
    );
  });
});
