import { Annotations, type IAspect } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import type { ConfigurationDocument } from './configuration-registry';
import type { DocumentOptions } from './document-options';
import { timeoutMsOf } from './monitored-function';
import { isRecord } from './option-problem';

/** Warns of times that are declared although Lambda ends the invocation before they are over, so that nobody is answered. */
export class LongTimeoutWarning implements IAspect {
  private readonly target: lambda.Function;
  private readonly document: () => ConfigurationDocument;

  /**
   * @param target the function
   * @param document what is declared; asked at the end, when all is
   */
  constructor(target: lambda.Function, document: () => ConfigurationDocument) {
    this.target = target;
    this.document = document;
  }

  visit(node: IConstruct): void {
    if (node !== this.target) return;
    const limitMs = timeoutMsOf(this.target);
    if (limitMs === undefined) return;
    const long = declaredTimes(this.document()).filter(([, ms]) => typeof ms === 'number' && ms >= limitMs);
    if (long.length === 0) return;
    Annotations.of(node).addWarningV2(
      'resilient-lambda:longTimeouts',
      `Lambda ends an invocation after ${limitMs} ms, and these are not below that: ${long.map(([path, ms]) => `${path} (${String(ms)} ms)`).join(', ')}. ` +
        'Set less, or a longer timeout of the function',
    );
  }
}

/** Tokens among them are negative numbers or objects, about which nothing can be said. */
function declaredTimes({ timeout = {}, dependencies = {} }: ConfigurationDocument): [path: string, ms: unknown][] {
  const own: [string, unknown][] = timeout['enabled'] === false ? [] : [
    ['requestTimeout.timeout', timeout['timeoutMs']],
    ...timesIn('requestTimeout.operationTimeouts', timeout['operationTimeoutsMs']),
    ...timesIn('requestTimeout.tenantTimeouts', timeout['tenantTimeoutsMs']),
  ];
  return [...own, ...Object.entries(dependencies).map(([name, { timeoutMs }]: [string, DocumentOptions]): [string, unknown] => [`dependencies.${name}.timeout`, timeoutMs])];
}

function timesIn(path: string, times: unknown): [path: string, ms: unknown][] {
  return isRecord(times) ? Object.entries(times).map(([name, ms]) => [`${path}.${name}`, ms]) : [];
}
