import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The repository. */
export const ROOT = join(import.meta.dirname, '..', '..');

/** A file of the repository. */
export const readText = (path: string): Promise<string> => readFile(join(ROOT, path), 'utf8');

/** A block of a page that states which file it shows. */
export interface ShownFile {
  readonly path: string;
  readonly block: string;
}

/** Blocks of a page that state which file they show. */
export function shownFiles(page: string): ShownFile[] {
  const blocks = page.matchAll(/<!-- (\S+) -->\n```\w+\n([\s\S]*?)```/g);
  return [...blocks].map(([, path = '', block = '']) => ({ path, block }));
}

/** A file as users see it: they import the packages by name. */
export async function asShown(path: string): Promise<string> {
  return (await readText(path)).replaceAll(/from '(?:\.\.\/)+lib'/g, "from 'resilient-lambda'");
}

/** Files that a page links to, as paths in the repository. */
export function linkedFiles(path: string, page: string): string[] {
  const links = page.matchAll(/\]\(((?!#|https?:)[^)#]+)/g);
  return [...links].map(([, to = '']) => join(dirname(path), to));
}
