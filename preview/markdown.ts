import { escapeHtml } from './html.ts';

/** The Markdown that text widgets are written in: headings, lists, paragraphs, bold, code and links. What else there is stays text. */
export function renderMarkdown(markdown: string): string {
  return markdown
    .split(/\n\s*\n/)
    .map((block) => block.trim())
    .filter((block) => block !== '')
    .map(renderBlock)
    .join('\n');
}

function renderBlock(block: string): string {
  const heading = /^(#{1,6})\s+(.*)$/.exec(block);
  if (heading !== null) {
    const [, marks = '', text = ''] = heading;
    return `<h${marks.length}>${renderInline(text)}</h${marks.length}>`;
  }
  const lines = block.split('\n');
  if (lines.every((line) => /^\s*[-*]\s/.test(line))) {
    return `<ul>${lines.map((line) => `<li>${renderInline(line.replace(/^\s*[-*]\s+/, ''))}</li>`).join('')}</ul>`;
  }
  return `<p>${renderInline(lines.join(' '))}</p>`;
}

function renderInline(text: string): string {
  return escapeHtml(text)
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replace(/\*\*([^*]+)\*\*/g, '<b>$1</b>')
    // Nothing but addresses of pages: a template may come from anywhere.
    .replace(/\[([^\]]+)\]\((https?:\/\/[^\s)]+)\)/g, '<a href="$2">$1</a>');
}
