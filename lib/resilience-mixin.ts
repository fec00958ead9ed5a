import { Mixin } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { protectorOf } from './private/attachment';
import { isFunction } from './private/target';
import { Resilience } from './resilience';
import type { ResilienceOptions } from './resilience-options';

/**
 * `Resilience` as a mixin: `fn.with(new ResilienceMixin({ circuits: { payments: {} } }))`, or `Mixins.of(scope)` for several functions.
 *
 * Functions that something protects already are passed over; one that does not run on Node.js is an error, so choose what a whole
 * scope is searched for. The construct is created in the function, under the id `Resilience`.
 */
export class ResilienceMixin extends Mixin {
  private readonly options: ResilienceOptions;

  /** @param options what protects each function; pass `tables` for functions that are to share their state */
  public constructor(options: ResilienceOptions = {}) {
    super();
    this.options = options;
  }

  /**
   * Whether a construct is a function of this app that nothing protects yet.
   *
   * @param construct the construct
   */
  public override supports(construct: IConstruct): boolean {
    return isFunction(construct) && protectorOf(construct) === undefined;
  }

  /**
   * Protects a function.
   *
   * @param construct the function
   * @throws as `Resilience` does
   */
  public applyTo(construct: IConstruct): void {
    if (isFunction(construct)) new Resilience(construct, 'Resilience', { ...this.options, target: construct });
  }
}
