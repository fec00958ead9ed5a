/** How a limit counts. */
export type RateLimitStrategy = 'token-bucket' | 'sliding-window' | 'fixed-window';

/** One limit of a key, ready to be decided on. */
export interface Rule {
  readonly strategy: RateLimitStrategy;
  /** Tokens per period. */
  readonly limit: number;
  readonly periodMs: number;
  /** Tokens that can be taken at once: the burst of a token bucket less what clocks may disagree on; the limit of a window. */
  readonly capacity: number;
}

/** What is stored for a key: numbers by name, those of each rule ending in its period. */
export type Marks = Readonly<Record<string, number>>;

/** A key of which nothing is stored. */
export const NO_MARKS: Marks = Object.freeze({});

/** What a caller asks of every rule of a key. */
export interface Demand {
  /** Tokens wanted. */
  readonly tokens: number;
  readonly nowMs: number;
  /** Parts into which the key is split: a token costs a part this many times what it costs the whole. */
  readonly shards: number;
  /** How far ahead of now tokens are taken, so that those in hand count against the burst. */
  readonly reserveMs: number;
  /** How much further ahead a bucket is begun that is less used than the reserve: the next ones then find it as they expect. */
  readonly marginMs: number;
  /** Tokens taken before and never spent, which go back in the same step; the oldest first, so that they are worth the most. */
  readonly returned: readonly Returned[];
}

/** Tokens to be given back. */
export interface Returned {
  readonly tokens: number;
  /** Parts into which the key was split when they were taken. */
  readonly shards: number;
  /** What was stored right after they had been taken: it tells to which time they belong. */
  readonly marks: Marks;
  /**
   * The farthest ahead of now that anybody takes tokens of this key: what passes within it has been counted on and does not
   * go back. Default: the reserve of the demand.
   */
  readonly reserveMs?: number | undefined;
}

/** How much of a bucket's time has gone back, before and after a step: a step that hinges on it holds only if none did meanwhile. */
export interface Credit {
  readonly name: string;
  /** Undefined if nothing has gone back yet. */
  readonly from: number | undefined;
  readonly to: number | undefined;
}

/** What one rule makes of a demand: a change of its marks that holds while its condition does. */
export type RuleStep =
  | {
      readonly kind: 'advance';
      readonly tat: string;
      readonly by: number;
      readonly from: number;
      readonly to: number;
      /** Absent if nothing can go back. */
      readonly credit?: Credit;
    }
  | { readonly kind: 'start'; readonly tat: string; readonly at: number; readonly below: number }
  | {
      readonly kind: 'count';
      readonly names: WindowNames;
      readonly add: number;
      readonly window: number;
      readonly least: number;
      readonly most: number;
      readonly mostPrevious: number;
    }
  | { readonly kind: 'roll'; readonly names: WindowNames; readonly count: number; readonly window: number; readonly most: number }
  | { readonly kind: 'open'; readonly names: WindowNames; readonly count: number; readonly window: number; readonly before: number };

/** Under which names a rule of windows is stored. */
export interface WindowNames {
  readonly window: string;
  readonly count: string;
  readonly previous: string;
}
