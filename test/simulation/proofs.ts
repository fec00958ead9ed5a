import { BULKHEAD_PROOF_CASES } from './bulkhead-proof-cases.ts';
import { DEPENDENCY_PROOF_CASES } from './dependency-proof-cases.ts';
import { renderGoodput } from './goodput-chart.ts';
import { LIMIT_PROOF_CASES } from './limit-proof-cases.ts';
import { PROOF_CASES, type FoundFigures, type ProofCase } from './proof-cases.ts';
import type { CaseResult } from './proof.ts';
import type { PolicyName } from './scenario-rules.ts';
import { SHEDDING_PROOF_CASES } from './shedding-proof-cases.ts';

/** What is claimed of a policy, and what the reader of its results is told. */
export interface Claims {
  readonly cases: readonly ProofCase<FoundFigures>[];
  /** Heading of the page. */
  readonly title: string;
  /** How it was simulated. */
  readonly setting: string;
  /** When a case passes. */
  readonly verdict: string;
  /** A picture of the results, as SVG, and what it shows; undefined where they are not complete. */
  readonly picture?: { readonly title: string; readonly render: (cases: readonly CaseResult[]) => string | undefined };
}

const CIRCUIT_SETTING = `Simulated: the real policy in every execution environment, around the in-memory store that passes the same contract suite as
the DynamoDB store, in virtual time. Requests arrive at random and are handed to any idle environment; one that finds none
waits in line. Calls take 20 to 60 ms, a request to the store 2 to 6 ms. A run takes 180 s; faults last from 60 s to 120 s unless the
scenario says otherwise. Options: an open period of 30 s, everything else as by default. The scenarios are the files of
these names in \`test/simulation/scenarios\`. Start-up is the first 30 s, in which all environments start cold and at once. The
simulated store is never throttled, so what an item would refuse of the writes of start-up is not simulated.`;

const LIMIT_SETTING = `Simulated: the real policy in every execution environment, around the in-memory store that passes the same contract suite as
the DynamoDB store, in virtual time. Requests arrive at random and are handed to any idle environment; one that finds none
waits in line. Calls take 20 to 60 ms, a request to the store 2 to 6 ms. The store throttles writes of one item beyond 1,000 in a
second, and a conditional write that fails counts as one. Everything that is not the limits themselves is as by default. The
scenarios are the files of these names in \`test/simulation/scenarios\`. Start-up is the first 30 s, in which all environments
start cold and at once.

What was admitted is judged by the instants at which calls start, in the one true time, against the limits as declared: by a
referee that shares no arithmetic with the policy. "Beyond a limit" is the largest excess of any key in any stretch of time, for
windows in any window of the epoch.`;

const BULKHEAD_SETTING = `Simulated: the real policy in every execution environment, around the in-memory store that passes the same contract suite as
the DynamoDB store, in virtual time. Requests arrive at random and are handed to any idle environment; one that finds none
waits in line. An environment serves one request at a time unless the scenario says otherwise; the platform ends it after 10 s with one
request. Calls take 100 to 300 ms, a request to the store 2 to 6 ms. The store throttles writes of one item beyond 1,000 in a
second, and a conditional write that fails counts as one. Everything that is not the slots themselves is as by default. The
scenarios are the files of these names in \`test/simulation/scenarios\`.

Calls are counted by a referee that knows nothing of leases: from their true start to their true end, in the one true time. A lease
ends a margin after the deadline of its call; a slot of a crashed holder is in use again when the table next grants a lease in
its place.`;

const SHEDDING_SETTING = `Simulated: the real policy in virtual time, around a processor that does 10 calls at full speed next to each other, 200 in a
second. Beyond that they share it, and every further 10 calls cost all of them 2 % of the work that is done. The processor and the event loop
are busy as far as it is in use. One environment serves up to 500 requests at once, as a container does; what comes beyond that is
dropped. Callers give up after 1 s: what they are answered later is no goodput, but costs as much. Requests come at random: 2 %
critical, 8 % high, 60 % normal, 20 % low, 10 % background unless the scenario says otherwise. Options are as by default unless
the scenario, a file of this name in \`test/simulation/scenarios\`, says otherwise. A run begins cold, and its start counts.`;

const DEPENDENCY_SETTING = `Simulated: the real \`createDependency\` in every execution environment, with all its policies, their clocks, timers and chance,
in virtual time; its circuit, where one is shared, in the in-memory store that passes the same contract suite as the DynamoDB store.
Requests arrive at random, and each makes one call. Requests to the dependency take 20 to 60 ms. Where it has a capacity, it does 4 of
them at full speed next to each other, 100 in a second, twice what arrives; more of them share it. It does not learn that somebody has
given up: what was begun is done. A request that fails is answered with 503. The platform ends an environment after 30 s with one
request, 10 s in the last case. Unless the title says otherwise: 3 attempts, exponential waits from 100 ms with full jitter, and a bucket
of 10 tokens for each environment, which a call fills by a tenth. With a capacity, and where requests hang, an attempt has 500 ms and
only what the title names is on.

A fleet has recovered with the end of the last second of whose requests more than one in ten were not answered with success; "never"
is not by the end of the run, which is 15 s after an outage and at least 35 s after other faults. How often calls were made again is
judged from outside: of each instance of an environment by its calls, and by what a full bucket holds. The scenarios are the files of
these names in \`test/simulation/scenarios\`.`;

const MEDIAN_DECIDES = `A case passes if every requirement holds in the median of its seeds. The worst seed and the share of seeds for which a
requirement holds are shown beside it; where a figure has no requirement it is shown for information.`;

const EVERY_SEED_DECIDES = `A case passes if every requirement holds in the median of its seeds, and those of every seed for each of them. The worst seed
and the share of seeds for which a requirement holds are shown beside it; where a figure has no requirement it is shown for
information.`;

/** The claims, policy by policy. */
export const PROOFS: Readonly<Record<PolicyName, Claims>> = {
  'circuit-breaker': {
    cases: PROOF_CASES,
    title: 'What the circuit breaker does in a fleet',
    setting: CIRCUIT_SETTING,
    verdict: MEDIAN_DECIDES,
  },
  'rate-limit': {
    cases: LIMIT_PROOF_CASES,
    title: 'What the rate limiter does in a fleet',
    setting: LIMIT_SETTING,
    verdict: EVERY_SEED_DECIDES,
  },
  bulkhead: {
    cases: BULKHEAD_PROOF_CASES,
    title: 'What the bulkhead does in a fleet',
    setting: BULKHEAD_SETTING,
    verdict: EVERY_SEED_DECIDES,
  },
  'load-shedding': {
    cases: SHEDDING_PROOF_CASES,
    title: 'What load shedding does in an overload',
    setting: SHEDDING_SETTING,
    verdict: EVERY_SEED_DECIDES,
    picture: { title: 'Goodput over load, with load shedding and without', render: renderGoodput },
  },
  dependency: {
    cases: DEPENDENCY_PROOF_CASES,
    title: 'What timeouts, retries and circuits do for outbound calls of a fleet',
    setting: DEPENDENCY_SETTING,
    verdict: EVERY_SEED_DECIDES,
  },
};
