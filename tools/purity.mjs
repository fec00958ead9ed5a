// What the code of runtime/src may not touch, as data and as the options of ESLint's own rules.
// Time, randomness, the environment and the console reach runtime/src through core's ports only.
const TIMERS = ['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'clearImmediate', 'queueMicrotask'];
const TIME = 'Take a Clock (core/clock.ts) and ask it; only core/system-*.ts reads the real one.';
const RANDOM = 'Take a Random (core/random.ts); only core/system-*.ts draws real random numbers.';
const PROCESS = 'Take resolved options; only config/process-environment.ts and core/system-*.ts see the process.';
const CONSOLE = 'Emit an event; only core/console-sink.ts writes to the console.';

const AMBIENT = {
  time: {
    globals: ['Date', 'performance', ...TIMERS],
    properties: [],
    modules: ['timers', 'timers/promises', 'perf_hooks'],
    message: TIME,
  },
  abortTimeout: { globals: [], properties: [['AbortSignal', 'timeout']], modules: [], message: TIME },
  random: {
    globals: [],
    properties: [
      ['Math', 'random'],
      ['crypto', 'randomUUID'],
      ['crypto', 'getRandomValues'],
      ['globalThis', 'Math'],
      ['globalThis', 'crypto'],
    ],
    modules: ['crypto'],
    importNames: ['randomUUID', 'randomBytes', 'randomInt', 'getRandomValues', 'webcrypto', 'default'], // hashing is pure
    message: RANDOM,
  },
  process: { globals: ['process'], properties: [], modules: ['process'], message: PROCESS },
  console: { globals: ['console'], properties: [], modules: ['console'], message: CONSOLE },
};

/** The rules against everything ambient but the kinds named. ESLint replaces a rule's options whole, so they are built. */
export function purity(...except) {
  const banned = Object.entries(AMBIENT)
    .filter(([kind]) => !except.includes(kind))
    .map(([, ban]) => ban);
  const globals = banned.flatMap((ban) => ban.globals.map((name) => ({ name, message: ban.message })));
  const properties = banned.flatMap((ban) =>
    ban.properties.map(([object, property]) => ({ object, property, message: ban.message })),
  );
  const paths = banned.flatMap(({ modules, importNames, message }) =>
    modules.flatMap((name) => [name, `node:${name}`].map((module) => ({ name: module, importNames, message }))),
  );
  return {
    'no-restricted-globals': ['error', { globals, checkGlobalObject: true }],
    'no-restricted-properties': properties.length > 0 ? ['error', ...properties] : 'off', // bare 'error' keeps old options
    'no-restricted-imports': ['error', { paths }],
  };
}
