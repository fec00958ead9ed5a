import { UNKNOWN_CALL } from '../core/call-context.ts';
import type { Policy } from '../core/gate.ts';
import { callWithin, currentCall, withCall } from '../http-client/index.ts';
import { followRequest } from './follow-request.ts';
import { codeOptions, type Piece, type Workshop } from './workshop.ts';

/** Innermost of all, so that what clients are asked for ends with the attempt. Where there are no clients, nothing follows a request. */
export const requestPiece: Piece = (workshop) => {
  const { options, parts, inbound, sources } = workshop;
  if (parts.clients === undefined || parts.clients.size === 0) return () => [];
  inbound.push(FOLLOWING);
  const kind = prioritised(workshop);
  const { priority, priorityOf } = codeOptions(options[kind]);
  return () => workshop.adapted(kind, () => followRequest({ identity: options.identity, priority, priorityOf }, { clock: sources.clock }));
};

/** The same for functions without Middy: whoever runs an operation says what is known of it. */
const FOLLOWING: Policy = Object.freeze({
  name: 'request',
  execute: async (operation, call = UNKNOWN_CALL) => withCall(callWithin(call, currentCall()), () => operation(call)),
} satisfies Policy);

/** Who has been told how much requests matter. */
function prioritised({ options }: Workshop): 'timeout' | 'loadShedding' {
  const { priority, priorityOf } = codeOptions(options.timeout);
  return priority === undefined && priorityOf === undefined ? 'loadShedding' : 'timeout';
}
