import { Duration } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { OutputFormat, type BundlingOptions, type NodejsFunctionProps } from 'aws-cdk-lib/aws-lambda-nodejs';

/** Lets CommonJS dependencies inside an ESM bundle call `require`; without it the X-Ray SDK fails when it is loaded. */
const CREATE_REQUIRE_BANNER = "import{createRequire as __cr}from'module';const require=__cr(import.meta.url);";

/** The properties of a function: the library's defaults under whatever the caller sets. */
export function withDefaults(props: NodejsFunctionProps): NodejsFunctionProps {
  const set = definedOnly(props);
  return {
    runtime: lambda.Runtime.NODEJS_24_X,
    architecture: lambda.Architecture.ARM_64,
    tracing: lambda.Tracing.ACTIVE,
    memorySize: 512,
    timeout: Duration.seconds(30),
    // The older property for the same setting: core refuses a function that has both.
    ...('logFormat' in set ? {} : { loggingFormat: lambda.LoggingFormat.JSON }),
    ...set,
    bundling: withBundlingDefaults(props.bundling ?? {}),
  };
}

function withBundlingDefaults(bundling: BundlingOptions): BundlingOptions {
  const format = bundling.format ?? OutputFormat.ESM;
  return {
    format,
    minify: true,
    sourceMap: true,
    mainFields: ['module', 'main'],
    // Loads faster than the copy in the Lambda runtime, and is the version that was tested.
    bundleAwsSDK: true,
    // An import statement is a syntax error in CommonJS.
    ...(format === OutputFormat.ESM ? { banner: CREATE_REQUIRE_BANNER } : {}),
    ...definedOnly(bundling),
  };
}

/** Without the members that hold undefined, which would otherwise hide a default. */
function definedOnly<T extends object>(props: T): T {
  return Object.fromEntries(Object.entries(props).filter(([, value]) => value !== undefined)) as T;
}
