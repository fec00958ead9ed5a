import { reportWrite, type CircuitWrite } from '../../../runtime/src/circuit-breaker/dynamodb-expressions.ts';
import { isCounter, type Counters } from '../../../runtime/src/circuit-breaker/evidence.ts';
import { PendingReport } from '../../../runtime/src/circuit-breaker/pending-report.ts';
import { SyncSchedule } from '../../../runtime/src/circuit-breaker/sync-schedule.ts';
import { speakingShare } from '../../../runtime/src/circuit-breaker/verdict.ts';
import { uniform, type Random } from '../../../runtime/src/core/random.ts';
import { START_MS } from './commands.ts';

/** An item, as far as its size goes: texts, numbers, and maps of numbers. */
export type SizedItem = Readonly<Record<string, string | number | Readonly<Record<string, number>>>>;

/** Bytes of an item by the rules of DynamoDB: names and texts in UTF-8, a byte for two digits of a number and one more, three for a map. */
export function itemBytes(item: SizedItem): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(item)) {
    bytes += Buffer.byteLength(name);
    if (typeof value === 'string') bytes += Buffer.byteLength(value);
    else if (typeof value === 'number') bytes += numberBytes(value);
    else bytes += 3 + Object.entries(value).reduce((sum, [key, each]) => sum + Buffer.byteLength(key) + numberBytes(each) + 1, 0);
  }
  return bytes;
}

function numberBytes(value: number): number {
  const digits = String(value).replace(/[-.]/g, '').replace(/^0+/, '').replace(/0+$/, '').length;
  return Math.ceil(Math.max(1, digits) / 2) + 1;
}

/** Applies the parts of a write that add to numbers, and those that remove attributes. */
export function applyReport(item: Record<string, number>, write: CircuitWrite): void {
  const { UpdateExpression, ExpressionAttributeNames: names, ExpressionAttributeValues: values } = write;
  const [, adds = ''] = /ADD (.*?)(?: REMOVE |$)/.exec(UpdateExpression) ?? [];
  const [, removes = ''] = /REMOVE (.*)$/.exec(UpdateExpression) ?? [];
  for (const part of adds === '' ? [] : adds.split(', ')) {
    const [alias = '', placeholder = ''] = part.split(' ');
    const name = names[alias] ?? alias;
    item[name] = Math.round(((item[name] ?? 0) + (values[placeholder] as number)) * 1000) / 1000;
  }
  for (const alias of removes === '' ? [] : removes.split(', ')) Reflect.deleteProperty(item, names[alias] ?? alias);
}

/** What a fleet does to its item. */
export interface FleetLoad {
  readonly environments: number;
  readonly callsPerSecond: number;
  /** Share of calls that fail. */
  readonly failures: number;
  /** Share of environments whose calls fail. */
  readonly sick?: number;
}

const NOTHING: Counters = {};
const STEP_MS = 25;
const RUN_MS = 30_000;

/** Runs a fleet that syncs against one item for half a minute, and hands every state of its counters to a visitor. */
export function runFleet({ environments, callsPerSecond, failures, sick = 1 }: FleetLoad, random: Random, visit: (counters: Counters, write: CircuitWrite) => void): void {
  const item: Record<string, number> = {};
  const fleet = Array.from({ length: environments }, (_, index) => ({
    pending: new PendingReport(),
    schedule: new SyncSchedule(10_000, random),
    known: NOTHING,
    nextCallMs: uniform(random, 0, 10_000),
    speaks: random.next() < speakingShare(environments),
    sick: index < sick * environments,
  }));
  for (let ms = 0; ms < RUN_MS; ms += STEP_MS) {
    const nowMs = START_MS + ms;
    for (const each of fleet) {
      if (ms < each.nextCallMs) continue;
      each.nextCallMs = ms - (Math.log(1 - random.next()) * 1000) / callsPerSecond;
      const failed = each.sick && random.next() < failures;
      const due = each.schedule.isDue(nowMs);
      each.pending.record(nowMs, failed ? 1 : 0);
      const hurries = failed && each.speaks && each.schedule.mayHurry(nowMs, environments);
      if (!due && !hurries) continue;
      if (hurries) each.schedule.hurried(nowMs);
      each.schedule.began(nowMs, environments);
      const report = each.pending.take(nowMs, { failed: hurries, votes: hurries, suspects: failed });
      const write = reportWrite(report, { state: { phase: 'closed', generation: START_MS }, counters: each.known, control: undefined }, nowMs);
      applyReport(item, write);
      each.known = Object.fromEntries(Object.entries(item).filter(([name]) => isCounter(name)));
      visit(each.known, write);
    }
  }
}
