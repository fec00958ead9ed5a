import type * as events from 'aws-cdk-lib/aws-events';
import { CircuitPhase } from '../circuit-phase';
import { CONTRACT } from './contract';

const { partitionKey: ID, keyPrefix: KEY_PREFIX, attributes } = CONTRACT.tables.circuit;
const { phase: PHASE, generation: GENERATION, control: CONTROL } = attributes;

/** What the events say of themselves, so that rules find them. */
export const EVENT = { source: 'resilient-lambda', detailType: 'Circuit State Changed' } as const;

/** What the value of an attribute has to be, in the words of EventBridge. */
type Condition = readonly (string | { readonly 'anything-but': readonly string[] } | { readonly exists: boolean })[];

/** Conditions by attribute, all of them texts. */
type Conditions = Readonly<Record<string, Condition>>;

const NOTHING: Condition = [{ exists: false }];
const AUTOMATIC: Conditions = { [CONTROL]: NOTHING };

/**
 * Which records of the stream of the circuit table are changes of state. A pattern cannot compare the images of an item before
 * and after a write, so there is one for every phase that may be entered. Under the control of an operator the phase says
 * nothing about the calls, so only that it is taken back is a change: to closed.
 */
export const STREAM_FILTERS: readonly string[] = [
  changed({ [PHASE]: [CircuitPhase.OPEN], ...AUTOMATIC }, { [PHASE]: [{ 'anything-but': [CircuitPhase.OPEN] }] }),
  // There is no item before the first opening, or one that holds counters only.
  changed({ [PHASE]: [CircuitPhase.OPEN], ...AUTOMATIC }, { [PHASE]: NOTHING }),
  changed({ [PHASE]: [CircuitPhase.HALF_OPEN], ...AUTOMATIC }, { [PHASE]: [{ 'anything-but': [CircuitPhase.HALF_OPEN] }] }),
  changed({ [PHASE]: [CircuitPhase.CLOSED], ...AUTOMATIC }, { [PHASE]: [{ 'anything-but': [CircuitPhase.CLOSED] }] }),
  changed({ [PHASE]: [CircuitPhase.CLOSED], ...AUTOMATIC }, { [CONTROL]: [{ exists: true }] }),
];

function changed(after: Conditions, before: Conditions): string {
  return JSON.stringify({ dynamodb: { NewImage: texts(after), OldImage: texts(before) } });
}

function texts(conditions: Conditions): object {
  return Object.fromEntries(Object.entries(conditions).map(([attribute, condition]) => [attribute, { S: condition }]));
}

/** What becomes of a record: the detail of the event. Streams write numbers of items as text, and their own time as a number. */
export const DETAIL_TEMPLATE = `{${[
  `"circuit":"<$.dynamodb.Keys.${ID}.S>"`,
  `"from":"<$.dynamodb.OldImage.${PHASE}.S>"`,
  `"to":"<$.dynamodb.NewImage.${PHASE}.S>"`,
  `"generation":"<$.dynamodb.NewImage.${GENERATION}.N>"`,
  '"at":<$.dynamodb.ApproximateCreationDateTime>',
].join(',')}}`;

/** Which changes a rule is for; undefined stands for all. */
export interface WantedChanges {
  readonly tableArn: string;
  readonly circuits: readonly string[] | undefined;
  readonly to: readonly CircuitPhase[] | undefined;
}

/** The pattern of a rule for changes of the circuits of one table: a bus may carry those of several. */
export function changePattern({ tableArn, circuits, to }: WantedChanges): events.EventPattern {
  const detail = {
    ...(circuits === undefined ? {} : { circuit: circuits.flatMap(keysOf) }),
    ...(to === undefined ? {} : { to: [...to] }),
  };
  return {
    source: [EVENT.source],
    detailType: [EVENT.detailType],
    resources: [tableArn],
    ...(Object.keys(detail).length === 0 ? {} : { detail }),
  };
}

/** The key of a circuit, and the keys of its tenants and operations, which begin with it. */
function keysOf(circuit: string): [string, { readonly prefix: string }] {
  const key = `${KEY_PREFIX}#${circuit}`;
  return [key, { prefix: `${key}#` }];
}
