import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { renderPreview } from '../../preview/preview.ts';
import { findChromium, SCREENSHOT_WIDTH, takeScreenshot } from '../../scripts/screenshot.ts';
import { LINES, templateWith } from './sample.ts';

const COMMITTED = join(import.meta.dirname, '..', '..', 'docs', 'demo', 'preview.png');
const chromium = await findChromium();
// There is nothing to take a picture with on every machine, and nothing to be installed for it.
const browsers = chromium === undefined ? [] : [chromium];
if (chromium === undefined) console.log('There is no Chromium in the PATH: no screenshot is taken. Install the package chromium to have it tested.');

/** Width and height out of the header of a PNG. */
function sizeOf(png: Buffer): [number, number] {
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  return [png.readUInt32BE(16), png.readUInt32BE(20)];
}

describe('a screenshot', () => {
  it('of the demo is committed, as wide as it is shown', async () => {
    expect(sizeOf(await readFile(COMMITTED))[0]).toBe(SCREENSHOT_WIDTH);
  });

  it('needs a Chromium that is in the PATH', async () => {
    await expect(findChromium('')).resolves.toBeUndefined();
  });

  it.each(browsers)('is taken by %s', async (browser) => {
    const folder = await mkdtemp(join(tmpdir(), 'resilient-lambda-'));
    try {
      const [page, png, blank] = ['page.html', 'page.png', 'blank.png'].map((name) => join(folder, name)) as [string, string, string];
      await writeFile(page, renderPreview({ title: 'Shop', template: templateWith(), lines: LINES }).html);
      await takeScreenshot(browser, page, png, 900);
      await writeFile(page, '');
      await takeScreenshot(browser, page, blank, 900);
      const [drawn, empty] = [await readFile(png), await readFile(blank)];
      expect(sizeOf(drawn)).toEqual([SCREENSHOT_WIDTH, 900]);
      expect(drawn.length).toBeGreaterThan(10 * empty.length);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }, 120_000);
});
