// Takes a picture of a page with Chromium, as Debian and others package it: node scripts/screenshot.ts PAGE PNG [HEIGHT]
import { spawn } from 'node:child_process';
import { access, constants, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Width of the picture in pixels: what a page is given where it is shown as it is. */
export const SCREENSHOT_WIDTH = 1280;

/** Alarms, requests, and the first circuit. */
const DEFAULT_HEIGHT = 2252;

/** Chromium on this machine; undefined if there is none. */
export async function findChromium(path = process.env['PATH'] ?? ''): Promise<string | undefined> {
  const candidates = path.split(delimiter).flatMap((folder) => ['chromium', 'chromium-browser'].map((name) => join(folder, name)));
  for (const candidate of candidates) {
    const isThere = await access(candidate, constants.X_OK).then(() => true, () => false);
    if (isThere) return candidate;
  }
  return undefined;
}

/** Takes a picture of the top of a page. */
export async function takeScreenshot(chromium: string, page: string, png: string, height = DEFAULT_HEIGHT): Promise<void> {
  const profile = await mkdtemp(join(tmpdir(), 'resilient-lambda-chromium-'));
  try {
    await run(chromium, [
      '--headless',
      '--disable-gpu',
      '--hide-scrollbars',
      '--force-device-scale-factor=1',
      // Pages are our own files; Chromium refuses its sandbox to root, as which containers run.
      '--no-sandbox',
      `--user-data-dir=${profile}`,
      `--window-size=${SCREENSHOT_WIDTH},${height}`,
      `--screenshot=${resolve(png)}`,
      pathToFileURL(page).href,
    ]);
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function run(command: string, args: readonly string[]): Promise<void> {
  const child = spawn(command, args, { stdio: 'ignore' });
  const code = await new Promise<number | null>((done, fail) => child.on('error', fail).on('close', done));
  if (code !== 0) throw new Error(`${command} ended with ${code}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [page = '', png = '', height] = process.argv.slice(2);
  const chromium = await findChromium();
  if (chromium === undefined) throw new Error('there is no Chromium in the PATH: install the package chromium');
  await takeScreenshot(chromium, page, png, height === undefined ? undefined : Number(height));
}
