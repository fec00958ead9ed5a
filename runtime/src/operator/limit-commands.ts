import { NO_EVENTS } from '../core/events.ts';
import { StateClient } from '../dynamodb/index.ts';
import { DynamoDbRateLimitStore, type Marks, type RateLimitStore } from '../rate-limit/index.ts';
import { UsageError } from './arguments.ts';
import type { LimitChangeCommand, LimitCommand, LimitTarget } from './limit-arguments.ts';
import { changeKey, storedAfter, type ChangingKey } from './limit-change.ts';
import { listLimits } from './limit-list.ts';
import { partCount } from './limit-parts.ts';
import { detailsOf } from './limit-report.ts';
import { detailsText, kindText, listText, printableKey } from './limit-text.ts';
import { confirmed, EXIT, jsonText, OPERATOR_LIMITS, reportChange, type ExitCode, type OperatorIo } from './session.ts';
import { durationText, instant, printable } from './text.ts';

/** Runs a command about limits. */
export function runLimits(command: LimitCommand, io: OperatorIo): Promise<ExitCode> {
  switch (command.type) {
    case 'list':
      return list(command, io);
    case 'show':
      return showOne(command, io);
    case 'change':
      return change(command, io);
  }
}

async function list(command: LimitCommand & { readonly type: 'list' }, io: OperatorIo): Promise<ExitCode> {
  const { table, json, name } = command;
  const { keys, complete } = await listLimits(command, io.clock.nowMs(), OPERATOR_LIMITS);
  io.write(json ? jsonText({ table, complete, keys }) : listText(keys));
  if (complete) return EXIT.done;
  const remedy = name === undefined ? 'use --name for those of one limit, or show for one key' : 'use show for the others';
  io.writeError(`the table holds more than these ${keys.length} keys, and perhaps more parts of these: ${remedy}\n`);
  return EXIT.done;
}

async function showOne(target: LimitTarget, io: OperatorIo): Promise<ExitCode> {
  const store = storeOf(target, io);
  const { key } = target;
  const read = (part: number) => store.read({ key, part }, { nowMs: io.clock.nowMs() });
  const whole = await read(0);
  if (isUnknown(whole)) throw unknownKey(target);
  const others = Array.from({ length: partCount(whole) - 1 }, (_, index) => read(index + 1));
  return print(target, [whole, ...(await Promise.all(others))], io);
}

async function change(command: LimitChangeCommand, io: OperatorIo): Promise<ExitCode> {
  const { action, key, yes, table, durationMs } = command;
  if (!(await confirmed(`${intention(command)} key ${printableKey(key)} in table ${printable(table)}?`, yes, io))) return EXIT.notDone;
  const nowMs = () => io.clock.nowMs();
  const store = storeOf(command, io);
  const whole = await store.read({ key, part: 0 }, { nowMs: nowMs() });
  // A block of a key that nobody has used yet makes its item.
  if (action !== 'block' && isUnknown(whole)) throw unknownKey(command);
  const untilMs = action === 'block' ? nowMs() + durationMs : 0;
  const changing: ChangingKey = { store, key, nowMs, changed: new Map(), rules: new Map() };
  try {
    await changeKey(changing, action === 'reset' ? { type: 'reset' } : { type: 'block', untilMs }, whole);
  } catch (error) {
    if (changing.changed.size > 0) report(command, changing, 'was changed in these parts only: do it again', io);
    throw error;
  }
  report(command, changing, result(command, changing, untilMs), io);
  return print(command, storedAfter(changing), io);
}

function report({ action, key, table }: LimitChangeCommand, { changed }: ChangingKey, text: string, io: OperatorIo): void {
  const parts = changed.size === 1 ? '1 part' : `${changed.size} parts`;
  reportChange(`limits ${action}`, `key ${printableKey(key)} in table ${table} (${parts}) ${text}`, io);
}

function intention({ action, durationMs }: LimitChangeCommand): string {
  if (action === 'block') return `give no tokens for ${durationText(durationMs)} to callers of`;
  return action === 'unblock' ? 'give tokens again, as far as the limits allow, of' : 'forget all that was taken of';
}

function result({ action }: LimitChangeCommand, { rules }: ChangingKey, untilMs: number): string {
  if (action === 'block') return `is blocked until ${instant(untilMs)} UTC`;
  if (action === 'unblock') return 'is not blocked any more, from now on';
  const kinds = [...rules.values()].map(({ strategy, periodMs }) => kindText({ counts: strategy === 'token-bucket' ? strategy : 'window', periodMs }));
  return kinds.length === 0 ? 'had nothing to forget' : `starts anew from now on: ${kinds.join(', ')}`;
}

function print({ key, json }: LimitTarget, stored: readonly Marks[], io: OperatorIo): ExitCode {
  const details = detailsOf(key, stored, io.clock.nowMs());
  io.write(json ? jsonText(details) : detailsText(details));
  return EXIT.done;
}

function isUnknown(whole: Marks): boolean {
  return Object.keys(whole).length === 0;
}

function unknownKey({ key, table, hashed }: LimitTarget): UsageError {
  const hint = hashed ? 'leave out --hashed unless the limit has hashKeys' : 'list shows the keys there are; add --hashed if the limit has hashKeys';
  return new UsageError(`table ${table} knows no key ${printableKey(key)}: ${hint}`);
}

function storeOf({ table, region, hashed }: LimitTarget, { random }: OperatorIo): RateLimitStore {
  // The store gives its writes the little time that a request of a function has. An operator has more: by a clock that never
  // gets there no deadline comes near, and the limits of the client alone hold.
  const client = new StateClient(table, { clock: { nowMs: () => 0 }, random, sink: NO_EVENTS }, OPERATOR_LIMITS, region);
  return new DynamoDbRateLimitStore(client, random, { hashKeys: hashed });
}
