import { AspectPriority, Aspects, type IAspect } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import { BulkheadEnforcement } from '../bulkhead-enums';
import type { BulkheadOptions } from '../bulkhead-options';
import type { DocumentOptions } from './document-options';
import { isMapping, readsFrom } from './event-sources';
import { outline } from './option-problem';

const { RUNTIME, RESERVED_CONCURRENCY, EVENT_SOURCES } = BulkheadEnforcement;

/** What a bulkhead that the platform keeps has beside what the runtime knows. */
export function platformPart({ enforcement = RUNTIME }: BulkheadOptions): DocumentOptions {
  return enforcement === RUNTIME ? {} : { enforcement };
}

/** Whether the runtime keeps a bulkhead. */
export function isKeptByRuntime({ enforcement }: DocumentOptions): boolean {
  return enforcement === undefined;
}

/** The bulkheads of a function that Lambda keeps. */
export class PlatformBulkheads {
  private readonly owner: IConstruct;
  private readonly target: lambda.Function;
  private readonly kept = new Map<string, unknown>();

  /**
   * @param owner the construct that protects the function
   * @param target the function
   */
  constructor(owner: IConstruct, target: lambda.Function) {
    this.owner = owner;
    this.target = target;
  }

  /**
   * Lets Lambda keep a bulkhead; once it does, nothing more happens.
   *
   * @param name the bulkhead's name
   * @param options its options, which have been checked
   * @throws if the function is limited already in the same way
   */
  keep(name: string, { enabled, enforcement, maxConcurrent }: DocumentOptions): void {
    if (enabled === false || this.kept.has(name)) return;
    if (enforcement === RESERVED_CONCURRENCY) this.reserve(name, maxConcurrent as number);
    if (enforcement === EVENT_SOURCES) this.limitSources(name, maxConcurrent as number);
    this.kept.set(name, enforcement);
  }

  private reserve(name: string, maxConcurrent: number): void {
    const resource = this.target.node.defaultChild as lambda.CfnFunction;
    const { reservedConcurrentExecutions: present } = resource;
    if (present !== undefined && present !== maxConcurrent) {
      throw new Error(
        `bulkheads.${name}.maxConcurrent of ${this.owner.node.path} is ${outline(maxConcurrent)}, although reservedConcurrentExecutions of ` +
          `${this.target.node.path} is ${outline(present)} already: leave one of the two out`,
      );
    }
    resource.reservedConcurrentExecutions = maxConcurrent;
  }

  private limitSources(name: string, maximumConcurrency: number): void {
    const [other] = [...this.kept].find(([, enforcement]) => enforcement === EVENT_SOURCES) ?? [];
    if (other !== undefined) {
      throw new Error(`bulkheads.${name} of ${this.owner.node.path} is for the event sources, as bulkheads.${other} is already: declare one of the two`);
    }
    const limit = new SourceLimit(maximumConcurrency);
    Aspects.of(this.target).add(limit, { priority: AspectPriority.MUTATING });
    const path = this.owner.node.path;
    this.target.node.addValidation({
      validate: () => (limit.hasSource ? [] : [`bulkheads.${name} of ${path} limits nothing, because the function reads no queue: ${REMEDY}`]),
    });
  }
}

const REMEDY = 'add the queue with addEventSource, or choose another enforcement';

/** Limits what Lambda reads from queues, unless a limit is set already. */
class SourceLimit implements IAspect {
  hasSource = false;
  private readonly maximumConcurrency: number;

  constructor(maximumConcurrency: number) {
    this.maximumConcurrency = maximumConcurrency;
  }

  visit(node: IConstruct): void {
    if (!isMapping(node) || !readsFrom(node, 'sqs')) return;
    this.hasSource = true;
    // Pollers that are provisioned are a limit of their own, and Lambda takes no two.
    if (node.scalingConfig !== undefined || node.provisionedPollerConfig !== undefined) return;
    node.scalingConfig = { maximumConcurrency: this.maximumConcurrency };
  }
}
