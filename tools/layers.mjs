// Who may import what, stated once. ESLint (tools/eslint-layers.mjs) and dependency-cruiser (.dependency-cruiser.mjs)
// both read this list, as tools/layer-rules.mjs says. The first layer whose `files` matches a path is the layer of that
// file; what a layer does not list, it may not import, type-only imports included. `$1` in `imports` is the folder
// captured by `files`.

const SRC = '^runtime/src/';

/** A pattern is any folder of runtime/src without a layer of its own, so a new pattern is under the rules at once. */
const ROOM = '(?!(?:core|contract|config|dynamodb|middy|http-client|resilience|dynamic|testing|operator)/)([^/]+)/';

// `(?:.+/|)`, not `(?:.+/)?`: dependency-cruiser refuses nested repetition as unsafe.
const DYNAMODB_ADAPTER = String.raw`(?:.+/|)dynamodb-[^/]+\.ts$`;
const MIDDLEWARE = String.raw`(?:.+/|)middleware\.ts$`;
const WIRING = String.raw`(?:.+/|)create\.ts$`;
const INDEX = String.raw`index\.ts$`;

const CORE = `${SRC}core/`;
const CONTRACT = `${SRC}contract/`;
const CONFIG = `${SRC}config/`;
const DYNAMODB = `${SRC}dynamodb/`;
const MIDDY = `${SRC}middy/`;
const OWN_ROOM = `${SRC}$1/`;
const OWN_LOGIC = `${OWN_ROOM}(?!${DYNAMODB_ADAPTER}|${MIDDLEWARE}|${WIRING}|${INDEX})`;
const ROOM_INDEX = `${SRC}${ROOM.replace('([^/]+)', '[^/]+')}${INDEX}`;

const AWS_SDK = ['@aws-sdk', '@smithy'];
const MIDDY_PACKAGES = ['@middy', 'aws-lambda'];
const OBSERVABILITY_PACKAGES = ['@aws-lambda-powertools', '@opentelemetry', 'aws-lambda'];

/**
 * @typedef {object} Layer
 * @property {string} name
 * @property {string} files regular expression on the path from the repository root
 * @property {string[]} imports regular expressions on the paths it may import
 * @property {string[]} packages packages and scopes it may import
 * @property {boolean} builtins whether it may import Node's own modules
 * @property {string} rule what holds, and what to do instead
 */

