import { describe, expect, it } from '@jest/globals';
import { loggedError } from '../../../runtime/src/core/logged-error.ts';
import { CONTRACT } from '../../../runtime/src/contract/contract.ts';
import { logEventOf, LogLines, type ConsoleLike } from '../../../runtime/src/core/log-lines.ts';
import { eventsIn, RecordingTarget } from './recording-target.ts';

const SECONDS = 1000;

/** The events that are other lines than their type says; the others are lines of their own type. */
const MARKED: Readonly<Record<string, object>> = {
  'circuit.opened': { type: 'circuit.state_changed', to: 'open' },
  'circuit.half_opened': { type: 'circuit.state_changed', to: 'half_open' },
  'circuit.closed': { type: 'circuit.state_changed', to: 'closed' },
  'health.check_failed': { type: 'health.checked', status: 'unhealthy' },
  'health.unhealthy': { type: 'health.changed', to: 'unhealthy' },
  'health.healthy': { type: 'health.changed', to: 'healthy' },
  'request.failed': { type: 'request.completed', result: 'error' },
  'request.completed': { type: 'request.completed', result: 'success' },
};

const LOGS = Object.entries(CONTRACT.logs).map(([logEvent, line]) => ({ logEvent, ...line }));

/** An event with a value for every field that its line has, and with others that it does not have. */
function eventFor(logEvent: string, atMs = 0, name = 'payments') {
  const fields: readonly string[] = LOGS.find((line) => line.logEvent === logEvent)!.fields;
  const values = Object.fromEntries(fields.map((field) => [field, `value of ${field}`]));
  return { type: logEvent, ...values, ...MARKED[logEvent], name, atMs, password: 'hunter2', phase2: 1 };
}

const refusal = (atMs: number, name = 'payments') => ({ type: 'circuit.refused', name, atMs, retryAfterMs: atMs });

function detailed() {
  const target = new RecordingTarget();
  return { target, lines: new LogLines(target, 'detailed') };
}

function essential() {
  const target = new RecordingTarget();
  return { target, lines: new LogLines(target, 'essential') };
}

describe('a line', () => {
  it.each(LOGS)('$logEvent has the level, the message and the fields of the contract, and nothing else', ({ logEvent, level, message, fields }) => {
    const { target, lines } = detailed();
    const event: Readonly<Record<string, unknown>> = eventFor(logEvent);
    lines.write(eventFor(logEvent));
    const values = Object.fromEntries(fields.map((field) => [field, field === 'error' ? loggedError(event[field]) : event[field]]));
    expect(target.lines).toEqual([{ level, entry: { message, event: logEvent, name: 'payments', ...values }, atMs: 0 }]);
  });

  it.each(LOGS)('$logEvent leaves out fields that its event does not have', ({ logEvent, message }) => {
    const { target, lines } = detailed();
    lines.write({ type: logEvent, name: 'payments', ...MARKED[logEvent], atMs: 0 });
    const { message: written, event, name } = target.lines[0]!.entry;
    expect({ written, event, name }).toEqual({ written: message, event: logEvent, name: 'payments' });
    expect(Object.values(target.lines[0]!.entry)).not.toContain(undefined);
  });

  it.each(LOGS.filter(({ detail }) => detail === 'detailed'))('$logEvent is written at the detailed level alone', ({ logEvent }) => {
    const { target, lines } = essential();
    lines.write(eventFor(logEvent));
    lines.flush(Infinity);
    expect(target.lines).toEqual([]);
    expect([lines.written, lines.suppressed]).toEqual([0, 0]);
  });

  it.each(LOGS.filter(({ detail }) => detail === 'essential'))('$logEvent is written at the essential level too', ({ logEvent }) => {
    const { target, lines } = essential();
    lines.write(eventFor(logEvent));
    expect(target.lines).toHaveLength(1);
  });
});

describe('events that are worth no line', () => {
  it.each([
    ['that nobody has heard of', { type: 'unheard.of' }],
    ['about a call that a limit admitted', { type: 'limit.admitted' }],
    ['about a health request', { type: 'health.answered' }],
    ['about a check that found all well', { type: 'health.checked', status: 'healthy' }],
    ['about a check that works, but not as it should', { type: 'health.checked', status: 'degraded' }],
    ['about a request that is not in the sample', { type: 'request.completed', result: 'success', sampled: false }],
    ['about a circuit in a phase that there is not', { type: 'circuit.state_changed', to: 'ajar' }],
    ['with the name of a member of every object', { type: 'constructor' }],
    ['with the name of the prototype', { type: '__proto__' }],
    ['to a phase with the name of a member', { type: 'circuit.state_changed', to: 'constructor' }],
  ])('are those %s', (_which, event) => {
    expect(logEventOf({ name: 'payments', atMs: 0, ...event })).toBeUndefined();
  });

  it('a request that failed has its line, whether it is in the sample or not', () => {
    expect(logEventOf({ type: 'request.completed', name: 'checkout', atMs: 0, ...{ result: 'error', sampled: false } })).toBe('request.failed');
  });
});

