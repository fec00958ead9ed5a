import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  decide,
  endedLeases,
  endedToPass,
  leaseEndMs,
  leaseId,
  leaseText,
  mayRelease,
  NO_LEASES,
  released,
  withLease,
  withoutLeases,
  type AcquireCommand,
  type Leases,
} from '../../../runtime/src/bulkhead/lease-state.ts';
import { quota, START_MS } from './part-under-test.ts';

const SIZE = 4;
const LIMITS = { tenant: 2, operation: 3 };
const MARGIN_MS = 50;

/** What one environment does next; the leases of a crash are never given back. */
interface Step {
  readonly environment: number;
  readonly kind: 'acquire' | 'reply lost' | 'repeat' | 'release' | 'release twice' | 'crash' | 'remove ended';
  readonly tenant: number;
  readonly lastsMs: number;
  readonly passMs: number;
}

const STEPS = fc.array(
  fc.record<Step>({
    environment: fc.nat(3),
    kind: fc.constantFrom('acquire', 'acquire', 'acquire', 'reply lost', 'repeat', 'release', 'release twice', 'crash', 'remove ended'),
    tenant: fc.nat(1),
    lastsMs: fc.integer({ min: 1, max: 200 }),
    passMs: fc.integer({ min: 0, max: 60 }),
  }),
  { maxLength: 80 },
);
/** How far each clock is ahead: any two differ by less than the margin. */
const SKEWS = fc.array(fc.integer({ min: 0, max: MARGIN_MS - 1 }), { minLength: 4, maxLength: 4 });

/** A slot as its holder sees it. */
interface Holder {
  readonly command: AcquireCommand;
  readonly environment: number;
  /** The end of its call, in true time. */
  readonly deadlineMs: number;
  state: 'unknown' | 'held' | 'over';
}

class Fleet {
  readonly holders: Holder[] = [];
  readonly #skewsMs: readonly number[];
  leases: Leases = NO_LEASES;
  nowMs = START_MS;

  constructor(skewsMs: readonly number[]) {
    this.#skewsMs = skewsMs;
  }

  step({ environment, kind, tenant, lastsMs, passMs }: Step): void {
    this.nowMs += passMs;
    const clockMs = this.nowMs + (this.#skewsMs[environment] ?? 0);
    const own = this.holders.findLast((holder) => holder.environment === environment && holder.state !== 'over');
    if (kind === 'remove ended') this.leases = withoutLeases(this.leases, endedLeases(this.leases, clockMs));
    else if (kind === 'repeat') {
      if (own?.state === 'unknown') this.#ask(own, clockMs, true);
    } else if (kind === 'acquire' || kind === 'reply lost') {
      const scopes = [quota(`tenant:${tenant}`, LIMITS.tenant), quota('operation:x', LIMITS.operation)];
      const lease = leaseText(clockMs + lastsMs + MARGIN_MS, `id${this.holders.length}`);
      const holder: Holder = { command: { lease, size: SIZE, adaptive: false, scopes, nowMs: clockMs }, environment, deadlineMs: this.nowMs + lastsMs, state: 'unknown' };
      this.holders.push(holder);
      this.#ask(holder, clockMs, kind === 'acquire');
    } else if (own !== undefined) {
      own.state = 'over';
      for (let times = kind === 'crash' ? 0 : kind === 'release' ? 1 : 2; times > 0; times -= 1) this.#release(own);
    }
  }

  /** Those who have their slot and whose call has not come to its end, by tenant and in all. */
  live(): Holder[] {
    return this.holders.filter(({ state, deadlineMs }) => state === 'held' && this.nowMs <= deadlineMs);
  }

  #ask(holder: Holder, clockMs: number, isAnswered: boolean): void {
    const command = { ...holder.command, nowMs: clockMs };
    const { outcome } = decide(this.leases, command);
    if (outcome === 'room') this.leases = withLease(this.leases, command);
    if (isAnswered) holder.state = outcome === 'full' ? 'over' : 'held';
  }

  #release({ command: { lease, scopes } }: Holder): void {
    const command = { lease, scopes: scopes.map(({ name }) => name), resize: undefined };
    if (mayRelease(this.leases, command)) this.leases = released(this.leases, command);
  }
}

describe('the leases of a part', () => {
  it('never let more calls run than there are slots, in any scope, whatever is lost, repeated, late or skewed (PX-04, PX-05, PX-19)', () => {
    let most = 0;
    fc.assert(
      fc.property(STEPS, SKEWS, (steps, skews) => {
        const fleet = new Fleet(skews);
        for (const step of steps) {
          fleet.step(step);
          const live = fleet.live();
          most = Math.max(most, live.length);
          for (const tenant of ['tenant:0', 'tenant:1']) {
            expect(live.filter(({ command }) => command.scopes[0]?.name === tenant).length).toBeLessThanOrEqual(LIMITS.tenant);
          }
          expect(live.length).toBeLessThanOrEqual(LIMITS.operation);
        }
      }),
      { numRuns: 2000 },
    );
    expect(most).toBe(LIMITS.operation);
  });

  it('are all free again when they have ended, whatever has happened before (PX-04)', () => {
    fc.assert(
      fc.property(STEPS, SKEWS, (steps, skews) => {
        const fleet = new Fleet(skews);
        for (const step of steps) fleet.step(step);
        const nowMs = fleet.nowMs + 1000;
        let { leases } = fleet;
        for (let index = 0; index < SIZE; index += 1) {
          const command = { lease: leaseText(nowMs + 1000, `new${index}`), size: SIZE, adaptive: false, scopes: [quota(`tenant:${index % 2}`, LIMITS.tenant)], nowMs };
          expect(decide(leases, command).outcome).toBe('room');
          expect(endedToPass(leases, command, 1000)).toBeDefined();
          leases = withLease(leases, command);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('are told apart from their ids, and their ends read back, until the year 2059', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 36 ** 8 - 1 }), fc.stringMatching(/^[0-9a-z]{7}$/), (endsAtMs, id) => {
        const text = leaseText(endsAtMs, id);
        expect(leaseEndMs(text)).toBe(endsAtMs);
        expect(leaseId(text)).toBe(id);
      }),
    );
    expect(leaseEndMs(leaseText(Infinity, 'x'))).toBe(36 ** 8 - 1);
    expect(leaseEndMs('%')).toBe(0);
  });

  it('name only as many ended leases as are in the way, those of the own scopes first', () => {
    const wish = (id: string, tenant: string, nowMs = START_MS): AcquireCommand => ({ lease: leaseText(nowMs + 100, id), size: 3, adaptive: false, scopes: [quota(`tenant:${tenant}`, 1)], nowMs });
    let leases = withLease(withLease(NO_LEASES, wish('1', 'b')), wish('2', 'a'));
    const later = wish('3', 'a', START_MS + 100);
    expect(endedToPass(leases, { ...later, scopes: [] }, 16)).toStrictEqual([]);
    expect(endedToPass(leases, later, 1)).toStrictEqual([leaseText(START_MS + 100, '2')]);
    leases = withLease(leases, { ...wish('4', 'c'), scopes: [] });
    expect(endedToPass(leases, { ...later, scopes: [], size: 1 }, 1)).toBeUndefined();
  });
});