/** @type {Layer[]} */
export const LAYERS = [
  {
    name: 'core',
    files: CORE,
    imports: [CORE, CONTRACT],
    packages: [],
    builtins: false,
    rule: 'core/ imports nothing but core/ and contract/: no package, no Node module. Put the port into core/ and what implements it into the layer that needs it.',
  },
  {
    name: 'contract',
    files: CONTRACT,
    imports: [CONTRACT],
    packages: [],
    builtins: false,
    rule: 'contract/ imports nothing: it is generated from contract/contract.json. Put code that reads it into config/ or the pattern.',
  },
  {
    name: 'config',
    files: CONFIG,
    imports: [CONFIG, CORE, CONTRACT],
    packages: [],
    builtins: false,
    rule: 'config/ imports core/ and contract/ only. Let the pattern take what config/ returns.',
  },
  {
    name: 'dynamodb',
    files: DYNAMODB,
    imports: [DYNAMODB, CORE, CONTRACT],
    packages: AWS_SDK,
    builtins: true,
    rule: 'dynamodb/ imports core/, contract/ and the AWS SDK only. What belongs to one pattern goes into its dynamodb-*.ts.',
  },
  {
    name: 'middy',
    files: MIDDY,
    imports: [MIDDY, CORE, CONTRACT],
    packages: MIDDY_PACKAGES,
    builtins: true,
    rule: 'middy/ imports core/, contract/ and @middy/* only. What belongs to one pattern goes into its middleware.ts.',
  },
  {
    name: 'testing',
    files: `${SRC}testing/`,
    imports: [`${SRC}testing/`, CORE, String.raw`${SRC}[^/]+/(?:.+/|)memory-[^/]+\.ts$`],
    packages: [],
    builtins: false,
    rule: "testing/ imports core/ and the patterns' memory-*.ts only.",
  },
  {
    name: 'aws-client',
    files: String.raw`${SRC}(dynamic|http-client)/(?:appconfig-source|cloud-map-client)\.ts$`,
    imports: [OWN_ROOM, CORE, CONTRACT, DYNAMODB],
    packages: AWS_SDK,
    builtins: false,
    rule: 'appconfig-source.ts and cloud-map-client.ts import their own folder, core/, contract/, what dynamodb/ knows of the AWS SDK, and the SDK only. What belongs to the policies goes elsewhere.',
  },
  {
    name: 'http-client',
    files: `${SRC}http-client/`,
    imports: [`${SRC}http-client/`, CORE, CONTRACT, CONFIG, ROOM_INDEX],
    packages: [],
    builtins: true,
    rule: 'http-client/ composes patterns through their index.ts. Export what is missing there.',
  },
  {
    name: 'resilience-middleware',
    files: `${SRC}resilience/${MIDDLEWARE}`,
    imports: [`${SRC}resilience/`, CORE, CONTRACT, CONFIG, MIDDY, ROOM_INDEX, `${SRC}http-client/${INDEX}`],
    packages: MIDDY_PACKAGES,
    builtins: false,
    rule: 'resilience/middleware.ts composes patterns through their index.ts. Export what is missing there.',
  },
  {
    name: 'resilience',
    files: `${SRC}resilience/`,
    imports: [`${SRC}resilience/`, CORE, CONTRACT, CONFIG, MIDDY, ROOM_INDEX, `${SRC}http-client/${INDEX}`],
    packages: [],
    builtins: false,
    rule: 'resilience/ composes patterns through their index.ts. Export what is missing there.',
  },
  {
    name: 'dynamic',
    files: `${SRC}dynamic/`,
    imports: [`${SRC}dynamic/`, `${SRC}resilience/`, CORE, CONTRACT, CONFIG, MIDDY, ROOM_INDEX],
    packages: MIDDY_PACKAGES,
    builtins: false,
    rule: 'dynamic/ makes what resilience/ makes, again and again. The AWS SDK is the business of appconfig-source.ts.',
  },
  {
    name: 'operator',
    files: `${SRC}operator/`,
    imports: [`${SRC}operator/`, CORE, CONTRACT, CONFIG, DYNAMODB, ROOM_INDEX],
    packages: [],
    builtins: true,
    rule: 'operator/ reads and controls what patterns keep, through their index.ts and dynamodb/. Export what is missing there; the AWS SDK is the business of dynamodb/.',
  },
  {
    name: 'pattern-dynamodb',
    files: `${SRC}${ROOM}${DYNAMODB_ADAPTER}`,
    imports: [OWN_LOGIC, `${OWN_ROOM}${DYNAMODB_ADAPTER}`, CORE, CONTRACT, DYNAMODB],
    packages: AWS_SDK,
    builtins: false,
    rule: 'dynamodb-*.ts imports the logic of its own pattern, core/, contract/, dynamodb/ and the AWS SDK only. Wire it up in create.ts.',
  },
  {
    name: 'observability-middleware',
    files: `${SRC}(observability)/(?:${MIDDLEWARE}|${WIRING})`,
    imports: [OWN_LOGIC, `${OWN_ROOM}${WIRING}`, CORE, CONTRACT, CONFIG, MIDDY],
    packages: [...MIDDY_PACKAGES, ...OBSERVABILITY_PACKAGES],
    builtins: false,
    rule: 'middleware.ts and create.ts of observability/ import the logic of observability/, core/, contract/, config/, middy/, @middy/* and Powertools only.',
  },
  {
    name: 'pattern-middleware',
    files: `${SRC}${ROOM}${MIDDLEWARE}`,
    imports: [OWN_LOGIC, `${OWN_ROOM}${WIRING}`, CORE, CONTRACT, MIDDY],
    packages: MIDDY_PACKAGES,
    builtins: false,
    rule: 'middleware.ts imports the logic and create.ts of its own pattern, core/, contract/, middy/ and @middy/* only. Let create.ts wire the store.',
  },
  {
    name: 'pattern-wiring',
    files: `${SRC}${ROOM}${WIRING}`,
    imports: [`${OWN_ROOM}(?!${MIDDLEWARE}|${INDEX})`, CORE, CONTRACT, CONFIG, DYNAMODB],
    packages: [],
    builtins: false,
    rule: 'create.ts wires its own pattern from core/, contract/, config/ and dynamodb/. Composing several patterns is the work of resilience/.',
  },
  {
    name: 'pattern-index',
    files: `${SRC}${ROOM}${INDEX}`,
    imports: [OWN_ROOM],
    packages: [],
    builtins: false,
    rule: "A pattern's index.ts re-exports its own files and nothing else.",
  },
  {
    name: 'observability',
    files: `${SRC}(observability)/`,
    imports: [OWN_LOGIC, CORE, CONTRACT],
    packages: OBSERVABILITY_PACKAGES,
    builtins: true,
    rule: 'observability/ imports core/, contract/ and Powertools only. Patterns emit events; observability/ never imports a pattern.',
  },
  {
    name: 'pattern-logic',
    files: `${SRC}${ROOM}`,
    imports: [OWN_LOGIC, CORE, CONTRACT],
    packages: [],
    builtins: false,
    rule: "Pattern logic imports core/, contract/ and the logic of its own pattern only: no other pattern, no AWS SDK, no Middy, no Node module, none of its own adapters. Declare a port in store.ts or move the code into dynamodb-*.ts, middleware.ts or create.ts.",
  },
  {
    name: 'runtime-index',
    files: SRC,
    imports: [`${SRC}(?!(?:testing|operator|dynamic)/)`],
    packages: [],
    builtins: false,
    rule: 'runtime/src/index.ts re-exports what runtime/src holds, except testing/ and dynamic/, which are sub-paths of their own, and operator/, which is a program.',
  },
  {
    name: 'constructs',
    files: '^lib/',
    imports: ['^lib/'],
    packages: ['aws-cdk-lib', 'constructs'],
    builtins: false,
    rule: 'lib/ imports aws-cdk-lib, constructs and lib/ only. What it shares with runtime/ is generated from contract/contract.json.',
  },
];

/** What nobody outside test/ may import (runtime/src has its layers), as a path and as the sub-path users import. */
export const TESTING = {
  name: 'testing-is-for-tests',
  files: '^(?!test/|runtime/src/)',
  imports: String.raw`^runtime/(?:src|dist)/testing/|^resilient-lambda-runtime/testing(?:/|$)`,
  rule: 'Only tests import testing/. Take the memory store or the clock from the pattern or from core/.',
};
