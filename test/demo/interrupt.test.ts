import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '..', '..');

/** Ids of the processes that a process has started. */
async function childrenOf(pid: number): Promise<number[]> {
  const ps = spawn('ps', ['-A', '-o', 'pid=,ppid=']);
  let listing = '';
  for await (const chunk of ps.stdout) listing += String(chunk);
  const rows = listing.trim().split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  return rows.filter(([, parent]) => parent === pid).map(([child = 0]) => child);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

// There are no stopped processes, and no `ps`, on Windows.
const onPosix = process.platform === 'win32' ? [] : [['SIGINT'], ['SIGTERM']] as const;

it.each(onPosix)('%s ends the demo and leaves no environment behind', async (signal) => {
  const out = await mkdtemp(join(tmpdir(), 'resilient-lambda-'));
  const env = { ...process.env, NODE_OPTIONS: '--disable-warning=ExperimentalWarning' };
  const demo = spawn(process.execPath, ['demo/main.ts', '--environments', '4', '--out', out], { cwd: ROOT, env });
  const ended = new Promise<number | null>((resolve) => demo.on('close', resolve));
  try {
    for await (const chunk of demo.stdout) if (String(chunk).includes('requests/s')) break;
    const environments = await childrenOf(demo.pid ?? 0);
    expect(environments).toHaveLength(4);
    demo.kill(signal);
    await expect(ended).resolves.not.toBe(0);
    const deadline = Date.now() + 5000;
    while (environments.some(isAlive) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(environments.filter(isAlive)).toEqual([]);
  } finally {
    demo.kill('SIGKILL');
    await rm(out, { recursive: true, force: true });
  }
}, 120_000);
