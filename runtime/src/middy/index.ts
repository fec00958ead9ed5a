export { answerRefusals } from './answer-refusals.ts';
export { describeCaller, type CallerIdentity, type IamField, type IdentitySource } from './caller.ts';
export { describeCall, type CallDescription } from './describe.ts';
export { eventKind, operationOf, type EventKind } from './event-source.ts';
export { resilientExecutionMode } from './execution-mode.ts';
export { gateMiddleware, type GateMiddleware, type GateMiddlewareOptions } from './gate-middleware.ts';
export { httpAnswer, isHttpEvent, type HttpAnswer } from './http.ts';
export { middy } from './middy.ts';
export { timedExecutionMode, type OnStage, type Stage } from './timed-execution-mode.ts';
