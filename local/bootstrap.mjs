// The runtime inside an execution environment: asks the Runtime API for events and calls the handler with them.
import { existsSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const { env } = process;
const BASE = `http://${env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
let currentRequestId;

// fetch would give up on `next` after five minutes without an answer.
function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${BASE}/${path}`, { method, agent }, async (response) => {
      const chunks = await response.toArray().catch(reject);
      resolve({ headers: response.headers, body: Buffer.concat(chunks ?? []).toString() });
    });
    request.once('error', reject);
    request.end(body);
  });
}

function named(name, message) {
  return Object.assign(new Error(message), { name });
}

function describe(error) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), stackTrace: [] };
  return { errorType: error.name, errorMessage: error.message, stackTrace: (error.stack ?? '').split('\n') };
}

async function loadHandler() {
  const [, module, path] = /^(.*?)\.([^/\\]*)$/.exec(env._HANDLER) ?? [];
  const file = ['.mjs', '.js', '.cjs'].map((end) => join(env.LAMBDA_TASK_ROOT, module + end)).find((f) => existsSync(f));
  if (!file) throw named('Runtime.ImportModuleError', `Error: Cannot find module '${module}'`);
  const exported = await import(pathToFileURL(file).href);
  // A CommonJS bundle may hide its names from the import; they are all on the default export.
  const find = (root) => path.split('.').reduce((value, name) => value?.[name], root);
  const handler = find(exported) ?? find(exported.default);
  if (typeof handler === 'function') return handler;
  throw named('Runtime.HandlerNotFound', `${env._HANDLER} is undefined or not exported`);
}

function contextOf(headers) {
  const deadlineMs = Number(headers['lambda-runtime-deadline-ms']);
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
  };
}

async function serveNext(handler) {
  const { headers, body } = await call('GET', 'invocation/next');
  const id = (currentRequestId = headers['lambda-runtime-aws-request-id']);
  env._X_AMZN_TRACE_ID = headers['lambda-runtime-trace-id'];
  let answer;
  try {
    answer = ['response', JSON.stringify((await handler(JSON.parse(body), contextOf(headers))) ?? null)];
  } catch (error) {
    answer = ['error', JSON.stringify(describe(error))];
  }
  currentRequestId = undefined;
  await call('POST', `invocation/${id}/${answer[0]}`, answer[1]);
}

async function main() {
  let handler;
  try {
    handler = await loadHandler();
  } catch (error) {
    await call('POST', 'init/error', JSON.stringify(describe(error)));
    process.exit(1);
  }
  for (;;) await serveNext(handler);
}

// Unhandled rejections arrive here too. Lambda reports them as the answer of the running request, then the process ends.
process.on('uncaughtException', async (error) => {
  console.error(error);
  const id = currentRequestId;
  if (id) await call('POST', `invocation/${id}/error`, JSON.stringify(describe(error))).catch(() => undefined);
  process.exit(129);
});

await main();
