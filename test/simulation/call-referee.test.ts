import { describe, it, expect } from '@jest/globals';
import { CallReferee } from './call-referee.ts';

describe('the referee of calls', () => {
  it('counts those that run at the same time, of all and of one tenant', () => {
    const referee = new CallReferee();
    referee.started('a', 0);
    referee.started('b', 10);
    referee.started('a', 20);
    referee.ended('a', 30);
    referee.started(undefined, 30);
    expect(referee).toMatchObject({ live: 3, liveMax: 3, liveOfTenantMax: 2 });
    referee.started('c', 40);
    referee.ended('b', 40);
    expect(referee).toMatchObject({ live: 3, liveMax: 4, liveOfTenantMax: 2 });
  });

  it('adds up the time of all of them', () => {
    const referee = new CallReferee();
    referee.started(undefined, 100);
    referee.started(undefined, 150);
    referee.ended(undefined, 250);
    expect(referee.liveMs(300)).toBe(50 + 2 * 100 + 50);
    expect(referee.liveMs(300)).toBe(300);
    const closed = new CallReferee(200);
    closed.started(undefined, 100);
    closed.ended(undefined, 250);
    expect(closed.liveMs(300)).toBe(100);
  });
});