describe('rare events', () => {
  it.each(LOGS.filter(({ intervalMs }) => intervalMs === 0))('$logEvent has a line for each', ({ logEvent }) => {
    const { target, lines } = detailed();
    for (let count = 0; count < 5; count += 1) lines.write(eventFor(logEvent, 7));
    expect(target.lines).toHaveLength(5);
    expect(lines).toMatchObject({ written: 5, suppressed: 0 });
  });
});

describe('frequent events', () => {
  it.each(LOGS.filter(({ intervalMs }) => intervalMs > 0))('$logEvent has one line per interval and name, which counts the others', ({ logEvent, intervalMs }) => {
    const { target, lines } = detailed();
    for (const atMs of [0, 1, intervalMs - 1, intervalMs, intervalMs + 1]) {
      lines.write(eventFor(logEvent, atMs));
      lines.write(eventFor(logEvent, atMs, 'stock'));
    }
    expect(target.lines.map(({ entry }) => [entry['name'], entry['suppressed']])).toEqual([
      ['payments', undefined],
      ['stock', undefined],
      ['payments', 2],
      ['stock', 2],
    ]);
  });

  it('are counted by the interval from the last line, not from the last event', () => {
    const { target, lines } = essential();
    for (const atMs of [0, 9999, 10_000, 19_999, 20_000]) lines.write(refusal(atMs));
    expect(target.lines.map(({ entry }) => entry['retryAfterMs'])).toEqual([0, 10_000, 20_000]);
  });

  it('of different kinds have lines of their own', () => {
    const { target, lines } = essential();
    for (const type of ['circuit.refused', 'circuit.fallback', 'limit.refused', 'circuit.refused']) lines.write({ type, name: 'payments', atMs: 0 });
    expect(target.lines.map(({ entry }) => entry['event'])).toEqual(['circuit.refused', 'circuit.fallback', 'limit.refused']);
  });

  it('are told of after the storm too: the last of them, and how many more there were (POB-06)', () => {
    const { target, lines } = essential();
    for (let atMs = 0; atMs < 100; atMs += 1) lines.write(refusal(atMs));
    lines.flush(9999);
    expect(target.lines).toHaveLength(1);
    lines.flush(10 * SECONDS);
    lines.flush(60 * SECONDS);
    expect(target.lines.map(({ entry }) => [entry['retryAfterMs'], entry['suppressed']])).toEqual([[0, undefined], [99, 98]]);
    expect(lines).toMatchObject({ written: 2, suppressed: 98 });
  });

  it('that were told of at a flush have no line again before their interval is over', () => {
    const { target, lines } = essential();
    for (const atMs of [0, 1]) lines.write(refusal(atMs));
    lines.flush(15 * SECONDS);
    lines.write(refusal(24_999));
    expect(target.lines).toHaveLength(2);
    lines.write(refusal(25_000));
    expect(target.lines.map(({ entry }) => entry['suppressed'])).toEqual([undefined, undefined, 1]);
  });

  it('that happen once leave nothing for a flush', () => {
    const { target, lines } = essential();
    lines.write(refusal(0));
    lines.flush(Infinity);
    expect(target.lines).toHaveLength(1);
  });

  it('have at most 1,000 names that are told apart, and one line for all others (POB-01)', () => {
    const { target, lines } = essential();
    for (let round = 0; round < 3; round += 1) {
      for (let name = 0; name < 5000; name += 1) lines.write(refusal(round, `host-${name}`));
    }
    expect(target.lines).toHaveLength(1001);
    lines.flush(10 * SECONDS);
    expect(target.lines).toHaveLength(2002);
    expect(eventsIn(target.lines)).toBe(15_000);
    expect(lines.written + lines.suppressed).toBe(15_000);
  });
});

describe('a target', () => {
  const partial = (): { target: ConsoleLike; written: string[] } => {
    const written: string[] = [];
    return { target: { info: () => written.push('info'), warn: () => written.push('warn') }, written };
  };

  it('without debug gets no such lines, and they do not count as written', () => {
    const { target, written } = partial();
    const lines = new LogLines(target, 'detailed');
    lines.write(eventFor('circuit.success'));
    expect(written).toEqual([]);
    expect(lines.written).toBe(0);
  });

  it('without error gets errors as warnings', () => {
    const { target, written } = partial();
    new LogLines(target, 'detailed').write(eventFor('request.failed'));
    expect(written).toEqual(['warn']);
  });

  it('is called with its own `this`', () => {
    const target = new RecordingTarget();
    for (const { logEvent } of LOGS) new LogLines(target, 'detailed').write(eventFor(logEvent));
    expect(new Set(target.lines.map(({ level }) => level))).toEqual(new Set(['debug', 'info', 'warn', 'error']));
  });

  it('that throws loses its line, not the count that follows', () => {
    const target = new RecordingTarget();
    let isFull = true;
    const lines = new LogLines({ info: () => undefined, warn: (entry) => (isFull ? void fail() : target.warn(entry)) }, 'essential');
    expect(() => lines.write(refusal(0))).toThrow('the disk is full');
    isFull = false;
    for (const atMs of [1, 2, 10_000]) lines.write(refusal(atMs));
    expect(target.lines.map(({ entry }) => entry['suppressed'])).toEqual([2]);
  });
});

function fail(): never {
  throw new Error('the disk is full');
}
