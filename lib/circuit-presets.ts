import { Duration } from 'aws-cdk-lib';
import type { CircuitOptions } from './circuit-options';
import { CONTRACT } from './private/contract';

const { basic: BASIC, conservative: CONSERVATIVE, aggressive: AGGRESSIVE } = CONTRACT.presets.circuit;

/**
 * Ready-made options of circuits. What is passed in wins over them.
 */
export class CircuitPresets {
  /**
   * A circuit as servers use it: 5 failures in a row, or half of at least 10 calls in 5 minutes.
   *
   * It is open for 60 seconds, and closes after 3 probes that succeed.
   *
   * @param options what is to be different
   * @returns the options of the circuit
   */
  public static basic(options: CircuitOptions = {}): CircuitOptions {
    const { windowDurationMs, openDurationMs, ...rest } = BASIC;
    return { ...rest, windowDuration: Duration.millis(windowDurationMs), openDuration: Duration.millis(openDurationMs), ...options };
  }

  /**
   * For dependencies that must stay reachable: opens late, and tries again soon.
   *
   * @param options what is to be different
   * @returns the options of the circuit
   */
  public static conservative(options: CircuitOptions = {}): CircuitOptions {
    const { openDurationMs, ...rest } = CONSERVATIVE;
    return { ...rest, openDuration: Duration.millis(openDurationMs), ...options };
  }

  /**
   * For dependencies that hurt when they fail: opens early, and stays open for long.
   *
   * @param options what is to be different
   * @returns the options of the circuit
   */
  public static aggressive(options: CircuitOptions = {}): CircuitOptions {
    const { openDurationMs, ...rest } = AGGRESSIVE;
    return { ...rest, openDuration: Duration.millis(openDurationMs), ...options };
  }

  private constructor() {}
}
