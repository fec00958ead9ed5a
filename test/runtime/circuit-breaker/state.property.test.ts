import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  decide,
  liveProbes,
  NEW_CIRCUIT,
  type CircuitCommand,
  type CircuitDecision,
  type CircuitState,
} from '../../../runtime/src/circuit-breaker/state.ts';
import { commandOf, runs, START_MS } from './commands.ts';

/** One command of a run and what came of it. */
interface Turn extends CircuitDecision {
  readonly command: CircuitCommand;
  readonly nowMs: number;
  readonly maxProbes: number;
}

const LENGTH = 60;
const PARAMETERS = { numRuns: 1000, seed: 20_260_101 };

/** Asserts something of every turn of random runs, and that the runs reached what is asserted. */
function inEveryRun(check: (turn: Turn, turns: readonly Turn[]) => boolean): void {
  let checked = 0;
  fc.assert(
    fc.property(runs(LENGTH), ({ steps, maxProbes }) => {
      const turns: Turn[] = [];
      let state: CircuitState = NEW_CIRCUIT;
      let nowMs = START_MS;
      for (const step of steps) {
        nowMs += step.afterMs;
        const command = commandOf(step, state, nowMs, maxProbes);
        const turn: Turn = { ...decide(state, command, nowMs), command, nowMs, maxProbes };
        turns.push(turn);
        if (check(turn, turns)) checked += 1;
        state = turn.state;
      }
    }),
    PARAMETERS,
  );
  // A property whose case never comes up proves nothing (PX-18).
  expect(checked).toBeGreaterThan(100);
}

describe('a circuit under random commands', () => {
  it('has a generation that never falls and changes exactly with the phase or the round', () => {
    inEveryRun(({ previous, state, command, accepted, nowMs }) => {
      expect(state.generation).toBeGreaterThanOrEqual(previous.generation);
      const changed = state.phase !== previous.phase || (accepted && beginsRound(command, previous, nowMs));
      expect(state.generation > previous.generation).toBe(changed);
      return changed;
    });
  });

  it('never has more live probes than places (PCB-01)', () => {
    inEveryRun(({ state, nowMs, maxProbes }) => {
      if (state.phase !== 'half_open') return false;
      const live = Object.keys(liveProbes(state, nowMs)).length;
      expect(live).toBeLessThanOrEqual(maxProbes);
      return live === maxProbes;
    });
  });

  it('takes no place from a probe that is out, and forgets all successes, when a new round begins (PCB-01)', () => {
    inEveryRun(({ previous, state, command, accepted, nowMs }) => {
      if (previous.phase !== 'half_open' || !accepted || !beginsRound(command, previous, nowMs)) return false;
      expect(state).toMatchObject({ phase: 'half_open', successes: 0, opens: previous.opens, probes: liveProbes(previous, nowMs) });
      return Object.keys(liveProbes(previous, nowMs)).length > 0;
    });
  });

  it('counts how often it has opened without closing in between', () => {
    inEveryRun(({ previous, state }) => {
      const before = previous.phase === 'closed' ? 0 : previous.opens;
      const opened = state.phase === 'open' && previous.phase !== 'open';
      if (state.phase !== 'closed') expect(state.opens).toBe(opened ? before + 1 : before);
      return opened && before > 0;
    });
  });

  it('grants no probe before the open period has ended', () => {
    inEveryRun(({ previous, command, accepted, nowMs }) => {
      if (previous.phase !== 'open' || command.type !== 'claim_probe') return false;
      expect(accepted).toBe(nowMs >= previous.openUntilMs);
      return !accepted;
    });
  });

  it('drops what belongs to another generation (PX-05)', () => {
    inEveryRun(({ previous, command, accepted }) => {
      if (command.type === 'claim_probe' || command.generation === previous.generation) return false;
      expect(accepted).toBe(false);
      return true;
    });
  });

  it('drops reports under a lease that has ended or was never given (PX-04)', () => {
    inEveryRun(({ previous, command, accepted, nowMs }) => {
      if (previous.phase !== 'half_open' || command.type !== 'settle_probe') return false;
      if (command.leaseId in liveProbes(previous, nowMs)) return false;
      expect(accepted).toBe(false);
      return true;
    });
  });

  it('returns the very same state when it refuses', () => {
    inEveryRun(({ previous, state, accepted }) => {
      if (!accepted) expect(state).toBe(previous);
      return !accepted;
    });
  });

  it('only frees the place of a probe whose result is ignored', () => {
    inEveryRun(({ previous, command, state, accepted }) => {
      if (!accepted || previous.phase !== 'half_open') return false;
      if (command.type !== 'settle_probe' || command.result !== 'ignored') return false;
      const { [command.leaseId]: _freed, ...probes } = previous.probes;
      expect(state).toStrictEqual({ ...previous, probes });
      return true;
    });
  });

  it('closes only after enough successes of one generation', () => {
    inEveryRun(({ command, previous, state }, turns) => {
      if (state.phase !== 'closed' || previous.phase === 'closed' || command.type !== 'settle_probe') return false;
      const successes = turns.filter(
        (turn) => turn.accepted && turn.previous.generation === previous.generation && reportsSuccess(turn.command),
      );
      expect(successes.length).toBeGreaterThanOrEqual(command.successThreshold);
      return true;
    });
  });

  it('opens again on every failure that counts (CB-11)', () => {
    inEveryRun(({ command, previous, state, accepted }) => {
      if (!accepted || command.type !== 'settle_probe' || command.result !== 'failure') return false;
      expect(previous.phase).toBe('half_open');
      expect(state).toMatchObject({ phase: 'open', openUntilMs: command.openUntilMs });
      return true;
    });
  });

  it('survives JSON: the copy decides the same', () => {
    inEveryRun(({ command, previous, state, accepted, nowMs }) => {
      const copy = JSON.parse(JSON.stringify(previous)) as CircuitState;
      expect(decide(copy, command, nowMs)).toStrictEqual({ accepted, previous, state });
      return accepted;
    });
  });

  it('takes no harm from a command that is repeated: it changes nothing a second time', () => {
    inEveryRun(({ command, state, accepted, nowMs }) => {
      if (!accepted) return false;
      const again = decide(state, command, nowMs);
      // A claim whose lease had ended before it began may be granted again; nobody can use it.
      if (command.type !== 'claim_probe' || command.leaseUntilMs > nowMs) expect(again.state).toBe(state);
      return true;
    });
  });
});

/** Whether a claim that is accepted begins a new round of probes, because the last one has come to no decision. */
function beginsRound(command: CircuitCommand, previous: CircuitState, nowMs: number): boolean {
  if (command.type !== 'claim_probe' || previous.phase !== 'half_open') return false;
  return nowMs - previous.generation >= command.roundMs && !(command.leaseId in liveProbes(previous, nowMs));
}

function reportsSuccess(command: CircuitCommand): boolean {
  return command.type === 'settle_probe' && command.result === 'success';
}
