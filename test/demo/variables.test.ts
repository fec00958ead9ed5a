import { describe, expect, it } from '@jest/globals';
import { declaredEndpoints, declaredLimit, declaredSlots, declaredTimeoutMs, withEndpoints, withoutSharing } from '../../demo/variables.ts';

const LIMITED = '{"version":1,"limits":{"search":{"limits":[{"limit":20,"periodMs":1000}]},"export":{"limits":[{"limit":6,"periodMs":60000,"burst":2}]}}}';

describe('the variables of a comparison', () => {
  it.each([
    ['{"version":1,"circuits":{"payments":{"openDurationMs":3000}}}', { circuits: { payments: { openDurationMs: 3000, shared: false } } }],
    ['{"version":1,"limits":{"search":{"shared":true,"limits":[]}}}', { limits: { search: { limits: [], shared: false } } }],
    ['{"version":1,"bulkheads":{"a":{}},"loadShedding":{"maxEventAgeMs":10}}', { bulkheads: { a: { shared: false } }, loadShedding: { maxEventAgeMs: 10 } }],
    ['{"version":1,"circuits":{"a":{}},"limits":{"b":{}}}', { circuits: { a: { shared: false } }, limits: { b: { shared: false } } }],
  ])('of %s are the same, but nothing is shared', (config, unshared) => {
    const { RESILIENCE_CONFIG = '', OTHER } = withoutSharing({ RESILIENCE_CONFIG: config, OTHER: 'kept' });
    expect(JSON.parse(RESILIENCE_CONFIG)).toEqual({ version: 1, ...unshared });
    expect(OTHER).toBe('kept');
  });
});

describe('the limit that a comparison is measured against', () => {
  it('is the one that the stack declares', () => {
    expect(declaredLimit({ RESILIENCE_CONFIG: LIMITED }, 'export')).toEqual({ limit: 6, periodMs: 60_000, burst: 2 });
  });

  it('has a burst of its own size unless it says otherwise', () => {
    expect(declaredLimit({ RESILIENCE_CONFIG: LIMITED }, 'search')).toEqual({ limit: 20, periodMs: 1000, burst: 20 });
  });

  it('is missed by name', () => {
    expect(() => declaredLimit({ RESILIENCE_CONFIG: '{"version":1,"circuits":{}}' }, 'search')).toThrow('declares no limit named search');
  });
});

describe('the slots that a comparison is measured against', () => {
  it('are those that the stack declares', () => {
    expect(declaredSlots({ RESILIENCE_CONFIG: '{"version":1,"bulkheads":{"reports":{"maxConcurrent":3}}}' }, 'reports')).toBe(3);
  });

  it('are missed by name', () => {
    expect(() => declaredSlots({ RESILIENCE_CONFIG: '{"version":1,"circuits":{}}' }, 'reports')).toThrow('declares no bulkhead named reports');
  });
});

describe('the dependency that a comparison calls', () => {
  const RESILIENCE_CONFIG = '{"version":1,"timeout":{"timeoutMs":1000},"dependencies":{"carrier":{"endpoints":["https://a.example.com"],"timeoutMs":800},"post":{"baseUrl":"https://b.example.com"}}}';

  it('has the addresses that the stack declares', () => {
    expect(declaredEndpoints({ RESILIENCE_CONFIG }, 'carrier')).toEqual(['https://a.example.com']);
  });

  it('is moved elsewhere, and nothing else is changed', () => {
    const moved = withEndpoints({ RESILIENCE_CONFIG, OTHER: 'kept' }, 'carrier', ['http://127.0.0.1:1', 'http://127.0.0.1:2']);
    expect(JSON.parse(moved['RESILIENCE_CONFIG'] ?? '')).toEqual({
      version: 1,
      timeout: { timeoutMs: 1000 },
      dependencies: { carrier: { endpoints: ['http://127.0.0.1:1', 'http://127.0.0.1:2'], timeoutMs: 800 }, post: { baseUrl: 'https://b.example.com' } },
    });
    expect(moved['OTHER']).toBe('kept');
  });

  it.each(['post', 'pigeon'])('is missed if it is %s, which has no endpoints', (name) => {
    const message = `declares no dependency named ${name} with endpoints`;
    expect(() => declaredEndpoints({ RESILIENCE_CONFIG }, name)).toThrow(message);
    expect(() => withEndpoints({ RESILIENCE_CONFIG }, name, [])).toThrow(message);
  });

  it('is called within the time that the stack gives a request', () => {
    expect(declaredTimeoutMs({ RESILIENCE_CONFIG })).toBe(1000);
    expect(() => declaredTimeoutMs({ RESILIENCE_CONFIG: '{"version":1,"timeout":{}}' })).toThrow('declares no timeout of requests');
  });
});
