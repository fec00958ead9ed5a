import { ExpectedResult, Match, type IApiCall, type IDeployAssert } from '@aws-cdk/integ-tests-alpha';

const ANSWER = ExpectedResult.objectLike({ StatusCode: 200, Payload: Match.serializedJson({ statusCode: 200, body: 'ok' }) });

const errorOf = (errorMessage: string) =>
  ExpectedResult.objectLike({ FunctionError: 'Unhandled', Payload: Match.serializedJson(Match.objectLike({ errorMessage })) });

/**
 * Invokes the handler of `handlers/paying.mts` behind a circuit that one failure opens: with payments well it answers, its failure comes through, and then
 * payments is not called any more.
 *
 * Returns the last call, for what has to be asserted after it.
 */
export function assertOutage(assertions: IDeployAssert, functionName: string): IApiCall {
  const invoke = (call: object) => assertions.invokeFunction({ functionName, payload: JSON.stringify(call) });
  return invoke({ call: 1 })
    .expect(ANSWER)
    .next(invoke({ call: 2, fail: true }).expect(errorOf('payments is down')))
    .next(invoke({ call: 3 }).expect(errorOf('payments is not called at the moment: its circuit is open')));
}
