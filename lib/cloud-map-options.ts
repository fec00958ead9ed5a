import type { Duration } from 'aws-cdk-lib';
import type * as servicediscovery from 'aws-cdk-lib/aws-servicediscovery';
import type { CloudMapScheme } from './dependency-enums';

/**
 * A service in AWS Cloud Map, at whose instances a dependency is called.
 *
 * The function may look up the instances of this service, and nothing else. Its code has to bring who asks: `cloudMapClient()` of
 * `resilient-lambda-runtime/cloud-map`, so that only bundles that need it hold that client of the AWS SDK.
 *
 * Values are checked when the dependency is declared; tokens are left to the runtime, which checks them when it starts.
 */
export interface CloudMapOptions {
  /**
   * The service, in the account and Region of the function.
   *
   * One of a namespace that shares its name with another one needs `cloudMap` in the code, with the HTTP name of the namespace.
   */
  readonly service: servicediscovery.IService;

  /**
   * Path under which all instances serve, such as `/v1`: without query and fragment.
   *
   * @default - none
   */
  readonly path?: string;

  /**
   * Scheme of all addresses.
   *
   * @default CloudMapScheme.HTTP
   */
  readonly scheme?: CloudMapScheme;

  /**
   * Port of instances that are registered without one; 0 means that of the scheme.
   *
   * A whole number from 0 to 65535.
   *
   * @default 0
   */
  readonly port?: number;

  /**
   * How long an answer counts as fresh; up to a fifth less by chance.
   *
   * A whole number of milliseconds from 100 to 3600000.
   *
   * @default Duration.seconds(5)
   */
  readonly cache?: Duration;

  /**
   * How old the last answer may be while there is no fresh one.
   *
   * A whole number of milliseconds from 1000 to 86400000.
   *
   * @default Duration.seconds(300)
   */
  readonly maxStale?: Duration;

  /**
   * Age of the attribute `heartbeatAtMs` beyond which an instance is dead; 0 means that nobody looks.
   *
   * A whole number of milliseconds from 0 to 86400000.
   *
   * @default Duration.millis(0)
   */
  readonly heartbeatLife?: Duration;
}
